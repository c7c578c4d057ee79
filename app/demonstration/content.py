"""The community as written in `community/*.toml`; every `hours_after` counts from the question."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMUNITY = Path(__file__).parent / "community"


@dataclass(frozen=True)
class PersonSaid:
    name: str
    email: str
    language: str
    timezone: str
    about: str
    joined_days_ago: float
    role: str = "member"
    products: tuple[str, ...] = ()
    """Of staff: slugs of the products they serve; none = all."""
    appointed: tuple[str, ...] = ()


@dataclass(frozen=True)
class TagSaid:
    name: str
    description: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommentSaid:
    author: str
    hours_after: float
    body: str


@dataclass(frozen=True)
class AnswerSaid:
    author: str
    hours_after: float
    body: str
    upvoters: tuple[str, ...] = ()
    downvoters: tuple[str, ...] = ()
    accepted_hours_after: float | None = None
    comments: tuple[CommentSaid, ...] = ()


@dataclass(frozen=True)
class LabelSaid:
    """`post` is `question` or `answer:1` (the first answer); `item` the title of the feedback it belongs to."""

    post: str
    quote: str
    type: str
    tags: tuple[str, ...]
    by: str
    item: str = ""


@dataclass(frozen=True)
class QuestionSaid:
    key: str
    product: str
    kind: str
    title: str
    body: str
    tags: tuple[str, ...]
    asker: str
    days_ago: float
    views: int
    upvoters: tuple[str, ...]
    followers: tuple[str, ...]
    answers: tuple[AnswerSaid, ...]
    comments: tuple[CommentSaid, ...]
    labels: tuple[LabelSaid, ...]


@dataclass(frozen=True)
class ItemSaid:
    title: str
    product: str
    state: str
    owner: str = ""
    reason: str = ""
    release: str = ""


@dataclass(frozen=True)
class SearchSaid:
    """What some people looked for and nobody had written, each so many days ago."""

    words: str
    searchers: tuple[str, ...]
    days_ago: tuple[float, ...]
    product: str = ""


@dataclass(frozen=True)
class Community:
    people: tuple[PersonSaid, ...]
    tags: tuple[TagSaid, ...]
    items: tuple[ItemSaid, ...]
    questions: tuple[QuestionSaid, ...]
    searches: tuple[SearchSaid, ...] = ()


def read_community(folder: Path = COMMUNITY) -> Community:
    """All files of both languages; KeyError or TypeError where one of them has a field that nobody knows."""
    return Community(
        people=tuple(PersonSaid(**_known(row, PersonSaid)) for row in _rows(folder, "people_*", "person")),
        tags=tuple(TagSaid(**_tupled(row)) for row in _rows(folder, "tags_*", "tag")),
        items=tuple(ItemSaid(**row) for row in _rows(folder, "items_*", "item")),
        questions=tuple(_question(row) for row in _rows(folder, "questions_*", "question")),
        searches=tuple(SearchSaid(**_tupled(row)) for row in _rows(folder, "searches_*", "search")),
    )


def _rows(folder: Path, pattern: str, table: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{pattern}.toml")):
        yield from tomllib.loads(path.read_text(encoding="utf-8"))[table]


def _tupled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _known(row: dict[str, Any], kind: type) -> dict[str, Any]:
    """`display` is for whoever edits the file."""
    return {name: value for name, value in _tupled(row).items() if name != "display"}


def _question(row: dict[str, Any]) -> QuestionSaid:
    nested = {"answer", "comment", "feedback"}
    return QuestionSaid(
        **_tupled({name: value for name, value in row.items() if name not in nested}),
        answers=tuple(_answer(answer) for answer in row.get("answer", ())),
        comments=tuple(CommentSaid(**comment) for comment in row.get("comment", ())),
        labels=tuple(LabelSaid(**_tupled(label)) for label in row.get("feedback", ())),
    )


def _answer(row: dict[str, Any]) -> AnswerSaid:
    """`accepted` and `staff` say again what `accepted_hours_after` and the author's role say."""
    nested = {"comment", "accepted", "staff"}
    return AnswerSaid(
        **_tupled({name: value for name, value in row.items() if name not in nested}),
        comments=tuple(CommentSaid(**comment) for comment in row.get("comment", ())),
    )
