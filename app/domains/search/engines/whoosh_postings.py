"""Reading a Whoosh index term by term.

Whoosh's own query trees ask several methods of several objects for each posting; adding up one posting list after
the other into dictionaries gives the same BM25 with exact totals, and coverage for nothing.
"""

import math
from collections.abc import Iterable

from whoosh import fields, formats  # type: ignore[import-untyped]
from whoosh.reading import IndexReader, TermNotFound  # type: ignore[import-untyped]

FEW = 200  # documents that are sooner looked at one by one than by whole posting lists
K1, B = 1.2, 0.75  # tantivy's, so that both engines rank alike


class Positioned(fields.FieldType):  # type: ignore[misc]
    """Takes [(tokens with positions, weight)]; keeps positions for phrases, weights and lengths for BM25F."""

    stored = False
    scorable = True
    analyzer = None

    def __init__(self) -> None:
        self.format = formats.Positions()

    def index(self, value, **_):  # type: ignore[no-untyped-def]
        places: dict[str, list[int]] = {}
        weights: dict[str, float] = {}
        for tokens, weight in value:
            for text, position in tokens:
                places.setdefault(text, []).append(position)
                weights[text] = weights.get(text, 0.0) + weight
        for text, positions in places.items():
            yield text.encode(), len(positions), weights[text], self.format.encode(positions)


class Terms(fields.FieldType):  # type: ignore[misc]
    """Takes a list of terms as they are. `scorable` keeps how many there were."""

    stored = False
    analyzer = None

    def __init__(self, scorable: bool = False) -> None:
        self.format = formats.Existence()
        self.scorable = scorable

    def index(self, value, **_):  # type: ignore[no-untyped-def]
        for text in dict.fromkeys(value):
            yield text.encode(), 1, 1.0, b""


class Postings:
    """The postings of one generation of the index. Documents are Whoosh's numbers, not our ids."""

    def __init__(self, reader: IndexReader) -> None:
        self.reader = reader
        self.total = reader.doc_count()
        self._leaves = reader.leaf_readers()
        self._audiences: dict[tuple[str, ...], set[int]] = {}
        self._averages: dict[str, float] = {}

    def frequency(self, field: str, term: str) -> int:
        """In how many documents the term stands; replaced ones count until their segment is merged."""
        return int(self.reader.doc_frequency(field, term.encode()))

    def documents(self, field: str, terms: Iterable[str]) -> set[int]:
        """The documents that have any of the terms."""
        found: set[int] = set()
        for term in terms:
            for leaf, offset in self._leaves:
                matcher = _matcher(leaf, field, term)
                if matcher is not None:
                    found.update(number + offset for number in matcher.all_ids())
        return found

    def audience(self, tokens: tuple[str, ...]) -> set[int]:
        """The documents these tokens may see. Remembered for this generation; do not change the set."""
        if tokens not in self._audiences:
            if len(self._audiences) > 100:
                self._audiences.clear()
            self._audiences[tokens] = self.documents("audience", tokens)
        return self._audiences[tokens]

    def scores(self, field: str, term: str, among: set[int]) -> dict[int, float]:
        """BM25 of the term for those of the documents `among` that have it."""
        found: dict[int, float] = {}
        weight = self.rarity(self.frequency(field, term))
        average = self._average_length(field)
        for leaf, offset in self._leaves:
            matcher = _matcher(leaf, field, term)
            while matcher is not None and matcher.is_active():
                number = matcher.id()
                if number + offset in among:
                    times = matcher.weight()
                    length = leaf.doc_field_length(number, field, 1) / average
                    found[number + offset] = weight * times * (K1 + 1) / (times + K1 * (1 - B + B * length))
                matcher.next()
        return found

    def rarity(self, frequency: int) -> float:
        """Inverse document frequency."""
        return math.log(1 + max(0.0, self.total - frequency + 0.5) / (frequency + 0.5))

    def phrase(self, field: str, tokens: list[str] | tuple[str, ...], among: set[int]) -> set[int]:
        """Those of the documents `among` where the tokens stand in a row."""
        if not tokens:
            return set()
        # Positions are dear: first leave only the documents that have every token at all.
        for token in dict.fromkeys(tokens):
            if len(among) > FEW:
                among = among & self.documents(field, [token])
        found: set[int] = set()
        for leaf, offset in self._leaves:
            starts: dict[int, set[int]] = {number - offset: set() for number in among if number >= offset}
            for place, token in enumerate(tokens):
                starts = _continued(_matcher(leaf, field, token), place, starts)
            found.update(number + offset for number in starts)
        return found

    def _average_length(self, field: str) -> float:
        if field not in self._averages:
            self._averages[field] = self.reader.field_length(field) / max(1, self.reader.doc_count_all()) or 1.0
        return self._averages[field]


def _matcher(leaf, field: str, term: str):  # type: ignore[no-untyped-def]
    try:
        return leaf.postings(field, term.encode())
    except TermNotFound:
        return None


def _continued(matcher, place: int, starts: dict[int, set[int]]) -> dict[int, set[int]]:  # type: ignore[no-untyped-def]
    """For each document, the positions where a phrase can begin whose token number `place` the matcher reads.

    Positions are unpacked for the documents in question only.
    """
    longer: dict[int, set[int]] = {}
    for number in sorted(starts):
        if matcher is None or not matcher.is_active():
            break
        matcher.skip_to(number)
        if matcher.is_active() and matcher.id() == number:
            begins = {position - place for position in matcher.value_as("positions")}
            begins = begins & starts[number] if place else begins
            if begins:
                longer[number] = begins
    return longer
