"""Numbers of feedback that an administrator may change; the defaults are those of the rules."""

from app.kernel.i18n import _l
from app.kernel.limits import limit
from app.kernel.settings import Setting, between

SOME_DAYS = between(1, 365)

ACKNOWLEDGE_DAYS = Setting(
    "feedback.acknowledge_days", 3, _l("Working days within which new feedback is sorted."), SOME_DAYS
)
DECIDE_DAYS = Setting(
    "feedback.decide_days", 30, _l("Working days within which sorted feedback is planned or declined."), SOME_DAYS
)
QUIET_DAYS = Setting(
    "feedback.quiet_days",
    14,
    _l("Days without contradiction after which shipped feedback counts as confirmed."),
    SOME_DAYS,
)
SEPARABLE_DAYS = Setting(
    "feedback.separable_days", 30, _l("Days within which merged feedback can be separated again."), SOME_DAYS
)
LABELS = limit("labels", "60/hour", _l("Feedback marks of one member."))
