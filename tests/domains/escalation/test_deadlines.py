from datetime import UTC, datetime, timedelta

import pytest

from app.domains.escalation.deadlines import (
    Rung,
    Terms,
    first_level_of,
    meets,
    next_level_at,
    peer_target,
    promise,
    used_after,
)
from app.domains.products.calendars import Calendar, always, office

HOUR = 3600
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, at opening
NEVER_OPEN = Calendar("UTC", ((),) * 7)


def terms(
    peer_seconds: int = 4 * HOUR, calendar: Calendar | None = None, rungs: tuple[Rung, ...] | None = None
) -> Terms:
    ladder = rungs if rungs is not None else (Rung(1, 0), Rung(2, 4 * HOUR, "leads"))
    hours = calendar or office("Asia/Shanghai")
    return Terms(1, 1, hours, peer_seconds, 4 * HOUR, 8 * HOUR, 27 * HOUR, 5, 1800, ladder)


def test_the_peer_window_counts_open_time_only() -> None:
    friday_evening = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)  # 17:00, an hour before closing
    assert promise(friday_evening, terms()) == datetime(2026, 3, 9, 4, 0, tzinfo=UTC)  # Monday 12:00


def test_a_promise_of_seconds_is_kept_to_the_second() -> None:
    assert promise(MONDAY, terms(60, always("UTC"))) == MONDAY + timedelta(seconds=60)


def test_a_calendar_that_never_opens_has_no_deadline_at_all() -> None:
    assert promise(MONDAY, terms(calendar=NEVER_OPEN)) is None


@pytest.mark.parametrize(
    ("peer", "used", "left"),
    [
        (4 * HOUR, 0, 4 * HOUR),
        (4 * HOUR, HOUR, 3 * HOUR),
        (4 * HOUR, 4 * HOUR - 60, 15 * 60),
        (4 * HOUR, 9 * HOUR, 15 * 60),
        (60, 45, 60),
        (0, 100, 0),
    ],
)
def test_a_window_that_begins_again_has_the_rest_but_at_least_fifteen_minutes(peer: int, used: int, left: int) -> None:
    assert peer_target(terms(peer), used) == left


def test_time_used_up_is_open_time_and_adds_up() -> None:
    closing = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    night = closing + timedelta(hours=5)
    assert used_after(600, closing - timedelta(hours=1), night, terms()) == 600 + HOUR


def test_a_stop_before_the_start_uses_nothing() -> None:
    assert used_after(0, MONDAY, MONDAY - timedelta(hours=1), terms()) == 0


def test_each_level_counts_from_the_one_below_in_open_time() -> None:
    assert next_level_at(1, MONDAY, terms()) == MONDAY + timedelta(hours=4)


def test_past_the_last_level_the_lead_hears_daily() -> None:
    assert next_level_at(2, MONDAY, terms()) == MONDAY + timedelta(days=1)


@pytest.mark.parametrize(("cycle", "rungs", "level"), [(1, 2, 1), (2, 2, 1), (3, 2, 2), (4, 3, 2), (3, 1, 1)])
def test_from_the_second_reopening_a_case_starts_at_level_two(cycle: int, rungs: int, level: int) -> None:
    ladder = tuple(Rung(number, 0) for number in range(1, rungs + 1))
    assert first_level_of(cycle, terms(rungs=ladder)) == level


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        ({}, True),
        ({"kinds": ["complaint"]}, False),
        ({"kinds": ["complaint", "problem"]}, True),
        ({"languages": ["zh"]}, False),
        ({"kinds": ["problem"], "languages": ["en"]}, True),
        ({"kinds": []}, True),
    ],
)
def test_a_policy_takes_what_its_conditions_list(conditions: dict[str, list[str]], met: bool) -> None:
    assert meets(conditions, "problem", "en") is met


def test_a_condition_that_nobody_knows_matches_nothing() -> None:
    assert not meets({"tiers": ["vip"]}, "problem", "en")
