"""A community of any size. Item n depends on (seed, n) alone: the first 20,000 of 100,000 questions are the 20,000.

The thread of question n brings its answers, comments and votes with it; half of the threads are Chinese, half English.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from app.demonstration.content import read_community
from bench.vocabulary import LANGUAGES, Vocabulary, vocabulary

SEED = 20_260_301
BEGIN = datetime(2023, 6, 1, tzinfo=UTC)
EVERY = timedelta(seconds=75)  # a question: a hundred thousand in three months, a million in two years and a half
PARAGRAPHS = 2_000
"""Different paragraphs of each language: each is rendered once, and stands in some dozens of posts."""
PRODUCTS = 3
FIRST_PEOPLE, QUESTIONS_A_PERSON = 60, 5
LONG_THREAD = 7
"""The number of the one question with exactly LONG_ANSWERS answers."""
LONG_ANSWERS = 30
TAIL = (40, 24, 14, 9, 5, 3, 2, 1, 0.6, 0.4, 0.3, 0.2, 0.1)
"""How many questions of a hundred have 1, 2, 3 ... answers, beside the unanswered quarter."""
UNANSWERED = 0.25


@dataclass(frozen=True, slots=True)
class Text:
    """What a post says: a paragraph of its own in plain words, then common ones by their numbers."""

    language: str
    own: str
    common: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Person:
    number: int
    name: str
    language: str
    level: int


@dataclass(frozen=True, slots=True)
class Remark:
    """`answer` is the place of the answer it stands under; None under the question."""

    author: int
    at: datetime
    text: str
    answer: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    author: int
    at: datetime
    text: Text
    up: tuple[int, ...]
    down: tuple[int, ...]
    accepted: bool


@dataclass(frozen=True, slots=True)
class Thread:
    number: int
    language: str
    product: int
    asker: int
    at: datetime
    title: str
    text: Text
    tags: tuple[str, ...]
    up: tuple[int, ...]
    views: int
    replies: tuple[Reply, ...] = ()
    remarks: tuple[Remark, ...] = field(default=())

    @property
    def active_at(self) -> datetime:
        return self.replies[-1].at if self.replies else self.at


def people_count(questions: int) -> int:
    return FIRST_PEOPLE + questions // QUESTIONS_A_PERSON


def person(number: int, seed: int = SEED) -> Person:
    dice = Random(f"{seed} person {number}")
    names = _names()
    level = dice.choices((0, 1, 2, 3, 4), (30, 40, 20, 8, 2))[0]
    return Person(number, f"{names[number % len(names)]} {number + 2}", dice.choice(LANGUAGES), level)


@cache
def _names() -> tuple[str, ...]:
    return tuple(each.name[:16] for each in read_community().people if each.role == "member")


def generated(questions: int, seed: int = SEED) -> Iterator[Thread]:
    return (thread(number, seed) for number in range(questions))


def thread(number: int, seed: int = SEED) -> Thread:
    dice, language = Random(f"{seed} question {number}"), LANGUAGES[number % 2]
    words, at, crowd = vocabulary(language), BEGIN + EVERY * number, people_count(number)
    asker = int(dice.random() * crowd)
    replies = _replies(dice, language, crowd, asker, at, number)
    return Thread(
        number=number,
        language=language,
        product=int(dice.random() * PRODUCTS),
        asker=asker,
        at=at,
        title=sentence(words, dice, 5, 10).rstrip(".。"),
        text=_text(dice, language, 1, 4),
        tags=tuple(dict.fromkeys(words.tag(dice) for _place in range(dice.randint(1, 4)))),
        up=_voters(dice, crowd, 3),
        views=int(dice.paretovariate(1.1) * 12) % 100_000,
        replies=replies,
        remarks=_remarks(dice, language, crowd, at, len(replies)),
    )


def _replies(
    dice: Random, language: str, crowd: int, asker: int, at: datetime, number: int
) -> tuple[Reply, ...]:
    count = LONG_ANSWERS if number == LONG_THREAD else _answer_count(dice)
    accepted = int(dice.random() * count) if count and dice.random() < 0.45 else None
    found = []
    for place in range(count):
        at += timedelta(minutes=dice.expovariate(1 / 90))
        author = _helper(dice, crowd, asker)
        text, up, down = _text(dice, language, 0, 3), _voters(dice, crowd, 2.5), _voters(dice, crowd, 0.3)
        down = tuple(voter for voter in down if voter not in up)
        found.append(Reply(author, at, text, up, down, place == accepted))
    return tuple(found)


def _answer_count(dice: Random) -> int:
    return 0 if dice.random() < UNANSWERED else dice.choices(range(1, len(TAIL) + 1), TAIL)[0]


def _helper(dice: Random, crowd: int, asker: int) -> int:
    """A few give most of the answers; nobody answers their own question."""
    author = int(crowd * dice.random() ** 3)
    return author if author != asker else (author + 1) % crowd


def _voters(dice: Random, crowd: int, mean: float) -> tuple[int, ...]:
    number = min(int(dice.expovariate(1 / mean)), crowd // 2)
    return tuple(dict.fromkeys(int(dice.random() * crowd) for _place in range(number)))


def _remarks(dice: Random, language: str, crowd: int, at: datetime, replies: int) -> tuple[Remark, ...]:
    found = []
    for _place in range(min(int(dice.expovariate(1 / 1.2)), 8)):
        at += timedelta(minutes=dice.expovariate(1 / 40))
        answer = int(dice.random() * replies) if replies and dice.random() < 0.6 else None
        said = sentence(vocabulary(language), dice, 5, 18)
        found.append(Remark(int(crowd * dice.random() ** 2), at, said, answer))
    return tuple(found)


def _text(dice: Random, language: str, least: int, most: int) -> Text:
    common = tuple(int(dice.random() * PARAGRAPHS) for _place in range(dice.randint(least, most)))
    return Text(language, prose(vocabulary(language), dice, 2), common)


def paragraph(language: str, number: int, seed: int = SEED) -> str:
    """Common paragraph `number`: prose as a rule, a list or a piece of code now and then."""
    dice, words = Random(f"{seed} paragraph {language} {number}"), vocabulary(language)
    kind = dice.random()
    if kind < 0.08:
        lines = (f"{words.word(dice)} = {dice.randint(1, 9999)}" for _line in range(dice.randint(2, 5)))
        return "```\n" + "\n".join(lines) + "\n```"
    if kind < 0.2:
        return "\n".join(f"- {sentence(words, dice, 3, 9)}" for _line in range(dice.randint(3, 5)))
    return prose(words, dice, dice.randint(1, 4), bold=kind < 0.35)


def prose(words: Vocabulary, dice: Random, sentences: int, *, bold: bool = False) -> str:
    found = [sentence(words, dice, 4, 14) for _place in range(sentences)]
    if bold:
        found[0] = f"**{found[0]}**"
    return ("" if words is vocabulary("zh") else " ").join(found)


def sentence(words: Vocabulary, dice: Random, least: int, most: int) -> str:
    said = [words.word(dice) for _place in range(dice.randint(least, most))]
    if words is vocabulary("zh"):
        return "".join(said) + "。"
    return " ".join(said).capitalize() + "."
