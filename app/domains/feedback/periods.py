"""Which stretch of time a digest covers, in the product's zone. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domains.feedback import digest
from app.domains.feedback.models import Period


def window(product: str, kind: Period, until: date, zone: str) -> digest.Period:
    """The day, week or month that ends at `until`'s 00:00 in `zone`, exclusive."""
    before = {Period.DAY: until - timedelta(days=1), Period.WEEK: until - timedelta(days=7)}
    start = before.get(kind) or _month_before(until)
    return digest.Period(product, kind.value, midnight(start, zone), midnight(until, zone), zone)


def midnight(day: date, zone: str) -> datetime:
    """The first moment of a local date, in UTC; where clocks skip midnight, the moment of the jump."""
    local = datetime.combine(day, time.min, ZoneInfo(zone))
    return local.astimezone(UTC)


def last_monday(moment: datetime, zone: str) -> date:
    """The Monday on which the last closed week of `zone` ended."""
    today = moment.astimezone(ZoneInfo(zone)).date()
    return today - timedelta(days=today.weekday())


def next_monday(moment: datetime, zone: str) -> date:
    """The Monday on which the running week of `zone` will end."""
    return last_monday(moment, zone) + timedelta(days=7)


def _month_before(until: date) -> date:
    """The same day of the month before; its last one where that month is shorter."""
    last_of_month_before = until.replace(day=1) - timedelta(days=1)
    return last_of_month_before.replace(day=min(until.day, last_of_month_before.day))
