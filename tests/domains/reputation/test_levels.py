from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domains.reputation.levels import Progress, level_of, level_to_store, starting_up_ended, trust_weight

NOW = datetime(2026, 3, 2, tzinfo=UTC)
L1 = Progress(confirmed=True, age=timedelta(days=3), posts_read=30, supporters=1)
L2 = replace(L1, active_days=15, supporters=3, largest_supporter_share=0.40, hp365=5.0)
L3 = replace(L2, supporters=20, meetings=20, win_rate=0.50, hp365=60.0, active_weeks_of_last_13=8)


@pytest.mark.parametrize(
    ("level", "role", "confirmed", "starting_up", "weight"),
    [
        (0, "member", True, False, 0),
        (1, "member", True, False, 0.5),
        (2, "member", True, False, 1),
        (3, "member", True, False, 1),
        (4, "moderator", True, False, 1),
        (0, "member", True, True, 0.5),
        (0, "member", False, True, 0),
        (2, "member", True, True, 1),
        (0, "agent", True, True, 1),
        (0, "agent", True, False, 1),
        (0, "guest", False, True, 0),
    ],
)
def test_trust_by_level_role_and_youth_of_the_site(level, role, confirmed, starting_up, weight):
    assert trust_weight(level, role, confirmed, starting_up) == weight


@pytest.mark.parametrize("role", ["member", "moderator"])
def test_a_suspended_or_deleted_account_has_no_weight(role):
    assert trust_weight(3, role, True, True, active=False) == 0


@pytest.mark.parametrize(("progress", "level"), [(Progress(), 0), (L1, 1), (L2, 2), (L3, 3)])
def test_each_gate_opens_exactly_at_its_numbers(progress, level):
    assert level_of(progress, NOW, starting_up=False) == level


@pytest.mark.parametrize(
    ("at_the_gate", "level", "short_of"),
    [
        (L1, 0, {"confirmed": False}),
        (L1, 0, {"age": timedelta(days=2, hours=23)}),
        (L1, 0, {"posts_read": 29}),
        (L1, 0, {"supporters": 0}),
        (L2, 1, {"active_days": 14}),
        (L2, 1, {"supporters": 2}),
        (L2, 1, {"largest_supporter_share": 0.41}),
        (L2, 1, {"hp365": 4.9}),
        (L2, 1, {"upheld_flags_of_last_60_days": 1}),
        (L3, 2, {"supporters": 19}),
        (L3, 2, {"meetings": 19}),
        (L3, 2, {"win_rate": 0.49}),
        (L3, 2, {"hp365": 59.9}),
        (L3, 2, {"active_weeks_of_last_13": 7}),
        (L3, 1, {"upheld_flags_of_last_60_days": 1}),
    ],
)
def test_each_condition_alone_holds_a_level_back(at_the_gate, level, short_of):
    assert level_of(replace(at_the_gate, **short_of), NOW, starting_up=False) == level


def test_a_moderator_is_shown_as_level_four():
    assert level_of(Progress(role="moderator"), NOW, starting_up=False) == 4


def test_while_starting_up_the_first_gate_asks_neither_for_age_nor_for_a_supporter():
    newcomer = Progress(confirmed=True, posts_read=30)

    assert level_of(newcomer, NOW, starting_up=True) == 1
    assert level_of(newcomer, NOW, starting_up=False) == 0
    assert level_of(replace(newcomer, confirmed=False), NOW, starting_up=True) == 0
    assert level_of(replace(newcomer, posts_read=29), NOW, starting_up=True) == 0


@pytest.mark.parametrize(("days", "level"), [(0, 1), (179, 1), (180, 0)])
def test_those_admitted_at_the_start_keep_their_level_for_180_days(days, level):
    admitted = Progress(confirmed=True, admitted_at_start_at=NOW - timedelta(days=days))

    assert level_of(admitted, NOW, starting_up=False) == level


def test_one_imported_answer_stands_for_age_reading_and_address_but_not_for_a_supporter():
    assert level_of(Progress(imported_answers=1, supporters=1), NOW, starting_up=False) == 1
    assert level_of(Progress(imported_answers=1), NOW, starting_up=False) == 0


@pytest.mark.parametrize(
    ("held", "earned", "days_below", "stored"), [(1, 2, None, 2), (2, 1, 13, 2), (2, 1, 14, 1), (2, 1, None, 2)]
)
def test_promotion_is_at_once_and_demotion_after_fourteen_days(held, earned, days_below, stored):
    below_since = None if days_below is None else NOW - timedelta(days=days_below)

    assert level_to_store(held, earned, below_since, NOW) == stored


@pytest.mark.parametrize(
    ("people", "supported", "ended"), [(50, 20, True), (49, 49, False), (50, 19, False), (500, 100, True)]
)
def test_a_site_has_started_with_fifty_members_and_twenty_supported_from_outside(people, supported, ended):
    assert starting_up_ended(people, supported) is ended
