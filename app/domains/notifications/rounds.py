"""When a round-up leaves: at nine in the morning where its reader lives, every day or on Mondays."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domains.accounts.queries import actors_by_id
from app.domains.notifications.models import Frequency, MailWaits
from app.kernel.clock import now

AT = time(9)
MONDAY = 0
ROUNDS = {Frequency.DAILY: MailWaits.DAILY, Frequency.WEEKLY: MailWaits.WEEKLY}


def rounds_of(wanted: Mapping[int, Frequency]) -> dict[int, datetime]:
    """The next round-up of each of these people. One statement, none where there is nobody."""
    actors = actors_by_id(wanted) if wanted else {}
    return {user_id: next_round(actor.timezone, wanted[user_id]) for user_id, actor in actors.items()}


def next_round(timezone: str, often: Frequency, after: datetime | None = None) -> datetime:
    """The first nine o'clock (of a Monday) after this moment, by the clocks of the place."""
    zone = ZoneInfo(timezone)
    local = (after or now()).astimezone(zone)
    day = local.date() if local.time() < AT else local.date() + timedelta(days=1)
    if often is Frequency.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return datetime.combine(day, AT, zone)
