from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.reputation.credits import Credit, Reason
from app.domains.reputation.points import (
    EPOCH,
    faded,
    forward_points,
    help_points,
    largest_remainder,
    points_now,
    shown_points,
)

NOW = EPOCH + timedelta(days=2300)


def a_credit(amount, days_ago, event_id=1, counts_from_days_ago=None):
    at = NOW - timedelta(days=days_ago)
    counts_from = at if counts_from_days_ago is None else NOW - timedelta(days=counts_from_days_ago)
    return Credit(
        user_id=1, event_id=event_id, reason=Reason.UPVOTE, answer_id=1, occurred_at=at, amount=amount, raw=amount,
        x=amount, giver_id=2, counts_from=counts_from, source_event_id=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("half_life_days", "age_days", "worth"), [(30, 0, 8), (30, 30, 4), (30, 90, 1), (365, 365, 4), (365, 730, 2)]
)
def test_a_credit_halves_with_each_half_life(half_life_days, age_days, worth):
    assert faded(8, NOW - timedelta(days=age_days), NOW, half_life_days) == pytest.approx(worth)
    assert help_points([a_credit(8, age_days)], NOW, half_life_days) == pytest.approx(worth)


def test_a_standing_stored_forward_is_the_faded_sum_at_any_later_time():
    rows = [a_credit(1, 400), a_credit(2.5, 45), a_credit(-0.5, 3)]
    stored = sum(forward_points(row.amount, row.counts_from) for row in rows)

    for later in (timedelta(0), timedelta(days=77)):
        assert points_now(stored, NOW + later) == pytest.approx(help_points(rows, NOW + later))


def test_stored_standings_keep_their_order_for_ever():
    old = forward_points(3, NOW - timedelta(days=30))
    new = forward_points(1.6, NOW)

    assert new > old
    assert points_now(new, NOW + timedelta(days=1000)) > points_now(old, NOW + timedelta(days=1000))


def test_forward_points_stay_finite_for_eighty_years():
    assert forward_points(40, EPOCH + timedelta(days=365 * 80)) < float("inf")


def test_an_old_credit_taken_back_today_leaves_exactly_nothing():
    rows = [a_credit(1, 60), a_credit(-1, 0, event_id=2, counts_from_days_ago=60)]

    assert help_points(rows, NOW) == 0


@pytest.mark.parametrize(("credit", "points"), [(0, 0), (0.04, 0), (0.06, 1), (1, 10), (31.84, 318), (-0.5, -5)])
def test_ten_points_are_shown_for_one_credit(credit, points):
    assert shown_points(credit) == points


@pytest.mark.parametrize(
    ("parts", "total", "whole"),
    [
        ([1.5, 1.5], 3, [2, 1]),
        ([0.4, 0.4, 0.4], 1, [1, 0, 0]),
        ([211.6, 96.3, 10.0], 318, [212, 96, 10]),
        ([10.7, -3.4, 0.0], 7, [11, -4, 0]),
        ([], 0, []),
    ],
)
def test_rounded_parts_add_up_by_the_largest_remainder(parts, total, whole):
    assert largest_remainder(parts, total) == whole


def test_a_total_that_the_parts_cannot_reach_is_refused():
    with pytest.raises(ValueError, match="rounded sum"):
        largest_remainder([1.2, 1.2], 9)


@given(st.lists(st.floats(-1e5, 1e5), max_size=8))
def test_parts_always_add_up_and_none_moves_by_more_than_one(parts):
    whole = largest_remainder(parts, round(sum(parts)))

    assert sum(whole) == round(sum(parts))
    assert all(abs(rounded - part) <= 1 for rounded, part in zip(whole, parts, strict=True))
