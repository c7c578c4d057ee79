"""The engine of small sites: Whoosh, pure Python, comfortable to some 20,000 questions."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from whoosh import fields, index  # type: ignore[import-untyped]
from whoosh.columns import NumericColumn  # type: ignore[import-untyped]

from app.domains.search.analysis import phrase_tokens, positioned_tokens, query_units, similar_tokens, title_key
from app.domains.search.engine import (
    MAX_QUERY_UNITS,
    Hits,
    IndexUnusable,
    NumberRange,
    SearchDocument,
    SearchQuery,
    TimeRange,
)
from app.domains.search.engines.folder import IndexFolder
from app.domains.search.engines.layout import folded, similar_terms, weighted_tokens
from app.domains.search.engines.whoosh_postings import Positioned, Postings, Terms
from app.domains.search.engines.whoosh_ranking import Ranking

LAYOUT_VERSION = 1
RELOAD_SECONDS = 1.0
COMMON_SHARE = 0.05  # similar() drops terms of more documents than this: 17 times cheaper, search.md
COMMON_LEAST = 200  # ... where there are enough documents for it to matter

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_SCHEMA = fields.Schema(
    key=Terms(),
    text=Positioned(),
    title=Positioned(),
    title_key=Terms(),
    similar=Terms(scorable=True),
    tag=Terms(),
    product=Terms(),
    user=Terms(),
    flag=Terms(),
    lang=Terms(),
    audience=Terms(),
    created_in=Terms(),
    score_is=Terms(),
    answers_is=Terms(),
    id=fields.COLUMN(NumericColumn("q")),
    created=fields.COLUMN(NumericColumn("q")),
    active=fields.COLUMN(NumericColumn("q")),
    score=fields.COLUMN(NumericColumn("q")),
)


class WhooshEngine:
    """See SearchEngine. One lock serves all threads: readers share file positions, and Python runs one anyway."""

    def __init__(self, directory: Path, writable: bool) -> None:
        self._lock = threading.RLock()
        self._folder = IndexFolder(directory, "whoosh", LAYOUT_VERSION, writable)
        self._writable = writable
        try:
            with _damage_means_unusable(directory):
                self._index = self._opened()
                self._generation = self._index.latest_generation()
                self._postings = Postings(self._index.reader())
        except BaseException:
            self._folder.close()
            raise
        self._checked_at = time.monotonic()

    def _opened(self) -> index.FileIndex:
        path = str(self._folder.path)
        if not self._folder.fresh:
            return index.open_dir(path, readonly=not self._writable, schema=_SCHEMA)
        created = index.create_in(path, _SCHEMA)
        self._folder.stamp()
        return created

    def put(self, documents: list[SearchDocument]) -> None:
        latest = {document.id: document for document in documents}
        with self._writing() as writer:
            if self._postings.total:
                for document_id in latest:
                    writer.delete_by_term("key", str(document_id).encode())
            for document in latest.values():
                writer.add_document(**_fields_of(document))

    def drop(self, ids: list[int]) -> None:
        with self._writing() as writer:
            for document_id in set(ids):
                writer.delete_by_term("key", str(document_id).encode())

    def clear(self) -> None:
        with self._lock, self._writing() as writer:
            for number in range(self._index.doc_count_all()):
                writer.delete_document(number)

    @contextmanager
    def _writing(self) -> Iterator[index.FileIndex]:
        if not self._writable:
            raise PermissionError("this search index was opened for reading")
        with self._lock:
            writer = self._index.writer()
            try:
                yield writer
            except BaseException:
                writer.cancel()
                raise
            writer.commit()
            self._reload()

    def find(self, query: SearchQuery, offset: int, limit: int) -> Hits:
        with self._reading() as postings:
            audience = postings.audience(query.audience)
            allowed = _allowed(postings, query, audience)
            ranking = Ranking(postings, query, allowed)
            key = title_key(query.text)
            if key:
                ranking.add_exact(postings.documents("title_key", [key]) & audience)
            return Hits(len(ranking.found), ranking.page(offset, limit))

    def similar(
        self, title: str, body: str, audience: tuple[str, ...], limit: int, exclude: int | None = None
    ) -> Hits:
        with self._reading() as postings:
            among = postings.audience(audience)
            if exclude is not None:
                among = among - postings.documents("key", [str(exclude)])
            scores: dict[int, float] = {}
            for term in _telling(postings, similar_terms(title, body)):
                for number, score in postings.scores("similar", term, among).items():
                    scores[number] = scores.get(number, 0.0) + score
            ids = postings.reader.column_reader("id")
            best = sorted(scores, key=lambda number: (-scores[number], -ids[number]))[:limit]
            return Hits(len(scores), [ids[number] for number in best])

    def count(self) -> int:
        with self._reading() as postings:
            return int(postings.total)

    @contextmanager
    def _reading(self) -> Iterator[Postings]:
        with self._lock, _damage_means_unusable(self._folder.path):
            if time.monotonic() - self._checked_at >= RELOAD_SECONDS:
                self._reload()
            yield self._postings

    def _reload(self) -> None:
        """Look at the newest generation, opened afresh: reusing readers brings merged segments back to life."""
        self._checked_at = time.monotonic()
        generation = self._index.latest_generation()
        if generation != self._generation:
            self._postings.reader.close()
            self._postings, self._generation = Postings(self._index.reader()), generation

    def close(self) -> None:
        with self._lock:
            self._postings.reader.close()
            self._folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _damage_means_unusable(directory: Path) -> Iterator[None]:
    """Damaged files fail in Whoosh wherever it first trips over them: unpickling, struct, indexes, assertions."""
    try:
        yield
    except IndexUnusable:
        raise
    except Exception as error:
        raise IndexUnusable(f"the search index in {directory} cannot be read: {error!r}") from error


def _fields_of(document: SearchDocument) -> dict[str, object]:
    return {
        "key": [str(document.id)],
        "text": list(weighted_tokens(document)),
        "title": [(positioned_tokens(document.title), 1)],
        "title_key": [key] if (key := title_key(document.title)) else [],
        "similar": similar_tokens(document.title),
        "tag": [folded(tag) for tag in document.tags],
        "product": [folded(document.product)],
        "user": [folded(name) for name in document.participants],
        "flag": list(document.flags),
        "lang": [document.lang],
        "audience": list(document.audience),
        "created_in": _periods_of(document.created_at),
        "score_is": [str(document.score)],
        "answers_is": [str(document.answer_count)],
        "id": document.id,
        "created": int(document.created_at.timestamp()),
        "active": int(document.active_at.timestamp()),
        "score": document.score,
    }


def _telling(postings: Postings, terms: list[str]) -> list[str]:
    """The terms without the common ones, or the three rarest where all are common."""
    frequency = {term: postings.frequency("similar", term) for term in terms}
    bound = max(COMMON_LEAST, COMMON_SHARE * postings.total)
    rare = [term for term in terms if frequency[term] <= bound]
    return rare or sorted(terms, key=lambda term: frequency[term])[:3]


def _allowed(postings: Postings, query: SearchQuery, audience: set[int]) -> set[int]:
    """What the operators leave of the reader's documents; words are not looked at yet."""
    wanted = [("tag", folded(tag)) for tag in query.tags] + [("user", folded(user)) for user in query.users]
    wanted += [("flag", str(flag)) for flag in query.flags] + ([("lang", query.lang)] if query.lang else [])
    allowed = audience
    for field, term in wanted:
        allowed = allowed & postings.documents(field, [term])
    if query.product:
        allowed = allowed & postings.documents("product", map(folded, query.product))
    for field, numbers in (("score_is", query.score), ("answers_is", query.answers)):
        if numbers is not None:
            allowed = allowed & postings.documents(field, _numbers_in(postings, field, numbers))
    if query.created is not None:
        allowed = allowed & postings.documents("created_in", _periods_in(query.created))
    if query.excluded_tags:
        allowed = allowed - postings.documents("tag", map(folded, query.excluded_tags))
    for phrase in query.phrases:
        allowed = postings.phrase("text", phrase_tokens(phrase), allowed)
    for text in query.excluded:
        allowed = allowed - _having(postings, text, allowed)
    return allowed


