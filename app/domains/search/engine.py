"""The contract between the forum and a search engine: values in, ids out; no tables and no users.

A document carries `audience` tokens ("all", "staff", "user:5", "product:3"); a query carries the tokens its reader
holds. Only documents that share at least one token are found and counted, so a total leaks nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Protocol, Self

Flag = Literal["answered", "unanswered", "solved", "escalated", "official"]
Sort = Literal["relevance", "new", "votes", "active"]

# A text of this many distinct words is a pasted page, not a question; later words add cost and no precision.
MAX_QUERY_UNITS = 64


class IndexUnusable(Exception):
    """The index is missing, damaged, or written by another version: answer from the database and rebuild."""


class IndexBusy(Exception):
    """Another process, or another engine in this one, already writes to this directory."""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One question with all that is searched about it. Texts are plain, times are aware."""

    id: int
    title: str
    body: str
    answers: str
    tags: tuple[str, ...]
    product: str
    asker: str
    participants: tuple[str, ...]
    state: str
    kind: str
    lang: str
    score: int
    answer_count: int
    accepted: bool
    official: bool
    escalated: bool
    created_at: datetime
    active_at: datetime
    audience: tuple[str, ...]

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What `is:` can ask of this document."""
        holds: dict[Flag, bool] = {
            "answered": self.answer_count > 0,
            "unanswered": self.answer_count == 0,
            "solved": self.accepted or self.state == "solved",
            "escalated": self.escalated,
            "official": self.official,
        }
        return tuple(flag for flag, true in holds.items() if true)


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Whole numbers, both ends inclusive; None is open."""

    low: int | None = None
    high: int | None = None

    def holds(self, number: int) -> bool:
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `start` inclusive to `end` exclusive, aware; None is open. Bounds are whole hours: see operators.py."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """Something the reader should know about the query, as a code; the page has the sentence.

    unknown_operator(operator), bad_value(operator, value), unknown_tag(tag), text_cut(limit), terms_cut(limit),
    no_product(product, known), no_user(user), no_tag(tag), sign_in_for_me.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What was asked for. Terms are text as typed; each engine analyses them with analysis.py.

    `words` are ORed and ranked; `phrases` must occur; `excluded` must not (a word or a phrase each). All `tags`,
    `users` and `flags` must hold, one of `products` must. `text` is the whole box as typed: a document with exactly
    this title is found whatever the operators in it say, so that a pasted title finds its question.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    excluded_tags: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    answers: NumberRange | None = None
    score: NumberRange | None = None
    created: TimeRange | None = None
    lang: str | None = None
    sort: Sort = "relevance"
    audience: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """`total` counts every match the reader may know of, exactly; `ids` is the page asked for, best first."""

    total: int
    ids: list[int]


class SearchEngine(Protocol):
    """One index in one directory: a single writing process (`writable=True`), any number of reading ones.

    Opening raises IndexUnusable or, for a second writer, IndexBusy. Readers see a write after at most a second,
    the writer at once. Safe to call from several threads. Only a writable engine makes the directory.
    """

    def put(self, documents: list[SearchDocument]) -> None:
        """Add the documents, replacing those with the same id; all of them are durable when this returns."""

    def drop(self, ids: list[int]) -> None:
        """Remove these documents; unknown ids are no error; durable when this returns."""

    def clear(self) -> None:
        """Remove every document; durable when this returns."""

    def find(self, query: SearchQuery, offset: int, limit: int) -> Hits: ...

    def similar(
        self, title: str, body: str, audience: tuple[str, ...], limit: int, exclude: int | None = None
    ) -> Hits:
        """Questions whose titles look like this one, best first, without the question `exclude`.

        The body speaks only where the title says nothing.
        """

    def count(self) -> int:
        """How many documents the index holds."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
