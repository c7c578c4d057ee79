"""Win rate, expert score and the order of answers. Pure; rules/ranking.md "Win rate", "Expert score"."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from math import log

from app.domains.reputation.credits import VOTES, AnswerState, Reason
from app.domains.reputation.ranking import ACCEPTED_WHEN_CORROBORATED
from app.kernel.statistics import wilson

COMPARED_AFTER = timedelta(days=14)
WORTH_COMPARING = 1.0  # net trusted votes of the better answer
DRAW_WITHIN = 0.5
MEETINGS_TO_HALVE = 4  # the fifth meeting of the same two people weighs half of the first


def win_rate(wins: float, comparisons: float) -> float:
    """b: the share of comparisons won, with eight made-up ones at 35 % so that a first win is no 100 %."""
    return (wins + 2.8) / (comparisons + 8)


def expert_score(win_rate: float, hp365: float) -> float:
    """E, in log-odds; `hp365` in credits. Below nothing, help points count as none."""
    return log(win_rate / (1 - win_rate)) + 0.2 * log(1 + max(hp365, 0.0))


@dataclass(frozen=True)
class ComparedAnswer:
    """An answer as known 14 days after its question was asked: the signed x of each vote, by giver (None:
    distinct), and the x of the asker's acceptance (0: not accepted)."""

    answer_id: int
    author_id: int
    votes: Sequence[tuple[int | None, float]]
    accepted_x: float = 0.0


def compared_answer(answer_id: int, author_id: int, state: AnswerState) -> ComparedAnswer:
    """With what is in force on the answer."""
    votes = [row for row in state.live if row.reason in VOTES]
    signed = [(vote.giver_id, vote.x if vote.reason == Reason.UPVOTE else -vote.x) for vote in votes]
    accepted_x = sum(row.x for row in state.live if row.reason == Reason.ACCEPTED)
    return ComparedAnswer(answer_id, author_id, signed, accepted_x)


@dataclass(frozen=True)
class Comparison:
    """One meeting; `first_score` is 1 (the first won), 0 or 0.5, `weight` how much it counts for both."""

    first_id: int
    second_id: int
    first_score: float
    weight: float


@dataclass
class Tally:
    """`wins` and `comparisons` are weighted; gates that ask for 20 comparisons count `meetings`."""

    wins: float = 0.0
    comparisons: float = 0.0
    meetings: int = 0

    @property
    def win_rate(self) -> float:
        return win_rate(self.wins, self.comparisons)


@dataclass
class WinBook:
    """Folds the comparisons of one question after another, in the order in which their 14 days end."""

    tallies: dict[int, Tally] = field(default_factory=dict)
    meetings: dict[tuple[int, int], int] = field(default_factory=dict)

    def record(self, asker_id: int | None, answers: Iterable[ComparedAnswer]) -> list[Comparison]:
        made = comparisons_of(asker_id, answers, self.meetings)
        for comparison in made:
            pair = (comparison.first_id, comparison.second_id)
            self.meetings[pair] = self.meetings.get(pair, 0) + 1
            self._enter(comparison.first_id, comparison.first_score, comparison.weight)
            self._enter(comparison.second_id, 1 - comparison.first_score, comparison.weight)
        return made

    def _enter(self, user_id: int, score: float, weight: float) -> None:
        tally = self.tallies.setdefault(user_id, Tally())
        tally.wins += weight * score
        tally.comparisons += weight
        tally.meetings += 1


def comparisons_of(
    asker_id: int | None, answers: Iterable[ComparedAnswer], earlier_meetings: Mapping[tuple[int, int], int]
) -> list[Comparison]:
    """The meetings of one question's answerers, lower user id first, as are the keys of `earlier_meetings`."""
    net = _best_by_author(asker_id, list(answers))
    made = []
    for first, second in combinations(sorted(net), 2):
        if max(net[first], net[second]) >= WORTH_COMPARING:
            weight = 0.5 ** (earlier_meetings.get((first, second), 0) / MEETINGS_TO_HALVE)
            made.append(Comparison(first, second, _score(net[first], net[second]), weight))
    return made


def net_votes(answer: ComparedAnswer, without: frozenset[int]) -> float:
    """n_i: trusted votes, not counting those of `without`, and the acceptance."""
    trusted = sum(x for giver_id, x in answer.votes if giver_id is None or giver_id not in without)
    return trusted + ACCEPTED_WHEN_CORROBORATED * answer.accepted_x


def _best_by_author(asker_id: int | None, answers: Sequence[ComparedAnswer]) -> dict[int, float]:
    rivals = frozenset(answer.author_id for answer in answers if answer.author_id != asker_id)
    best: dict[int, float] = {}
    for answer in answers:
        if answer.author_id in rivals:
            net = net_votes(answer, without=rivals)
            best[answer.author_id] = max(net, best.get(answer.author_id, net))
    return best


def _score(first: float, second: float) -> float:
    if abs(first - second) < DRAW_WITHIN:
        return 0.5
    return 1.0 if first > second else 0.0


def answer_order_key(
    accepted: bool, verified: bool, up: float, down: float, expert_score: float, at: datetime
) -> tuple[bool, bool, float, float, datetime]:
    """Sort ascending by it: accepted, verified, lower bound of the trusted share up / (up + down), the author's
    expert score, the earlier. `up` and `down` are sums of trust (`AnswerState.trusted_up`, `trusted_down`)."""
    lowest_share, _ = wilson(up, up + down)
    return (not accepted, not verified, -lowest_share, -expert_score, at)