def _having(postings: Postings, text: str, among: set[int]) -> set[int]:
    """The documents where the text occurs, as a word or as a phrase."""
    found = postings.phrase("text", phrase_tokens(text), among)
    units = query_units(text)[:MAX_QUERY_UNITS]
    return found | postings.documents("text", [units[0].term]) if len(units) == 1 else found


def _numbers_in(postings: Postings, field: str, numbers: NumberRange) -> list[str]:
    """The numbers that occur, of which a forum has some hundreds; an open numeric range is far slower."""
    return [text.decode() for text in postings.reader.lexicon(field) if numbers.holds(int(text))]


def _periods_of(moment: datetime) -> list[str]:
    """The year, month, day and hour of a time, each a term: 2026, 202601, 20260131, 2026013123 (UTC)."""
    utc = moment.astimezone(UTC)
    return [utc.strftime(form) for form in ("%Y", "%Y%m", "%Y%m%d", "%Y%m%d%H")]


def _periods_in(span: TimeRange) -> list[str]:
    """The fewest periods that make up the span: hours and days at its ends, months and years between."""
    moment = max(span.start or _EARLIEST, _EARLIEST).astimezone(UTC)
    end = min(span.end or _LATEST, _LATEST).astimezone(UTC)
    periods: list[str] = []
    while moment < end:
        form, following = next((one for one in _next_periods(moment) if one[1] <= end), ("%Y%m%d%H", end))
        periods.append(moment.strftime(form))
        moment = following
    return periods


def _next_periods(moment: datetime) -> Iterator[tuple[str, datetime]]:
    """The periods that begin at this moment, longest first, with what comes after each."""
    day = moment.replace(hour=0)
    if moment == day and day.day == 1:
        if day.month == 1:
            yield "%Y", day.replace(year=day.year + 1)
        yield "%Y%m", day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
    if moment == day:
        yield "%Y%m%d", day + timedelta(days=1)
    yield "%Y%m%d%H", moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
