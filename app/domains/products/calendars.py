"""Open hours and the deadlines counted in them: `due()`, its inverse `worked()`, and what explains both. Pure.

A date takes its override, else nothing if it is a holiday, else the spans of its weekday. A span begins at the
first instant at which the local clock reads its opening *or later*, and ends likewise for its close. That one
sentence settles summer time: a boundary inside a skipped hour falls on the moment of the jump; a boundary inside
a repeated hour means its first pass, and a span that is open across the repetition is simply an hour longer.
So the spans of a calendar never overlap, and touching spans touch in real time too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from app.domains.products.opening_hours import (
    Calendar,
    CalendarError,
    Span,
    always,
    make_up_days,
    office,
    proposed_holidays,
)

__all__ = [
    "Calendar", "CalendarError", "Span", "Step", "Stretch",
    "always", "due", "explain", "is_open", "make_up_days", "next_opening", "office", "plus_working_days",
    "proposed_holidays", "spans_between", "worked",
]  # fmt: skip

Stretch = tuple[datetime, datetime]  # UTC, half-open

# More than a year, so that a calendar open one day a year still has deadlines; beyond it is a mistake in the calendar.
LONGEST_CLOSURE = timedelta(days=400)
ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)
# A target mistyped by some zeros must not keep a page busy until the year 9999.
LONGEST_WAIT = timedelta(days=36525)


@dataclass(frozen=True)
class Step:
    """What one local date added to a deadline, for the page that explains it line by line."""

    date: date
    source: Literal["weekly", "holiday", "override"]
    hours: tuple[Span, ...]  # the open hours of the whole date
    counted: tuple[Stretch, ...]  # open, between start and deadline, not paused
    paused: tuple[Stretch, ...]  # open, but a pause took it
    added: timedelta
    total: timedelta  # up to and with this date


def due(start: datetime, target: timedelta, calendar: Calendar, pauses: Sequence[Stretch] = ()) -> datetime | None:
    """The first instant, in UTC, at which the open time since `start` equals `target`.

    Reached exactly at closing it is due at closing; a target of zero is due at `start`, open or not.
    None if the calendar has no opening for 400 days (or the target needs more than a century), which is an error
    in the policy and not "no deadline".
    Pauses may overlap and come in any order. Raises ValueError on a negative target or a naive datetime.
    """
    if target < NOTHING:
        raise ValueError("a deadline cannot lie before its start")
    start, missing = _utc(start), target
    if not target:
        return start
    for opens, closes in _without(_openings(start, calendar), pauses):
        if closes - opens >= missing:
            return opens + missing
        missing -= closes - opens
    return None


def worked(start: datetime, end: datetime, calendar: Calendar, pauses: Sequence[Stretch] = ()) -> timedelta:
    """Open time between two instants, pauses left out: the inverse of `due()`. Zero if `end` is not after `start`."""
    openings = _openings(_utc(start), calendar, _utc(end))
    return sum((closes - opens for opens, closes in _without(openings, pauses)), NOTHING)


def is_open(at: datetime, calendar: Calendar) -> bool:
    at = _utc(at)
    return any(True for _ in _openings(at, calendar, at + timedelta.resolution))


def next_opening(at: datetime, calendar: Calendar) -> datetime | None:
    """The first open instant from `at` on, in UTC: `at` itself while open. None if there is none for 400 days."""
    return next((opens for opens, _ in _openings(_utc(at), calendar)), None)


def plus_working_days(start: datetime, n: int, calendar: Calendar) -> datetime | None:
    """The same local time on the n-th open date after the date of `start`, moved on into an open span; in UTC.

    Before opening or at lunch it moves to the next span; after the last close to the next open date. A time that
    is exactly a close stays, as in `due()`. None if there is no open date for 400 days; ValueError if n < 0.
    """
    if n < 0:
        raise ValueError("working days are counted forwards")
    zone = ZoneInfo(calendar.timezone)
    local = _utc(start).astimezone(zone)
    day: date | None = local.date()
    for _ in range(n):
        day = _next_open_date(day, calendar) if day else None
    if day is None:
        return None
    same_time = _first_instant(datetime.combine(day, local.time()), zone) if n else _utc(start)
    at_close = any(same_time == closes for _, closes in _stretches_on(day, calendar))
    return same_time if at_close else next_opening(same_time, calendar)


def spans_between(start: datetime, end: datetime, calendar: Calendar) -> list[Stretch]:
    """Open stretches in UTC, in order, cut to [start, end); those that touch (at midnight) are joined."""
    return _joined(_openings(_utc(start), calendar, _utc(end)))


def explain(start: datetime, target: timedelta, calendar: Calendar, pauses: Sequence[Stretch] = ()) -> list[Step]:
    """Every local date from `start` to its deadline, closed ones too; the last total is `target`.

    Empty if `due()` is None: there is no deadline to explain, the calendar is to be corrected.
    """
    deadline = due(start, target, calendar, pauses)
    steps: list[Step] = []
    day, total = _date_of(_utc(start), calendar), NOTHING
    while deadline is not None and (not steps or total < target):
        open_time = tuple(_cut(_stretches_on(day, calendar), _utc(start), deadline))
        counted = tuple(_without(open_time, pauses))
        paused = tuple(_without(open_time, counted))
        added = sum((closes - opens for opens, closes in counted), NOTHING)
        total += added
        steps.append(Step(day, _source_of(day, calendar), calendar.hours_on(day), counted, paused, added, total))
        day += ONE_DAY
    return steps


# --- stretches of real time ---


def _openings(start: datetime, calendar: Calendar, until: datetime | None = None) -> Iterator[Stretch]:
    """Open stretches from `start` on, in order; up to `until`, or without it until 400 dates bring no opening."""
    end = until or start + LONGEST_WAIT
    if calendar.never_closes:
        yield from _cut([(start, end)], start, end)
        return
    day = last_opening = _date_of(start, calendar)
    # One date more: where clocks go back across midnight, a date's hours may begin before its date shows.
    last_day = _date_of(end, calendar) + ONE_DAY
    while day <= last_day and (until or day - last_opening <= LONGEST_CLOSURE):
        for stretch in _cut(_stretches_on(day, calendar), start, end):
            last_opening = day
            yield stretch
        day += ONE_DAY


def _cut(stretches: Iterable[Stretch], start: datetime, end: datetime) -> Iterator[Stretch]:
    for opens, closes in stretches:
        opens, closes = max(opens, start), min(closes, end)
        if opens < closes:
            yield opens, closes


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The union, in order; empty and backward stretches are dropped."""
    joined: list[Stretch] = []
    for opens, closes in sorted(stretch for stretch in stretches if stretch[0] < stretch[1]):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return joined


