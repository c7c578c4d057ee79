"""What everybody does, in the order in which it happens: the threads side by side, as in life. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.demonstration.content import AnswerSaid, CommentSaid, ItemSaid, LabelSaid, QuestionSaid, SearchSaid

HOUR = timedelta(hours=1)
# Days from the first mark to each step of a decision, where there is time for them.
STEP_DAYS = (1.1, 3.0, 6.0, 10.0, 16.0)
PATHS = {
    "inbox": (),
    "triaged": ("triaged",),
    "under_review": ("triaged", "under_review"),
    "planned": ("triaged", "under_review", "planned"),
    "in_progress": ("triaged", "under_review", "planned", "in_progress"),
    "shipped": ("triaged", "under_review", "planned", "in_progress", "shipped"),
    "declined": ("triaged", "under_review", "declined"),
}


@dataclass(frozen=True)
class Act:
    """Something that `who` does at `at`. `question` is a key; `answer` counts its answers from 1, 0 = the question."""

    at: datetime
    who: str
    question: str = ""
    answer: int = 0


@dataclass(frozen=True)
class Asks(Act):
    said: QuestionSaid | None = None


@dataclass(frozen=True)
class Answers(Act):
    body: str = ""


@dataclass(frozen=True)
class Comments(Act):
    body: str = ""


@dataclass(frozen=True)
class Votes(Act):
    value: int = 1


@dataclass(frozen=True)
class Follows(Act):
    pass


@dataclass(frozen=True)
class Accepts(Act):
    pass


@dataclass(frozen=True)
class Marks(Act):
    label: LabelSaid | None = None


@dataclass(frozen=True)
class Decides(Act):
    """`to` is a step of the item's way; `who` is empty: whoever decides in that product."""

    item: ItemSaid | None = None
    to: str = ""


@dataclass(frozen=True)
class Searches(Act):
    """For words that nothing has; in this product, or in all."""

    words: str = ""
    product: str = ""


# At the same instant: first what others stand on.
_RANK = (Asks, Answers, Accepts, Comments, Follows, Votes, Marks, Decides, Searches)


def timeline(
    questions: Iterable[QuestionSaid], items: Iterable[ItemSaid], now: datetime, searches: Iterable[SearchSaid] = ()
) -> list[Act]:
    """Everything up to `now`, oldest first. The same content gives the same order."""
    acts = [act for question in questions for act in _thread(question, now) if act.at < now]
    acts += _decisions(items, acts, now)
    acts += [act for search in searches for act in _searches(search, now)]
    return sorted(acts, key=lambda act: (act.at, _RANK.index(type(act)), act.question, act.answer, act.who))


def _thread(said: QuestionSaid, now: datetime) -> Iterator[Act]:
    asked_at = now - timedelta(days=said.days_ago)
    chance = Random(said.key)  # nosec B311  # the same story every time
    yield Asks(asked_at, said.asker, said.key, said=said)
    for follower in said.followers:
        yield Follows(_soon(asked_at, 6, now, chance), follower, said.key)
    yield from _votes(said.upvoters, 1, asked_at, said.key, 0, now, chance)
    yield from _comments(said.comments, asked_at, said.key, 0)
    for number, answer in enumerate(said.answers, 1):
        yield from _answer(answer, number, said, asked_at, now, chance)
    for label in said.labels:
        yield _mark(label, said, asked_at, now, chance)


def _answer(
    answer: AnswerSaid, number: int, said: QuestionSaid, asked_at: datetime, now: datetime, chance: Random
) -> Iterator[Act]:
    at = asked_at + answer.hours_after * HOUR
    if at >= now:
        return
    yield Answers(at, answer.author, said.key, number, body=answer.body)
    yield from _votes(answer.upvoters, 1, at, said.key, number, now, chance)
    yield from _votes(answer.downvoters, -1, at, said.key, number, now, chance)
    yield from _comments(answer.comments, asked_at, said.key, number, at)
    if answer.accepted_hours_after is not None:
        accepted_at = max(asked_at + answer.accepted_hours_after * HOUR, at + timedelta(minutes=5))
        yield Accepts(accepted_at, said.asker, said.key, number)


def _comments(
    comments: Iterable[CommentSaid], asked_at: datetime, key: str, number: int, after: datetime | None = None
) -> Iterator[Act]:
    for place, comment in enumerate(comments, 1):
        earliest = (after or asked_at) + timedelta(minutes=2 * place)
        at = max(asked_at + comment.hours_after * HOUR, earliest)
        yield Comments(at, comment.author, key, number, body=comment.body)


def _votes(
    voters: Iterable[str], value: int, since: datetime, key: str, number: int, now: datetime, chance: Random
) -> Iterator[Act]:
    """Most in the first day, some much later."""
    for place, voter in enumerate(voters, 1):
        yield Votes(_soon(since, 5 * place**1.4, now, chance), voter, key, number, value=value)


def _soon(since: datetime, within_hours: float, now: datetime, chance: Random) -> datetime:
    """Some time after `since`, and before now."""
    longest = min(within_hours * HOUR, (now - since) * 0.9)
    return since + longest * chance.uniform(0.1, 1.0)


def _mark(label: LabelSaid, said: QuestionSaid, asked_at: datetime, now: datetime, chance: Random) -> Act:
    kind, _colon, number = label.post.partition(":")
    place = int(number) if kind == "answer" else 0
    since = asked_at + (said.answers[place - 1].hours_after * HOUR if place else timedelta(0))
    return Marks(_soon(since, 30, now, chance), label.by, said.key, place, label=label)


def _searches(said: SearchSaid, now: datetime) -> Iterator[Act]:
    for searcher, days in zip(said.searchers, said.days_ago, strict=True):
        yield Searches(now - timedelta(days=days), searcher, words=said.words, product=said.product)


def _decisions(items: Iterable[ItemSaid], acts: list[Act], now: datetime) -> Iterator[Act]:
    begun: dict[str, datetime] = {}
    for act in acts:
        if isinstance(act, Marks) and act.label is not None and act.label.item:
            begun[act.label.item] = min(act.at, begun.get(act.label.item, act.at))
    for item in items:
        path = PATHS[item.state]
        if item.title in begun and path:
            first = begun[item.title]
            pace = min(1.0, (now - first) * 0.95 / timedelta(days=STEP_DAYS[len(path) - 1]))
            for days, step in zip(STEP_DAYS, path, strict=False):
                yield Decides(first + timedelta(days=days) * pace, "", item=item, to=step)
