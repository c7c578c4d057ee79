"""The local minutes of a day in which nothing rings: no invitation, and no mail that can wait."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from app.domains.accounts.models import QuietHours, User
from app.extensions import db
from app.kernel.clock import now
from app.kernel.rows import read_rows

_OF: Any = (
    select(QuietHours.user_id, QuietHours.starts_minute, QuietHours.ends_minute, User.timezone)
    .join(User, User.id == QuietHours.user_id)
    .where(QuietHours.user_id.in_(bindparam("user_ids", expanding=True)))
)


def quiet_until(user_ids: Iterable[int], at: datetime | None = None) -> dict[int, datetime]:
    """Whose quiet hours it is in, and when they end. One statement, none where nobody is asked of."""
    wanted, moment = list(user_ids), at or now()
    rows = read_rows(_OF, {"user_ids": wanted}) if wanted else ()
    found = {}
    for row in rows:
        local = moment.astimezone(ZoneInfo(row.timezone))
        if is_within(local.hour * 60 + local.minute, row.starts_minute, row.ends_minute):
            found[row.user_id] = _next(local, row.ends_minute)
    return found


def is_within(minute: int, starts: int, ends: int) -> bool:
    """`starts` after `ends` means over midnight."""
    return starts <= minute < ends if starts <= ends else minute >= starts or minute < ends


def _next(local: datetime, minute: int) -> datetime:
    """The next time that this minute of the day comes where the person lives, whatever the clocks do that night."""
    wanted = time(minute // 60 % 24, minute % 60)
    today = datetime.combine(local.date(), wanted, local.tzinfo)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), wanted, local.tzinfo)


def quiet_hours_of(user_id: int) -> tuple[int, int] | None:
    """From which minute of the day to which; None where every hour is as good as another."""
    row = db.session.get(QuietHours, user_id)
    return (row.starts_minute, row.ends_minute) if row is not None else None
