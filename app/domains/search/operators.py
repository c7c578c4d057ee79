"""The values behind `score:`, `answers:` and `created:` in the search box (pure).

Everything here returns None for a value that means nothing; the parser then searches it as words, with a hint.
"""

import re
from datetime import UTC, datetime, timedelta

from app.domains.search.engine import NumberRange, TimeRange

_COMPARED = re.compile(r"(>=|<=|>|<|=)?(.+)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_AGE = re.compile(r"(\d{1,4})(h|d|w|m|y)", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?", re.ASCII)
_AGE_UNITS = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}


def number_range(value: str) -> NumberRange | None:
    """`3`, `=3`, `>3`, `>=3`, `<3`, `<=3`, `1..3`, `1..`, `..3`."""
    if ".." in value:
        low, _, high = value.partition("..")
        return _between(low, high)
    compared = _COMPARED.fullmatch(value)
    if compared is None or not _NUMBER.fullmatch(compared[2]):
        return None
    number = int(compared[2])
    match compared[1]:
        case ">":
            return NumberRange(low=number + 1)
        case ">=":
            return NumberRange(low=number)
        case "<":
            return NumberRange(high=number - 1)
        case "<=":
            return NumberRange(high=number)
    return NumberRange(number, number)


def _between(low: str, high: str) -> NumberRange | None:
    if not (low or high) or any(end and not _NUMBER.fullmatch(end) for end in (low, high)):
        return None
    return NumberRange(int(low) if low else None, int(high) if high else None)


def time_range(value: str, now: datetime) -> TimeRange | None:
    """`7d` (the last seven days; also h, w, m, y), `2026`, `2026-01`, `2026-01-31`, each also with > >= < <= or `..`.

    Days begin at midnight where `now` is. `>2026-01-01` begins with the second of January, `>=` with the first;
    `>7d` is older than seven days, as in "more than". Bounds are brought down to the whole hour in UTC, which is
    as fine as engines that know dates by terms can tell.
    """
    if ".." in value:
        first, _, last = value.partition("..")
        return _span(first, last, now)
    compared = _COMPARED.fullmatch(value)
    if compared is None:
        return None
    if age := _AGE.fullmatch(compared[2]):
        return _aged(compared[1], age, now)
    period = _period(compared[2], now)
    return _beside(compared[1], *period) if period else None


def _span(first: str, last: str, now: datetime) -> TimeRange | None:
    begin, finish = _period(first, now) if first else None, _period(last, now) if last else None
    if (first and begin is None) or (last and finish is None) or not (first or last):
        return None
    return TimeRange(begin[0] if begin else None, finish[1] if finish else None)


def _aged(comparison: str | None, age: re.Match[str], now: datetime) -> TimeRange | None:
    try:
        moment = _whole_hour(now - int(age[1]) * _AGE_UNITS[age[2]])
    except OverflowError:
        return TimeRange()
    return TimeRange(end=moment) if comparison in (">", ">=") else TimeRange(start=moment)


def _beside(comparison: str | None, begin: datetime, finish: datetime) -> TimeRange:
    match comparison:
        case ">":
            return TimeRange(start=finish)
        case ">=":
            return TimeRange(start=begin)
        case "<":
            return TimeRange(end=begin)
        case "<=":
            return TimeRange(end=finish)
    return TimeRange(begin, finish)


def _period(value: str, now: datetime) -> tuple[datetime, datetime] | None:
    """The year, month or day that is named: its first moment and the first moment after it."""
    date = _DATE.fullmatch(value)
    if date is None:
        return None
    year, month, day = int(date[1]), int(date[2] or 1), int(date[3] or 1)
    try:
        begin = datetime(year, month, day, tzinfo=now.tzinfo)
        if date[3]:
            finish = begin + timedelta(days=1)
        elif date[2]:
            finish = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=now.tzinfo)
        else:
            finish = datetime(year + 1, 1, 1, tzinfo=now.tzinfo)
        return _whole_hour(begin), _whole_hour(finish)
    except (ValueError, OverflowError):
        return None


def _whole_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
