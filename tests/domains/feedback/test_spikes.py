from datetime import UTC, datetime, timedelta

import pytest

from app.domains.feedback.spikes import chance_of_silence, expected, has_a_past, has_closed, pace, spike_of, surprise

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

VECTORS = [
    (14, 24, 1 / 8, 3.0625, "2.61e-05", True),
    (9, 24, 1 / 8, 3.0625, "7.42e-03", False),
    (14, 24, 1 / 4, 6.125, "1.06e-02", False),
    (60, 300, 1 / 8, 37.5625, "9.45e-04", True),
    (5, 0, 1 / 8, 0.0625, "4.38e-06", True),
]


@pytest.mark.parametrize(("c", "before", "s", "mu", "p", "shown"), VECTORS)
def test_the_published_vectors_hold_with_24_tags(c, before, s, mu, p, shown):
    assert expected(before, s) == mu
    assert f"{surprise(c, before, s):.2e}" == p
    assert (spike_of(c, before, s, authors=3, tags_in_play=24) is not None) is shown


def test_two_loud_people_are_no_spike():
    assert spike_of(14, 24, 1 / 8, authors=2, tags_in_play=24) is None


def test_four_posts_are_no_spike_however_rare():
    assert spike_of(4, 0, 1 / 80, authors=4, tags_in_play=1) is None


def test_more_tags_in_play_ask_for_stronger_evidence():
    assert spike_of(9, 24, 1 / 8, authors=5, tags_in_play=1) is not None
    assert spike_of(9, 24, 1 / 8, authors=5, tags_in_play=2) is None


def test_only_five_people_and_one_chance_in_ten_thousand_are_told_the_same_day():
    assert spike_of(14, 24, 1 / 8, authors=5, tags_in_play=24).same_day
    assert not spike_of(14, 24, 1 / 8, authors=4, tags_in_play=24).same_day
    assert not spike_of(60, 300, 1 / 8, authors=50, tags_in_play=24).same_day


def test_the_pace_is_the_ratio_of_the_other_posts():
    assert pace(24, 192) == 0.125


def test_a_week_without_other_posts_does_not_expect_nothing():
    assert pace(0, 50) == 0.01
    assert pace(0, 0) == 0.125


def test_a_product_needs_eight_weeks_before_the_window_and_fifty_posts():
    old_enough = MONDAY - timedelta(days=56)
    assert has_a_past(old_enough, MONDAY, 50)
    assert not has_a_past(old_enough, MONDAY, 49)
    assert not has_a_past(old_enough + timedelta(seconds=1), MONDAY, 50)


def test_silence_of_a_frequent_tag_is_rarer_than_of_a_rare_one():
    assert chance_of_silence(40, 1 / 8) < 0.05 < chance_of_silence(10, 1 / 8)


def test_a_spike_closes_after_two_quiet_days():
    assert has_closed(MONDAY - timedelta(days=2), MONDAY)
    assert not has_closed(MONDAY - timedelta(days=1, hours=23), MONDAY)
