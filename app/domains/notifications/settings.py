"""Numbers of notices that an administrator may change."""

from app.kernel.i18n import _l
from app.kernel.settings import Setting, between

AWAY_DAYS = Setting(
    "notifications.away_days",
    7,
    _l("Days without a visit after which somebody is told by mail, once a week, what happened meanwhile."),
    between(1, 365),
)
