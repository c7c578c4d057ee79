"""The site's ranking over any log of what happened: for measuring it. Pure; the starting-up rule is off."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domains.questions.writing import language_of
from app.domains.reputation.boards import TRUST_TO_BE_ELIGIBLE, supporter_trust
from app.domains.reputation.creditbook import CreditBook
from app.domains.reputation.credits import AnswerState, Credit, Fact, Kind
from app.domains.reputation.expertise import (
    COMPARED_AFTER,
    ComparedAnswer,
    Tally,
    WinBook,
    compared_answer,
    expert_score,
)
from app.domains.reputation.nearest import Titles
from app.domains.reputation.points import EXPERT_HALF_LIFE_DAYS, forward_points, help_points, points_now
from app.domains.reputation.routing import routing_scores
from app.domains.reputation.traces import Given, Traces
from app.domains.search.analysis import similar_tokens

LATEST_ANSWERS, ANSWERS_OF_A_TAG = 10_000, 5_000  # what lies further back has faded to little


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of the log; `asker_id` None: nobody knows who."""

    question_id: int
    asker_id: int | None
    at: datetime
    tags: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    answer_id: int
    question_id: int
    author_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A vote or an acceptance. `giver_id` None is an anonymous voter, distinct from every other; `weight` is the trust
    in the giver at that moment."""

    kind: Kind
    answer_id: int
    giver_id: int | None
    weight: float
    at: datetime


Happened = Asked | Answered | Judged


class Replay:
    """Takes what happened in the order of time, and says at any moment how people stand by what was known."""

    def __init__(self) -> None:
        self._ledger, self._wins = CreditBook(), WinBook()
        self._credits: list[Credit] = []
        self._points365: dict[int, float] = defaultdict(float)
        self._weights: dict[int, float] = {}
        self._questions: dict[int, Asked] = {}
        self._answers: dict[int, Answered] = {}
        self._answers_to: dict[int, list[Answered]] = defaultdict(list)
        self._not_compared: deque[Asked] = deque()
        self._given: dict[str, deque[Given]] = defaultdict(lambda: deque(maxlen=ANSWERS_OF_A_TAG))
        self._latest: deque[tuple[int, datetime]] = deque(maxlen=LATEST_ANSWERS)
        self._by_others = 0
        self._titles: dict[str, Titles] = defaultdict(Titles)
        self._events = 0

    def take(self, happened: Happened) -> None:
        """What is about an unknown question or answer is left out, as is a second account of the same."""
        self._compare_until(happened.at)
        self._events += 1
        match happened:
            case Asked():
                self._ask(happened)
            case Answered():
                self._answer(happened)
            case Judged():
                self._judge(happened)

    def expert_score(self, user_id: int, at: datetime) -> float:
        """E at that moment."""
        self._compare_until(at)
        tally = self._wins.tallies.get(user_id, Tally())
        points = points_now(self._points365[user_id], at, half_life_days=EXPERT_HALF_LIFE_DAYS)
        return expert_score(tally.win_rate, points)

    def board(self, at: datetime) -> list[tuple[int, float]]:
        """(user id, help points in credits) of everybody eligible, best first."""
        trust = supporter_trust(self._credits, self._weights, at)
        of_user: dict[int, list[Credit]] = defaultdict(list)
        for credit in self._credits:
            if trust.get(credit.user_id, 0.0) >= TRUST_TO_BE_ELIGIBLE:
                of_user[credit.user_id].append(credit)
        points = [(user_id, help_points(credits, at)) for user_id, credits in of_user.items()]
        return sorted((pair for pair in points if pair[1] > 0), key=lambda pair: (-pair[1], pair[0]))

    def route(self, asked: Asked) -> list[tuple[int, float]]:
        """(user id, R) of everybody whom something speaks for, best first; the asker is left out."""
        given = [answer for tag in asked.tags for answer in self._given.get(tag, ())]
        traces = Traces(given, self._similar(asked), tuple(reversed(self._latest)), self._by_others, asked.at)
        people = traces.people() - {asked.asker_id}
        return [pair for pair in routing_scores(traces.signals(people)) if pair[1] > 0]

    def _ask(self, asked: Asked) -> None:
        if asked.question_id not in self._questions:
            self._questions[asked.question_id] = asked
            self._not_compared.append(asked)

    def _answer(self, answered: Answered) -> None:
        asked = self._questions.get(answered.question_id)
        if asked is None or answered.author_id is None or answered.answer_id in self._answers:
            return
        if not self._answers_to[asked.question_id]:
            self._titles[language_of(asked.title)].add(asked.question_id, similar_tokens(asked.title))
        self._answers[answered.answer_id] = answered
        self._answers_to[asked.question_id].append(answered)
        if answered.author_id != asked.asker_id:
            self._by_others += 1
            self._latest.append((answered.author_id, answered.at))
            for tag in asked.tags:
                self._given[tag].append(Given(answered.author_id, tag, answered.at))

    def _judge(self, judged: Judged) -> None:
        answered = self._answers.get(judged.answer_id)
        if answered is None:
            return
        if judged.giver_id is not None:
            self._weights[judged.giver_id] = judged.weight
        fact = Fact(
            event_id=self._events,
            occurred_at=judged.at,
            kind=judged.kind,
            answer_id=judged.answer_id,
            author_id=answered.author_id,
            question_id=answered.question_id,
            asker_id=self._questions[answered.question_id].asker_id,
            giver_id=judged.giver_id,
            giver_weight=judged.weight,
            giver_confirmed=True,  # a log says nothing of addresses, and who is trusted with nothing may still accept
        )
        for credit in self._ledger.record(fact):
            self._credits.append(credit)
            self._points365[credit.user_id] += forward_points(
                credit.amount, credit.counts_from, half_life_days=EXPERT_HALF_LIFE_DAYS
            )

    def _compare_until(self, at: datetime) -> None:
        """Compare the answerers of all questions whose fourteen days ended before that moment."""
        while self._not_compared and self._not_compared[0].at + COMPARED_AFTER < at:
            asked = self._not_compared.popleft()
            answers = self._answers_to.get(asked.question_id, ())
            self._wins.record(asked.asker_id, [self._compared(each) for each in answers])

    def _compared(self, answered: Answered) -> ComparedAnswer:
        assert answered.author_id is not None
        state = self._ledger.answers.get(answered.answer_id, AnswerState())
        return compared_answer(answered.answer_id, answered.author_id, state)

    def _similar(self, asked: Asked) -> dict[int, list[float]]:
        """Person -> similarity of each of the nearest questions that they answered."""
        found: dict[int, list[float]] = defaultdict(list)
        words = frozenset(similar_tokens(asked.title))
        for question_id, near in self._titles[language_of(asked.title)].nearest(words):
            for author_id in self._helpers_of(question_id):
                found[author_id].append(near)
        return found

    def _helpers_of(self, question_id: int) -> Iterable[int]:
        asker_id = self._questions[question_id].asker_id
        authors: Sequence[int | None] = [each.author_id for each in self._answers_to[question_id]]
        return {author for author in authors if author is not None and author != asker_id}
