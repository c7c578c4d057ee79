"""The engine of large sites: tantivy, a library in Rust."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import tantivy
from tantivy import FieldType, Occur, Query

from app.domains.search.analysis import (
    HAN_RUN,
    Unit,
    phrase_tokens,
    query_units,
    search_tokens,
    similar_tokens,
    title_key,
)
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
from app.domains.search.engines.layout import (
    ALL_WORDS_BONUS,
    EXACT_TITLE_BONUS,
    PHRASE_BOOST,
    TITLE_BOOST,
    folded,
    ranked_terms,
    similar_terms,
    weighted_sections,
    whole_phrase,
)
from app.domains.search.engines.tantivy_phrases import in_a_row, neighbours

LAYOUT_VERSION = 2
RELOAD_SECONDS = 1.0
HEAP_BYTES = 40_000_000  # what the writer may hold before it writes a segment

_TEXTS = {"text": "freq", "title": "freq", "similar": "position", "row": "position"}
_WORDS = ("tag", "product", "user", "flag", "lang", "audience", "title_key")
_NUMBERS = ("id", "created", "active", "score", "answers")
BETWEEN_SECTIONS = "|"  # takes a place in a row; nothing that is typed becomes this token
_ORDER = {"new": "created", "active": "active", "votes": "score"}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name, option in _TEXTS.items():
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in _WORDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in _NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


class TantivyEngine:
    """See SearchEngine. Searchers are snapshots and may be used from any thread."""

    def __init__(self, directory: Path, writable: bool) -> None:
        self._lock = threading.Lock()
        self._schema = _schema()
        self._folder = IndexFolder(directory, "tantivy", LAYOUT_VERSION, writable)
        self._writer: tantivy.IndexWriter | None = None
        try:
            with _damage_means_unusable(directory):
                self._index = self._opened()
                # Our own clock instead of the library's watching thread, which would not survive a fork.
                self._index.config_reader(reload_policy="manual")
                self._index.reload()
                self._index.searcher().search(Query.all_query(), limit=1)
                if writable:
                    self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
        except BaseException:
            self._folder.close()
            raise
        self._checked_at = time.monotonic()

    def _opened(self) -> tantivy.Index:
        path = str(self._folder.path)
        if not self._folder.fresh:
            return tantivy.Index.open(path)
        created = tantivy.Index(self._schema, path=path)
        self._folder.stamp()
        return created

    def put(self, documents: list[SearchDocument]) -> None:
        latest = {document.id: document for document in documents}
        with self._writing() as writer:
            for document in latest.values():
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_tantivy_document(document))

    def drop(self, ids: list[int]) -> None:
        with self._writing() as writer:
            for document_id in ids:
                writer.delete_documents_by_term("id", document_id)

    def clear(self) -> None:
        with self._writing() as writer:
            writer.delete_all_documents()

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        if self._writer is None:
            raise PermissionError("this search index was opened for reading")
        with self._lock:
            try:
                yield self._writer
            except BaseException:
                self._writer.rollback()
                raise
            self._writer.commit()
            self._reload()

    def find(self, query: SearchQuery, offset: int, limit: int) -> Hits:
        translation = _Translation(self._schema)
        order = _ORDER.get(query.sort)
        # Without words everything is equally relevant: the newest first. Mere signs may still be somebody's title.
        if order is None and not ranked_terms(query) and (translation.conditions(query) or not query.text):
            order = "created"
        return self._page(translation.query(query), offset, limit, order)

    def similar(
        self, title: str, body: str, audience: tuple[str, ...], limit: int, exclude: int | None = None
    ) -> Hits:
        translation = _Translation(self._schema)
        terms = [translation.term("similar", term) for term in similar_terms(title, body)]
        clauses = [(Occur.Must, _any(terms)), (Occur.Must, translation.audience(audience))]
        if exclude is not None:
            clauses.append((Occur.MustNot, translation.term("id", exclude)))
        return self._page(Query.boolean_query(clauses), 0, limit, None)

    def _page(self, query: Query, offset: int, limit: int, order: str | None) -> Hits:
        with _damage_means_unusable(self._folder.path):
            searcher = self._searcher()
            result: Any = searcher.search(query, limit=max(1, limit), offset=offset, count=True, order_by_field=order)
            addresses = [address for _, address in result.hits][:limit]
            ids = searcher.fast_field_values("id", addresses) if addresses else []
            return Hits(int(result.count), [int(number) for number in ids if number is not None])

    def count(self) -> int:
        return int(self._searcher().num_docs)

    def _searcher(self) -> tantivy.Searcher:
        if time.monotonic() - self._checked_at >= RELOAD_SECONDS:
            with self._lock:
                self._reload()
        return self._index.searcher()

    def _reload(self) -> None:
        self._checked_at = time.monotonic()
        self._index.reload()

    def close(self) -> None:
        with self._lock:
            if self._writer is not None:
                self._writer.wait_merging_threads()
                self._writer = None
            self._folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _damage_means_unusable(directory: Path) -> Iterator[None]:
    """Damaged files show as ValueError or OSError, and now and then as a panic, which is no Exception."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexUnusable(f"the search index in {directory} cannot be read: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnusable(f"the search index in {directory} cannot be read: {error}") from error


def _tantivy_document(document: SearchDocument) -> tantivy.Document:
    made = tantivy.Document()
    for name, tokens in _texts_of(document).items():
        made.add_text(name, " ".join(tokens))
    if key := title_key(document.title):
        made.add_text("title_key", key)
    words = {"tag": document.tags, "product": (document.product,), "user": document.participants}
    for name, values in words.items():
        for value in values:
            made.add_text(name, folded(value))
    for name, exact in {"flag": document.flags, "lang": (document.lang,), "audience": document.audience}.items():
        for value in exact:
            made.add_text(name, value)
    made.add_integer("id", document.id)
    made.add_integer("created", int(document.created_at.timestamp()))
    made.add_integer("active", int(document.active_at.timestamp()))
    made.add_integer("score", document.score)
    made.add_integer("answers", document.answer_count)
    return made


