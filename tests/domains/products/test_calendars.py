"""The clock against the published vectors, against a minute-by-minute walk, and at its edges."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.products.calendars import (
    Calendar,
    CalendarError,
    always,
    due,
    explain,
    is_open,
    make_up_days,
    next_opening,
    office,
    plus_working_days,
    proposed_holidays,
    spans_between,
    worked,
)
from tests.examples import examples

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

NEW_YORK = office("America/New_York", "09:00", "17:00")
CHINA = Calendar.from_json(
    {
        "timezone": "Asia/Shanghai",
        "weekly": [[["09:00", "12:00"], ["13:30", "18:00"]]] * 5 + [[], []],
        "holidays": [f"2026-10-0{day}" for day in range(1, 8)],
        "overrides": {"2026-10-10": [["09:00", "12:00"]]},
    }
)
ROUND_THE_CLOCK = always("America/New_York")
NOBODY = Calendar(timezone="Asia/Shanghai", weekly=((),) * 7)


def local(calendar: Calendar, written: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(calendar.timezone), fold=fold).astimezone(UTC)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def open_on_mondays(timezone: str, *spans: tuple[int, int]) -> Calendar:
    return Calendar(timezone=timezone, weekly=(spans, (), (), (), (), (), ()))


def open_on_sundays(timezone: str, *spans: tuple[int, int]) -> Calendar:
    return Calendar(timezone=timezone, weekly=((), (), (), (), (), (), spans))


# --- the published vectors ---

LONG_LUNCH = [(local(CHINA, "2026-09-29 11:45"), local(CHINA, "2026-09-29 14:00"))]

VECTORS = {
    "V1 over the weekend": (NEW_YORK, "2026-01-30 16:30", HOUR, (), "2026-02-02 14:30"),
    "V2 before opening": (NEW_YORK, "2026-01-28 07:00", 2 * HOUR, (), "2026-01-28 16:00"),
    "V3 exactly at close": (NEW_YORK, "2026-01-30 16:00", HOUR, (), "2026-01-30 22:00"),
    "V4 several days": (NEW_YORK, "2026-01-30 16:55", 24 * HOUR, (), "2026-02-04 21:55"),
    "V5 over lunch": (CHINA, "2026-09-29 11:30", 2 * HOUR, (), "2026-09-29 07:00"),
    "V6 over the Golden Week": (CHINA, "2026-09-30 17:00", 4 * HOUR, (), "2026-10-08 04:00"),
    "V7 on a make-up day": (CHINA, "2026-10-09 17:00", 3 * HOUR, (), "2026-10-10 03:00"),
    "V8 with a pause": (CHINA, "2026-09-29 11:30", 2 * HOUR, LONG_LUNCH, "2026-09-29 07:45"),
    "V9 clocks go forward": (ROUND_THE_CLOCK, "2026-03-07 12:00", 24 * HOUR, (), "2026-03-08 17:00"),
    "V10 clocks go back": (ROUND_THE_CLOCK, "2026-10-31 12:00", 24 * HOUR, (), "2026-11-01 16:00"),
}


@pytest.mark.parametrize("calendar, start, target, pauses, expected", VECTORS.values(), ids=VECTORS)
def test_a_deadline_is_where_the_vectors_say(calendar, start, target, pauses, expected):
    assert due(local(calendar, start), target, calendar, pauses) == utc(expected)


@pytest.mark.parametrize("calendar, start, target, pauses, expected", VECTORS.values(), ids=VECTORS)
def test_work_up_to_a_deadline_is_the_target(calendar, start, target, pauses, expected):
    assert worked(local(calendar, start), utc(expected), calendar, pauses) == target


def test_work_over_a_weekend_counts_open_minutes_only_as_in_v11():
    friday, monday = local(NEW_YORK, "2026-01-30 16:30"), local(NEW_YORK, "2026-02-02 09:45")

    assert worked(friday, monday, NEW_YORK) == 75 * MINUTE


def test_a_calendar_without_hours_has_no_deadline_as_in_v12():
    assert due(utc("2026-01-30 16:30"), MINUTE, NOBODY) is None


# --- against a slow walk that shares nothing with the code ---


class MinuteWalk:
    """Every minute of some days, open or not, found by reading the local clock of each.

    Where clocks go back, the furthest reading so far counts: hours already begun go on, hours already over stay so.
    """

    def __init__(self, calendar: Calendar, pauses: Sequence[tuple[datetime, datetime]], first: datetime, days: int):
        zone, furthest, day_before = ZoneInfo(calendar.timezone), datetime.min, -24 * 60
        self.first, self.open = first, []
        for n in range(day_before, days * 24 * 60):
            furthest = max(furthest, (first + n * MINUTE).astimezone(zone).replace(tzinfo=None))
            self.open.append(self._is_open(furthest, calendar))
        self.open = self.open[-day_before:]
        paused = {n for begins, ends in pauses for n in range((begins - first) // MINUTE, (ends - first) // MINUTE)}
        self.counts = [is_open_then and n not in paused for n, is_open_then in enumerate(self.open)]

    @staticmethod
    def _is_open(reading: datetime, calendar: Calendar) -> bool:
        day, minute = reading.date(), reading.hour * 60 + reading.minute
        spans = () if day in calendar.holidays else calendar.weekly[reading.weekday()]
        return any(opens <= minute < closes for opens, closes in calendar.overrides.get(day, spans))

    def counting_minutes(self) -> list[int]:
        return [minute for minute, counts in enumerate(self.counts) if counts]

    def at(self, minute: int) -> datetime:
        return self.first + minute * MINUTE

    def due(self, start: datetime, target: timedelta) -> datetime | None:
        for minute in self.counting_minutes():
            begins = max(start, self.at(minute))
            available = self.at(minute + 1) - begins
            if available > timedelta(0):
                if available >= target:
                    return begins + target
                target -= available
        return None

    def worked(self, start: datetime, end: datetime) -> timedelta:
        total = timedelta(0)
        for minute in self.counting_minutes():
            begins, ends = max(start, self.at(minute)), min(end, self.at(minute + 1))
            total += max(ends - begins, timedelta(0))
        return total


# Where clocks change, by how much, and a date shortly before: by an hour, by half an hour, at midnight both ways,
# one minute past midnight, by a whole skipped date, for Ramadan, and not at all.
CHANGES = [
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 30)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("America/Sao_Paulo", date(2018, 2, 15)),
    ("America/Sao_Paulo", date(2018, 11, 2)),
    ("America/Havana", date(2026, 10, 30)),
    ("Asia/Beirut", date(2026, 3, 27)),
    ("America/St_Johns", date(2010, 11, 5)),
    ("Pacific/Apia", date(2011, 12, 28)),
    ("Africa/Casablanca", date(2026, 2, 13)),
    ("Asia/Kathmandu", date(2026, 5, 1)),
]
DAYS_WALKED = 3


@st.composite
def hours_of_a_day(draw) -> tuple[tuple[int, int], ...]:
    """Up to three spans, often with boundaries in the small hours when clocks change, sometimes touching."""
    boundary = st.one_of(st.integers(0, 1440), st.sampled_from([0, 30, 60, 90, 120, 150, 180, 1380, 1410, 1440]))
    marks = sorted(draw(st.lists(boundary, max_size=6, unique=True)))
    step = draw(st.sampled_from([1, 2]))
    return tuple((marks[n], marks[n + 1]) for n in range(0, len(marks) - 1, step))


@st.composite
def situations(draw) -> tuple[Calendar, datetime, list[tuple[datetime, datetime]], datetime]:
    """A calendar, the first minute of a walk over a change of clocks, pauses, and a start to the second."""
    timezone, day = draw(st.sampled_from(CHANGES))
    near = st.integers(-1, DAYS_WALKED + 1).map(lambda n: day + n * DAY)
    calendar = Calendar(
        timezone=timezone,
        weekly=tuple(draw(hours_of_a_day()) for _ in range(7)),
        holidays=frozenset(draw(st.sets(near, max_size=2))),
        overrides=draw(st.dictionaries(near, hours_of_a_day(), max_size=2)),
    )
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    minutes = st.integers(0, DAYS_WALKED * 24 * 60)
    pauses = [
        (first + begins * MINUTE, first + (begins + length) * MINUTE)
        for begins, length in draw(st.lists(st.tuples(minutes, st.integers(0, 600)), max_size=4))
    ]
    return calendar, first, pauses, first + timedelta(seconds=draw(st.integers(0, 2 * 24 * 3600)))


seconds = st.integers(1, 40 * 3600).map(lambda n: timedelta(seconds=n))


@settings(max_examples=examples(60), deadline=None)
@given(situations(), seconds)
def test_the_clock_agrees_with_a_walk_minute_by_minute(situation, target):
    calendar, first, pauses, start = situation
    walk = MinuteWalk(calendar, pauses, first, DAYS_WALKED)
    end = first + DAYS_WALKED * DAY

    deadline = due(start, target, calendar, pauses)

    within_the_walk = deadline if deadline and deadline <= end else None
    assert within_the_walk == walk.due(start, target)
    assert worked(start, end, calendar, pauses) == walk.worked(start, end)
    open_minutes = {
        n
        for begins, ends in spans_between(first, end, calendar)
        for n in range((begins - first) // MINUTE, (ends - first) // MINUTE)
    }
    assert open_minutes == {n for n, is_open_then in enumerate(walk.open) if is_open_then}


@settings(max_examples=examples(25), deadline=None)
@given(situations())
def test_openings_agree_with_a_walk_minute_by_minute(situation):
    calendar, first, _, _ = situation
    walk = MinuteWalk(calendar, [], first, 3)

    assert [is_open(walk.at(n), calendar) for n in range(0, 3 * 1440, 7)] == walk.open[::7]

    upcoming = next((walk.at(n) for n, is_open_then in enumerate(walk.open) if is_open_then), None)
    opening = next_opening(first, calendar)
    assert opening == upcoming if upcoming else opening is None or opening >= first + 3 * DAY


@settings(max_examples=examples(100), deadline=None)
@given(situations(), st.integers(0, 200 * 3600).map(lambda n: timedelta(seconds=n)))
def test_worked_is_the_inverse_of_due(situation, target):
    calendar, _, pauses, start = situation

    deadline = due(start, target, calendar, pauses)

    if deadline is None:
        assert target and worked(start, start + 400 * DAY, calendar, pauses) < target
    else:
        assert worked(start, deadline, calendar, pauses) == target
        if target:
            assert worked(start, deadline - timedelta.resolution, calendar, pauses) < target


@settings(max_examples=examples(100), deadline=None)
@given(situations(), seconds)
def test_an_explanation_adds_up_to_its_deadline(situation, target):
    calendar, _, pauses, start = situation

    steps = explain(start, target, calendar, pauses)

    deadline = due(start, target, calendar, pauses)
    assert bool(steps) == (deadline is not None)
    if steps:
        assert steps[-1].total == sum((step.added for step in steps), timedelta(0)) == target
        assert steps[-1].counted[-1][1] == deadline
        assert [step.date for step in steps] == [steps[0].date + n * DAY for n in range(len(steps))]


# --- edges of a deadline ---


def test_seconds_are_kept_exactly():
    start = local(NEW_YORK, "2026-01-30 16:59:30.250000")

    assert due(start, 60 * timedelta(seconds=1), NEW_YORK) == local(NEW_YORK, "2026-02-02 09:00:30.250000")


def test_nothing_to_wait_for_is_due_at_once_even_when_closed():
    sunday = local(NEW_YORK, "2026-02-01 12:00")

    assert due(sunday, timedelta(0), NEW_YORK) == sunday


def test_an_opening_after_400_days_still_counts_and_one_after_401_does_not():
    start = utc("2026-01-01 00:00")

    def opening_after(days: int) -> Calendar:
        return Calendar(timezone="UTC", weekly=((),) * 7, overrides={start.date() + days * DAY: ((540, 600),)})

    assert due(start, HOUR, opening_after(400)) == start + 400 * DAY + 10 * HOUR
    assert due(start, HOUR, opening_after(401)) is None
    assert next_opening(start, opening_after(401)) is None
    assert plus_working_days(start, 1, opening_after(401)) is None


def test_the_400_days_begin_anew_with_every_opening():
    one_hour_a_week = open_on_mondays("UTC", (540, 600))

    assert due(utc("2026-01-05 00:00"), 100 * HOUR, one_hour_a_week) == utc("2027-11-29 10:00")


def test_a_pause_longer_than_400_days_does_not_lose_the_deadline():
    start = utc("2026-01-05 14:00")
    pause = (start + HOUR, start + 500 * DAY)

    deadline = due(start, 2 * HOUR, NEW_YORK, [pause])

    assert deadline is not None and worked(start, deadline, NEW_YORK, [pause]) == 2 * HOUR


def test_overlapping_pauses_in_any_order_are_taken_off_once():
    noon = utc("2026-01-05 12:00")
    within_another = (noon + 2.5 * HOUR, noon + 3.5 * HOUR)
    backwards = (noon + HOUR, noon)
    pauses = [(noon + 2 * HOUR, noon + 4 * HOUR), within_another, (noon + HOUR, noon + 3 * HOUR), backwards]

    assert due(noon, 2 * HOUR, ROUND_THE_CLOCK, pauses) == noon + 5 * HOUR


def test_a_target_reached_when_a_pause_begins_is_due_then():
    noon = utc("2026-01-05 12:00")

    assert due(noon, HOUR, ROUND_THE_CLOCK, [(noon + HOUR, noon + 9 * HOUR)]) == noon + HOUR


@pytest.mark.parametrize("calendar", [NEW_YORK, ROUND_THE_CLOCK], ids=["office", "24x7"])
def test_a_target_of_more_than_a_century_has_no_deadline(calendar):
    assert due(utc("2026-01-05 12:00"), timedelta.max, calendar) is None


def test_a_deadline_is_never_before_its_start():
    with pytest.raises(ValueError):
        due(utc("2026-01-05 12:00"), -MINUTE, NEW_YORK)


def test_times_without_a_zone_are_refused():
    naive = datetime(2026, 1, 5, 12)
    for call in (
        lambda: due(naive, HOUR, NEW_YORK),
        lambda: worked(utc("2026-01-01"), naive, NEW_YORK),
        lambda: is_open(naive, NEW_YORK),
        lambda: due(utc("2026-01-01"), HOUR, NEW_YORK, [(naive, naive)]),
    ):
        with pytest.raises(ValueError, match="zone"):
            call()


def test_no_work_is_done_backwards():
    noon = local(NEW_YORK, "2026-01-30 12:00")

    assert worked(noon, noon - HOUR, NEW_YORK) == timedelta(0)


def test_work_is_counted_across_a_closure_of_years():
    calendar = Calendar("UTC", ((),) * 7, overrides={date(2024, 1, 1): ((0, 60),), date(2026, 1, 1): ((0, 60),)})

    assert worked(utc("2023-12-01"), utc("2026-12-01"), calendar) == 2 * HOUR


# --- summer time at a boundary of the hours ---


def test_a_boundary_in_the_skipped_hour_falls_on_the_jump():
    jump = utc("2026-03-08 07:00")
    opens_in_it = open_on_sundays("America/New_York", (150, 300))
    closes_in_it = open_on_sundays("America/New_York", (60, 150))

    assert spans_between(jump - DAY, jump + DAY, opens_in_it) == [(jump, jump + 2 * HOUR)]
    assert spans_between(jump - DAY, jump + DAY, closes_in_it) == [(jump - HOUR, jump)]


def test_hours_wholly_inside_the_skipped_hour_do_not_happen():
    calendar = open_on_sundays("America/New_York", (125, 175))

    assert spans_between(utc("2026-03-08"), utc("2026-03-09"), calendar) == []


def test_a_boundary_in_the_repeated_hour_means_its_first_pass():
    first_half_past_one = utc("2026-11-01 05:30")
    opens_in_it = open_on_sundays("America/New_York", (90, 180))
    closes_in_it = open_on_sundays("America/New_York", (60, 90))

    assert next_opening(utc("2026-11-01"), opens_in_it) == first_half_past_one
    assert worked(utc("2026-11-01"), utc("2026-11-02"), opens_in_it) == 2.5 * HOUR
    assert not is_open(first_half_past_one, closes_in_it)
    assert not is_open(local(closes_in_it, "2026-11-01 01:15", fold=1), closes_in_it)


def test_a_day_that_has_begun_goes_on_when_clocks_go_back_across_midnight():
    sundays = open_on_sundays("America/St_Johns", (0, 1440))
    saturday_again = local(sundays, "2010-11-06 23:15", fold=1)

    assert not is_open(local(sundays, "2010-11-06 23:15"), sundays)
    assert is_open(saturday_again, sundays)


# --- working days ---

WORKING_DAYS = {
    "the same time": (NEW_YORK, "2026-01-28 11:20:05", 2, "2026-01-30 11:20:05"),
    "over a weekend": (NEW_YORK, "2026-01-30 11:20", 3, "2026-02-04 11:20"),
    "from a closed day": (NEW_YORK, "2026-01-31 11:20", 1, "2026-02-02 11:20"),
    "before opening": (NEW_YORK, "2026-01-28 07:00", 1, "2026-01-29 09:00"),
    "after close": (NEW_YORK, "2026-01-29 20:00", 1, "2026-02-02 09:00"),
    "exactly at close": (NEW_YORK, "2026-01-29 17:00", 1, "2026-01-30 17:00"),
    "at lunch": (CHINA, "2026-09-28 12:40", 1, "2026-09-29 13:30"),
    "over the Golden Week": (CHINA, "2026-09-30 10:00", 1, "2026-10-08 10:00"),
    "onto a make-up day": (CHINA, "2026-10-09 10:00", 1, "2026-10-10 10:00"),
    "past a short make-up day": (CHINA, "2026-10-09 15:00", 1, "2026-10-12 09:00"),
    "today": (NEW_YORK, "2026-01-28 07:00", 0, "2026-01-28 09:00"),
    "over a change of clocks": (ROUND_THE_CLOCK, "2026-03-07 12:00", 1, "2026-03-08 12:00"),
    "into the skipped hour": (ROUND_THE_CLOCK, "2026-03-07 02:30:10.700000", 1, "2026-03-08 03:00"),
}


@pytest.mark.parametrize("calendar, start, n, expected", WORKING_DAYS.values(), ids=WORKING_DAYS)
def test_working_days_keep_the_local_time_and_end_in_open_hours(calendar, start, n, expected):
    assert plus_working_days(local(calendar, start), n, calendar) == local(calendar, expected)


def test_working_days_count_neither_backwards_nor_without_hours():
    assert plus_working_days(utc("2026-01-05"), 1, NOBODY) is None
    with pytest.raises(ValueError):
        plus_working_days(utc("2026-01-05"), -1, NEW_YORK)


# --- openings and explanations ---


def test_hours_are_half_open():
    assert is_open(local(NEW_YORK, "2026-01-28 09:00"), NEW_YORK)
    assert not is_open(local(NEW_YORK, "2026-01-28 17:00"), NEW_YORK)


def test_the_next_opening_is_now_while_open():
    now = local(NEW_YORK, "2026-01-28 10:00")

    assert next_opening(now, NEW_YORK) == now
    assert next_opening(local(NEW_YORK, "2026-01-30 17:00"), NEW_YORK) == local(NEW_YORK, "2026-02-02 09:00")


def test_hours_that_touch_at_midnight_are_one_stretch():
    nights = Calendar("UTC", (((1320, 1440),), ((0, 360),), (), (), (), (), ()))

    assert spans_between(utc("2026-01-05"), utc("2026-01-07"), nights) == [
        (utc("2026-01-05 22:00"), utc("2026-01-06 06:00"))
    ]


def test_an_explanation_names_lunch_pause_holiday_and_make_up_day():
    start = local(CHINA, "2026-09-30 16:00")
    pause = (local(CHINA, "2026-10-08 10:00"), local(CHINA, "2026-10-09 18:00"))

    steps = explain(start, 4 * HOUR, CHINA, [pause])

    assert [(step.source, step.added) for step in steps] == [
        ("weekly", 2 * HOUR),
        *[("holiday", timedelta(0))] * 7,
        ("weekly", HOUR),
        ("weekly", timedelta(0)),
        ("override", HOUR),
    ]
    assert steps[8].paused == (
        (pause[0], local(CHINA, "2026-10-08 12:00")),
        (local(CHINA, "2026-10-08 13:30"), local(CHINA, "2026-10-08 18:00")),
    )
    assert steps[-1].hours == ((540, 720),)
    assert steps[-1].counted == ((local(CHINA, "2026-10-10 09:00"), local(CHINA, "2026-10-10 10:00")),)


def test_without_a_deadline_there_is_nothing_to_explain():
    assert explain(utc("2026-01-05"), HOUR, NOBODY) == []


# --- calendars as stored and as typed ---


def test_a_calendar_survives_being_stored():
    assert Calendar.from_json(CHINA.to_json()) == CHINA
    assert CHINA.to_json()["weekly"][0] == [["09:00", "12:00"], ["13:30", "18:00"]]
    assert always("UTC").to_json()["weekly"][6] == [["00:00", "24:00"]]


def test_hours_typed_out_of_order_are_put_in_order():
    typed = CHINA.to_json() | {"weekly": [[["13:30", "18:00"], ["9:00", "12:00"]]] * 5 + [[], []]}

    assert Calendar.from_json(typed) == CHINA


def test_an_override_without_hours_closes_a_day_and_one_with_hours_beats_a_holiday():
    typed = {"holidays": ["2026-01-29"], "overrides": {"2026-01-28": [], "2026-01-29": [["10:00", "11:00"]]}}
    calendar = Calendar.from_json(NEW_YORK.to_json() | typed)

    assert calendar.hours_on(date(2026, 1, 28)) == ()
    assert calendar.hours_on(date(2026, 1, 29)) == ((600, 660),)


def wednesday(*spans: object) -> dict:
    return {"weekly": [[], [], list(spans), [], [], [], []]}


MISTAKES = [
    (wednesday(["09:00", "12:00"], ["11:59", "18:00"]), "weekly.2.1", "overlap"),
    (wednesday(["13:00", "18:00"], ["09:00", "12:00"], ["17:00", "19:00"]), "weekly.2.2", "overlap"),
    (wednesday(["18:00", "09:00"]), "weekly.2.0", "backwards"),
    (wednesday(["09:00", "09:00"]), "weekly.2.0", "backwards"),
    (wednesday(["09:00", "24:01"]), "weekly.2.0", "bad_time"),
    (wednesday(["09:60", "12:00"]), "weekly.2.0", "bad_time"),
    (wednesday(["nine", "12:00"]), "weekly.2.0", "bad_time"),
    (wednesday([540, 720]), "weekly.2.0", "bad_time"),
    (wednesday(["09:00"]), "weekly.2.0", "bad_time"),
    (wednesday("09:00-12:00"), "weekly.2.0", "bad_time"),
    ({"weekly": [[]] * 6}, "weekly", "bad_time"),
    ({"weekly": [[], None, [], [], [], [], []]}, "weekly.1", "bad_time"),
    ({"weekly": None}, "weekly", "bad_time"),
    ({"weekly": [[]] * 7}, "weekly", "no_hours"),
    ({"weekly": [[]] * 7, "overrides": {"2026-10-10": []}}, "weekly", "no_hours"),
    ({"holidays": ["2026-10-01", "2026-02-30"]}, "holidays.1", "bad_date"),
    ({"holidays": [20261001]}, "holidays.0", "bad_date"),
    ({"holidays": "2026-10-01"}, "holidays", "bad_date"),
    ({"overrides": {"10 October": []}}, "overrides.10 October", "bad_date"),
    ({"overrides": ["2026-10-10"]}, "overrides", "bad_date"),
    ({"overrides": {"2026-10-10": [["12:00", "09:00"]]}}, "overrides.2026-10-10", "backwards"),
    ({"overrides": {"2026-10-10": [["09:00", "12:00"], ["10:00", "11:00"]]}}, "overrides.2026-10-10", "overlap"),
    ({"timezone": "Mars/Olympus_Mons"}, "timezone", "unknown_timezone"),
    ({"timezone": "../../etc/passwd"}, "timezone", "unknown_timezone"),
    ({"timezone": ""}, "timezone", "unknown_timezone"),
    ({"timezone": None}, "timezone", "unknown_timezone"),
]


@pytest.mark.parametrize("typed, line, code", MISTAKES)
def test_a_mistake_is_named_with_its_line(typed, line, code):
    with pytest.raises(CalendarError) as mistake:
        Calendar.from_json(NEW_YORK.to_json() | typed)

    assert (mistake.value.line, mistake.value.code) == (line, code)


def test_a_calendar_open_only_by_overrides_is_accepted():
    fair = {"weekly": [[]] * 7, "overrides": {"2026-10-10": [["09:00", "12:00"]]}}

    assert Calendar.from_json(NEW_YORK.to_json() | fair).hours_on(date(2026, 10, 10)) == ((540, 720),)


# --- proposals for a country ---


def test_china_proposes_its_golden_week_by_name():
    proposed = dict(proposed_holidays("CN", [2026], language="zh_CN"))

    assert {date(2026, 10, day) for day in range(5, 8)} <= proposed.keys()
    assert proposed[date(2026, 10, 1)] == "国庆节"
    assert {day.year for day in proposed} == {2026}


def test_china_proposes_the_make_up_days_the_state_council_announced():
    announced = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]

    assert make_up_days("CN", [2026]) == [date.fromisoformat(f"2026-{day}") for day in announced]
    assert make_up_days("US", [2026]) == []


def test_an_office_in_china_works_on_make_up_days_and_rests_in_the_golden_week():
    shanghai = office("Asia/Shanghai", "09:00", "18:00", country="CN", years=[2026])

    assert is_open(local(shanghai, "2026-10-10 10:00"), shanghai)
    assert not is_open(local(shanghai, "2026-10-05 10:00"), shanghai)
    assert Calendar.from_json(shanghai.to_json()) == shanghai


def test_an_unknown_country_is_a_mistake_with_a_line():
    with pytest.raises(CalendarError) as mistake:
        office("UTC", country="XX", years=[2026])

    assert (mistake.value.line, mistake.value.code) == ("country", "unknown_country")
