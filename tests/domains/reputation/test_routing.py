from datetime import UTC, datetime, timedelta
from math import log

import pytest

from app.domains.reputation.routing import (
    RoutingSignals,
    asked_first,
    decayed_count,
    nearest_strength,
    routing_score,
    routing_scores,
    tag_strength,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_answers_fade_with_the_half_life_of_the_signal():
    times = [NOW, NOW - timedelta(days=5), NOW - timedelta(days=10)]

    assert decayed_count(times, NOW, 5) == pytest.approx(1.75)


def test_a_rare_tag_says_more_than_a_common_one():
    assert tag_strength([(9, 1.0)], 1000) == pytest.approx(log(101) * log(2))
    assert tag_strength([(9, 1.0), (999, 3.0)], 1000) == pytest.approx(log(101) * log(2) + log(2) * log(4))


def test_near_questions_count_by_the_square_of_similarity_above_the_floor():
    assert nearest_strength([0.5, 0.1, 0.03, 0.01]) == pytest.approx(0.26)


@pytest.mark.parametrize(
    ("own", "score"),
    [
        (RoutingSignals(8, 20, 0.5, 3, 5), 3.6 * log(12)),
        (RoutingSignals(4, 5, 0.0, 3, 5), 1.35 * log(12)),
        (RoutingSignals(0, 0, 0, 3, 5), 0.6 * log(12)),
        (RoutingSignals(8, 20, 0.5, 0, 0), 0),
    ],
)
def test_the_routing_score_is_fit_times_recent_activity(own, score):
    assert routing_score(own, RoutingSignals(8, 20, 0.5)) == pytest.approx(score)


def test_a_signal_nobody_has_counts_for_nobody():
    ordered = routing_scores({7: RoutingSignals(answers5=1), 3: RoutingSignals(answers5=1), 5: RoutingSignals()})

    assert ordered == [(3, pytest.approx(0.6 * log(3))), (7, pytest.approx(0.6 * log(3))), (5, 0)]
    assert routing_scores({}) == []


@pytest.mark.parametrize(
    ("rising", "asked"),
    [({8, 9}, [1, 2, 3, 4, 8]), (set(), [1, 2, 3, 4, 5]), ({2}, [1, 2, 3, 4, 5])],
)
def test_four_are_asked_by_score_and_one_who_is_rising(rising, asked):
    assert asked_first([1, 2, 3, 4, 5, 6, 7, 8, 9], rising) == asked


def test_fewer_candidates_are_all_asked():
    assert asked_first([4, 2], {2}) == [4, 2]