def _texts_of(document: SearchDocument) -> dict[str, list[str]]:
    """Tokens of heavy sections as often as they weigh: tantivy has no weight for a token, but it counts them."""
    sections = list(weighted_sections(document))
    return {
        "text": [token for text, weight in sections for token in search_tokens(text) * weight],
        "title": search_tokens(document.title),
        "similar": similar_tokens(document.title),
        "row": [token for text, _weight in sections for token in (*neighbours(text), BETWEEN_SECTIONS)],
    }


def _any(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries]) if queries else Query.empty_query()


class _Translation:
    """A SearchQuery in tantivy's words. Conditions score nothing; only words and bonuses do."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def query(self, query: SearchQuery) -> Query:
        wanted = _any(self._words(query)) if ranked_terms(query) else Query.const_score_query(Query.all_query(), 0.0)
        conditions = self.conditions(query)
        conditions += [(Occur.MustNot, self._text(text)) for text in query.excluded if phrase_tokens(text)]
        found = Query.boolean_query([*conditions, (Occur.Must, wanted)]) if conditions else wanted
        if key := title_key(query.text):
            exact = Query.const_score_query(self.term("title_key", key), EXACT_TITLE_BONUS)
            found = _any([found, exact])
        return Query.boolean_query([(Occur.Must, found), (Occur.Must, self.audience(query.audience))])

    def term(self, field: str, value: str | int) -> Query:
        return Query.term_query(self._schema, field, value, index_option=_TEXTS.get(field, "basic"))

    def audience(self, tokens: tuple[str, ...]) -> Query:
        return Query.const_score_query(_any([self.term("audience", token) for token in tokens]), 0.0)

    def conditions(self, query: SearchQuery) -> list[tuple[Occur, Query]]:
        wanted = [self.term("tag", folded(tag)) for tag in query.tags]
        wanted += [self.term("user", folded(user)) for user in query.users]
        wanted += [self.term("flag", flag) for flag in query.flags]
        wanted += [self.term("lang", query.lang)] if query.lang else []
        wanted += [_any([self.term("product", folded(name)) for name in query.product])] if query.product else []
        wanted += [self._numbers("score", query.score)] if query.score else []
        wanted += [self._numbers("answers", query.answers)] if query.answers else []
        wanted += [self._times(query.created)] if query.created else []
        wanted += [self._row(phrase_tokens(phrase)) for phrase in query.phrases]
        clauses = [(Occur.Must, Query.const_score_query(condition, 0.0)) for condition in wanted]
        return clauses + [(Occur.MustNot, self.term("tag", folded(tag))) for tag in query.excluded_tags]

    def _words(self, query: SearchQuery) -> list[Query]:
        """Each word, and what documents earn besides that have all of them: those they have found already, so that
        one union of all is quicker than one that is looked up in the others."""
        terms = ranked_terms(query)
        units = query_units(" ".join(terms))[:MAX_QUERY_UNITS]
        strong = [unit for unit in units if not unit.weak] or units
        complete = Query.boolean_query([(Occur.Must, self._found_by(unit)) for unit in strong])
        found = [*map(self._unit, strong), Query.const_score_query(complete, ALL_WORDS_BONUS)]
        if phrase := whole_phrase(terms):
            # Titles are few and short: their characters, which similar titles are found by, do for a phrase as well.
            in_title = Query.phrase_query(self._schema, "similar", [*phrase])
            found.append(Query.const_score_query(self._row(phrase), PHRASE_BOOST * len(phrase)))
            found.append(Query.const_score_query(in_title, TITLE_BOOST * PHRASE_BOOST * len(phrase)))
        return found

    def _unit(self, unit: Unit) -> Query:
        """The term in text and title; its parts in a row count as the term, once."""
        title = Query.boost_query(self.term("title", unit.term), TITLE_BOOST)
        word = _any([self.term("text", unit.term), title])
        if not unit.phrase:
            return word
        return Query.disjunction_max_query([word, Query.boost_query(self._row(unit.phrase), 0.5)])

    def _found_by(self, unit: Unit) -> Query:
        """What `_unit` finds, for no score: titles are in the text, and a Han word is a row of characters anyway."""
        if not unit.phrase:
            return self.term("text", unit.term)
        row = self._row(unit.phrase)
        return row if HAN_RUN.match(unit.term) else _any([self.term("text", unit.term), row])

    def _text(self, text: str) -> Query:
        units = query_units(text)
        either = [self._row(phrase_tokens(text))]
        return _any(either + ([self.term("text", units[0].term)] if len(units) == 1 else []))

    def _row(self, tokens: Sequence[str]) -> Query:
        """Where the phrase tokens stand in a row."""
        placed = in_a_row(tokens)
        if len(placed) > 1:
            return Query.phrase_query(self._schema, "row", [*placed])
        if placed:
            return self.term("row", placed[0][1])
        return self.term("text", tokens[0]) if tokens else Query.empty_query()

    def _numbers(self, field: str, numbers: NumberRange) -> Query:
        return self._range(field, numbers.low, numbers.high)

    def _times(self, span: TimeRange) -> Query:
        low, high = (None if moment is None else int(moment.timestamp()) for moment in (span.start, span.end))
        return self._range("created", low, None if high is None else high - 1)

    def _range(self, field: str, low: int | None, high: int | None) -> Query:
        if low is None and high is None:
            return Query.all_query()
        return Query.range_query(self._schema, field, FieldType.Integer, lower_bound=low, upper_bound=high)
