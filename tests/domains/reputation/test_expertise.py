from datetime import UTC, datetime
from math import log

import pytest

from app.domains.reputation.expertise import (
    ComparedAnswer,
    Comparison,
    WinBook,
    answer_order_key,
    comparisons_of,
    expert_score,
    win_rate,
)

ASKER, ANN, BEN, CYN = 1, 2, 3, 4
MORNING, NOON = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_answer(by, votes=0.0, accepted_x=0.0, voters=None, answer_id=None):
    cast = [(None, votes)] if voters is None else voters
    return ComparedAnswer(answer_id or by * 10, by, cast, accepted_x)


@pytest.mark.parametrize(
    ("wins", "comparisons", "rate"), [(0, 0, 0.35), (1, 1, 3.8 / 9), (0, 8, 0.175), (85 * 0.7, 85, 62.3 / 93)]
)
def test_the_win_rate_starts_at_35_per_cent_and_moves_with_evidence(wins, comparisons, rate):
    assert win_rate(wins, comparisons) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("rate", "hp365", "score"), [(0.5, 0, 0), (0.75, 0, log(3)), (0.5, 99, 0.2 * log(100)), (0.5, -2, 0)]
)
def test_the_expert_score_is_log_odds_of_winning_plus_a_little_volume(rate, hp365, score):
    assert expert_score(rate, hp365) == pytest.approx(score)


@pytest.mark.parametrize(
    ("ann", "ben", "score_of_ann"),
    [(3, 1, 1), (1, 3, 0), (1.4, 1, 0.5), (1.5, 1, 1), (1, -2, 1), (0.9, 0, None), (0, 0, None)],
)
def test_two_answerers_are_compared_by_net_votes_where_one_has_at_least_one(ann, ben, score_of_ann):
    made = comparisons_of(ASKER, [an_answer(ANN, ann), an_answer(BEN, ben)], {})

    assert made == ([] if score_of_ann is None else [Comparison(ANN, BEN, score_of_ann, 1.0)])


def test_an_acceptance_counts_one_and_a_half_votes():
    (made,) = comparisons_of(ASKER, [an_answer(ANN, 1.0), an_answer(BEN, 0.0, accepted_x=1.0)], {})

    assert made.first_score == 0


def test_the_asker_is_not_compared_and_each_person_once_by_the_best_answer():
    answers = [an_answer(ASKER, 9), an_answer(ANN, 0), an_answer(ANN, 5, answer_id=21), an_answer(BEN, 2)]

    assert comparisons_of(ASKER, answers, {}) == [Comparison(ANN, BEN, 1.0, 1.0)]


def test_votes_between_answerers_of_the_question_do_not_count():
    ann = an_answer(ANN, voters=[(BEN, -1.0), (50, 1.0), (ASKER, 1.0)])
    ben = an_answer(BEN, voters=[(CYN, 1.0), (ANN, -1.0), (51, 1.0)])
    cyn = an_answer(CYN, voters=[(ANN, 1.0), (BEN, 1.0)])

    scores = {(made.first_id, made.second_id): made.first_score for made in comparisons_of(ASKER, [ann, ben, cyn], {})}

    assert scores == {(ANN, BEN): 1.0, (ANN, CYN): 1.0, (BEN, CYN): 1.0}


@pytest.mark.parametrize(("earlier", "weight"), [(0, 1), (4, 0.5), (8, 0.25)])
def test_the_same_two_people_meeting_again_weigh_less(earlier, weight):
    (made,) = comparisons_of(ASKER, [an_answer(BEN, 2), an_answer(ANN, 0)], {(ANN, BEN): earlier})

    assert made == Comparison(ANN, BEN, 0.0, pytest.approx(weight))


def test_the_win_book_adds_weighted_wins_and_counts_raw_meetings():
    book = WinBook()
    for _ in range(5):
        book.record(ASKER, [an_answer(ANN, 3), an_answer(BEN, 1)])

    weight = sum(0.5 ** (earlier / 4) for earlier in range(5))
    ann, ben = book.tallies[ANN], book.tallies[BEN]
    assert (ann.wins, ann.comparisons, ann.meetings) == (pytest.approx(weight), pytest.approx(weight), 5)
    assert (ben.wins, ben.comparisons, ben.meetings) == (0, pytest.approx(weight), 5)
    assert ann.win_rate == pytest.approx((weight + 2.8) / (weight + 8))


def test_answers_are_ordered_by_acceptance_verification_votes_author_and_time():
    keys = {
        "accepted": answer_order_key(True, False, 0, 5, -3.0, NOON),
        "verified": answer_order_key(False, True, 0, 0, 0.0, NOON),
        "nine of ten": answer_order_key(False, False, 9, 1, 0.0, NOON),
        "one of one": answer_order_key(False, False, 1, 0, 5.0, MORNING),
        "by an expert": answer_order_key(False, False, 0, 0, 2.0, NOON),
        "early": answer_order_key(False, False, 0, 0, 0.0, MORNING),
        "late": answer_order_key(False, False, 0, 0, 0.0, NOON),
    }

    assert sorted(reversed(keys), key=lambda name: keys[name]) == list(keys)
