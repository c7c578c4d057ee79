"""Who is asked first about a new question. Pure; who may be asked at all is decided by queries.

R = (tag60/max + tag365/max + kNN/max + 0.6) * ln(1 + 2 a5 + a14); each max is over the candidates.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

TAG_HALF_LIVES_DAYS = (60.0, 365.0)
ACTIVITY_HALF_LIVES_DAYS = (5.0, 14.0)
NEAREST_QUESTIONS = 150
LEAST_SIMILARITY = 0.03  # cosine of title TF-IDF
EVERYBODYS_SHARE = 0.6  # so that somebody active with no trace in these tags can still be asked
ASKED_BY_SCORE, ASKED_RISING = 4, 1


@dataclass(frozen=True)
class RoutingSignals:
    """What speaks for one candidate: strength in the question's tags (half-life 60 and 365 days), answers to the
    nearest questions, and answers lately (half-life 5 and 14 days)."""

    tag60: float = 0.0
    tag365: float = 0.0
    nearest: float = 0.0
    answers5: float = 0.0
    answers14: float = 0.0


def decayed_count(times: Iterable[datetime], now: datetime, half_life_days: float) -> float:
    """How many of these happened, each fading with the half-life."""
    half_life = timedelta(days=half_life_days)
    return sum(0.5 ** ((now - at) / half_life) for at in times)


def tag_strength(answerers_and_answers: Iterable[tuple[int, float]], all_answers: int) -> float:
    """tag_h of one candidate: for each tag of the question (distinct answerers in it, the candidate's decayed
    answers in it). `all_answers` counts the site's answers by non-askers: a rare tag says more."""
    return sum(log(1 + all_answers / (1 + df)) * log(1 + answers) for df, answers in answerers_and_answers)


def nearest_strength(similarities: Iterable[float]) -> float:
    """kNN of one candidate: similarity of each of the 150 nearest questions that the candidate answered."""
    return sum(similarity**2 for similarity in similarities if similarity > LEAST_SIMILARITY)


def routing_score(own: RoutingSignals, greatest: RoutingSignals) -> float:
    """R of one candidate; `greatest` holds the largest value of each signal among all candidates."""
    fit = (
        _share(own.tag60, greatest.tag60)
        + _share(own.tag365, greatest.tag365)
        + _share(own.nearest, greatest.nearest)
        + EVERYBODYS_SHARE
    )
    return fit * log(1 + 2 * own.answers5 + own.answers14)


def routing_scores(candidates: Mapping[int, RoutingSignals]) -> list[tuple[int, float]]:
    """(user id, R), best first; equal scores in the order of ids."""
    greatest = RoutingSignals(
        tag60=max((signals.tag60 for signals in candidates.values()), default=0.0),
        tag365=max((signals.tag365 for signals in candidates.values()), default=0.0),
        nearest=max((signals.nearest for signals in candidates.values()), default=0.0),
    )
    scored = [(user_id, routing_score(signals, greatest)) for user_id, signals in candidates.items()]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def asked_first(ordered: Sequence[int], rising: Collection[int]) -> list[int]:
    """Five of `ordered` (best first): four by score and the best rising one left. `rising` are those with three
    answers in the tag who are not among the site's top 20; without any, the fifth is by score too."""
    chosen = list(ordered[:ASKED_BY_SCORE])
    left = ordered[ASKED_BY_SCORE:]
    fifth = next((user_id for user_id in left if user_id in rising), None)
    if fifth is None:
        return list(ordered[: ASKED_BY_SCORE + ASKED_RISING])
    return [*chosen, fifth]


def _share(value: float, greatest: float) -> float:
    return value / greatest if greatest > 0 else 0.0