def _without(stretches: Iterable[Stretch], pauses: Sequence[Stretch]) -> Iterator[Stretch]:
    """What the pauses leave of ordered stretches."""
    taken = _joined((_utc(begins), _utc(ends)) for begins, ends in pauses)
    for opens, closes in stretches:
        for begins, ends in _cut(taken, opens, closes):
            if opens < begins:
                yield opens, begins
            opens = ends
        if opens < closes:
            yield opens, closes


def _next_open_date(day: date, calendar: Calendar) -> date | None:
    later = (day + timedelta(days=n) for n in range(1, LONGEST_CLOSURE.days + 1))
    return next((date for date in later if _stretches_on(date, calendar)), None)


def _source_of(day: date, calendar: Calendar) -> Literal["weekly", "holiday", "override"]:
    if day in calendar.overrides:
        return "override"
    return "holiday" if day in calendar.holidays else "weekly"


# --- local dates to UTC ---


def _utc(at: datetime) -> datetime:
    # A naive time would silently be read in the server's zone, and every promise be hours off.
    if at.tzinfo is None:
        raise ValueError("the clock needs times with a zone")
    return at.astimezone(UTC)


def _date_of(at: datetime, calendar: Calendar) -> date:
    return at.astimezone(ZoneInfo(calendar.timezone)).date()


def _stretches_on(day: date, calendar: Calendar) -> tuple[Stretch, ...]:
    return _to_utc(calendar.timezone, day, calendar.hours_on(day))


# Every page view asks about the same few weeks of a few calendars: ten calendars, a year each.
@lru_cache(maxsize=4096)
def _to_utc(timezone: str, day: date, spans: tuple[Span, ...]) -> tuple[Stretch, ...]:
    """Spans of one date as real time; one wholly inside a skipped hour vanishes."""
    zone, midnight = ZoneInfo(timezone), datetime.combine(day, time.min)
    instants = [tuple(_first_instant(midnight + timedelta(minutes=minute), zone) for minute in span) for span in spans]
    return tuple((opens, closes) for opens, closes in instants if opens < closes)


def _first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks in `zone` read the naive `local` or later."""
    late = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == local:
        return late
    # Clocks skip this time: fold 0 lands after the jump, fold 1 before it. Close in on it by the second.
    offset_after = late.astimezone(zone).utcoffset()
    early = local.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    late = late.replace(microsecond=0)
    while late - early > ONE_SECOND:
        middle = early + (late - early) // ONE_SECOND // 2 * ONE_SECOND
        early, late = (early, middle) if middle.astimezone(zone).utcoffset() == offset_after else (middle, late)
    return late
