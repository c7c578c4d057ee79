import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.statistics import Rate, kaplan_meier, km_quantile, negative_binomial_tail, rate, wilson

ANSWERED_AND_OPEN = [(1, True), (2, True), (5, True), (3, False), (10, False)]
waits = st.lists(st.tuples(st.integers(0, 50).map(float), st.booleans()), max_size=40)


def test_open_questions_move_the_median_from_two_hours_to_five():
    assert km_quantile(ANSWERED_AND_OPEN, 0.5) == 5


def test_the_curve_falls_only_where_something_was_answered():
    assert kaplan_meier(ANSWERED_AND_OPEN) == [
        (1, pytest.approx(0.8)), (2, pytest.approx(0.6)), (5, pytest.approx(0.3))]


def test_a_quantile_that_the_curve_never_reaches_is_none():
    assert km_quantile(ANSWERED_AND_OPEN, 0.9) is None
    assert km_quantile([(4, False)], 0.5) is None
    assert km_quantile([], 0.5) is None


def test_a_question_open_at_the_very_moment_of_an_answer_was_still_at_risk():
    assert kaplan_meier([(3, True), (3, False)]) == [(3, 0.5)]


def test_the_ninth_of_ten_answers_is_the_p90_in_spite_of_rounding():
    assert km_quantile([(hours, True) for hours in range(1, 11)], 0.9) == 9


@given(waits)
def test_the_curve_goes_down_within_zero_and_one_in_any_order_of_rows(rows):
    curve = kaplan_meier(rows)
    shares = [1.0, *(share for _, share in curve)]
    assert shares == sorted(shares, reverse=True) and shares[-1] >= -1e-12
    assert curve == kaplan_meier(rows[::-1])


@given(st.lists(st.integers(0, 50).map(float), min_size=1), st.sampled_from([0.25, 0.5, 0.9, 1.0]))
def test_without_open_questions_the_quantile_is_the_plain_one(durations, q):
    expected = sorted(durations)[math.ceil(q * len(durations) - 1e-9) - 1]
    assert km_quantile([(duration, True) for duration in durations], q) == expected


def test_wilson_of_eight_in_ten():
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)


def test_wilson_knows_nothing_without_observations_and_stays_inside():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0


@pytest.mark.parametrize(("c", "before", "pace", "p"), [
    (14, 24, 1 / 8, "2.61e-05"), (9, 24, 1 / 8, "7.42e-03"), (14, 24, 1 / 4, "1.06e-02"),
    (60, 300, 1 / 8, "9.45e-04"), (5, 0, 1 / 8, "4.38e-06"),
])
def test_tails_agree_with_the_published_vectors(c, before, pace, p):
    assert f"{negative_binomial_tail(c, before + 0.5, 1 / (1 + pace)):.2e}" == p


def test_the_tail_of_one_success_is_the_geometric_tail_however_far_out():
    assert negative_binomial_tail(400, 1, 0.5) == pytest.approx(0.5 ** 400, rel=1e-10)


@given(st.integers(0, 60), st.floats(0.5, 80), st.floats(0.05, 0.95))
def test_the_tail_and_the_part_below_it_make_one(c, r, p):
    below = math.fsum(
        math.exp(math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1) + r * math.log(p) + k * math.log(1 - p))
        for k in range(c))
    assert negative_binomial_tail(c, r, p) == pytest.approx(1 - below, abs=1e-10)


@given(st.integers(0, 200), st.floats(0.5, 80), st.floats(0.05, 0.95))
def test_more_posts_are_never_less_surprising(c, r, p):
    assert negative_binomial_tail(c + 1, r, p) <= negative_binomial_tail(c, r, p) + 1e-12


@pytest.mark.parametrize(("r", "p"), [(0, 0.5), (1, 0), (1, 1.5)])
def test_a_tail_without_a_distribution_is_refused(r, p):
    with pytest.raises(ValueError, match="negative binomial"):
        negative_binomial_tail(3, r, p)


def test_a_certain_success_never_fails():
    assert negative_binomial_tail(0, 3, 1) == 1.0
    assert negative_binomial_tail(1, 3, 1) == 0.0


def test_a_rate_of_nothing_has_no_value_but_an_n():
    assert rate(3, 4) == Rate(0.75, 4)
    assert rate(0, 0) == Rate(None, 0)
