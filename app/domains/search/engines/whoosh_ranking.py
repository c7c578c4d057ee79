"""Order among what a query allows, for Whoosh: BM25F, coverage, phrases, the exact title."""

from collections.abc import Callable
from heapq import nlargest

from app.domains.search.analysis import Unit, query_units
from app.domains.search.engine import MAX_QUERY_UNITS, SearchQuery
from app.domains.search.engines.layout import (
    ALL_WORDS_BONUS,
    EXACT_TITLE_BONUS,
    PHRASE_BOOST,
    TITLE_BOOST,
    ranked_terms,
    whole_phrase,
)
from app.domains.search.engines.whoosh_postings import Postings

PHRASE_CANDIDATES = 100  # reading positions is dear: the bonus for a phrase goes to the best this many


class Ranking:
    """The documents found, with their scores; of the documents `allowed`, those with any strong word."""

    def __init__(self, postings: Postings, query: SearchQuery, allowed: set[int]) -> None:
        self._postings = postings
        self._query = query
        self._scores: dict[int, float] = {}
        units = query_units(" ".join(ranked_terms(query)))[:MAX_QUERY_UNITS]
        # Function words cost the longest posting lists and move nothing that the others have found.
        strong = [unit for unit in units if not unit.weak] or units
        self.found = self._add_units(strong, allowed) if strong else set(allowed)

    def _add_units(self, units: list[Unit], allowed: set[int]) -> set[int]:
        covered: dict[int, int] = {}
        for unit in units:
            for number, score in self._unit_scores(unit, allowed).items():
                self._scores[number] = self._scores.get(number, 0.0) + score
                covered[number] = covered.get(number, 0) + 1
        complete = {number for number, count in covered.items() if count == len(units)}
        for number in complete:
            self._scores[number] += ALL_WORDS_BONUS
        self._add_phrase(complete)
        return set(covered)

    def _unit_scores(self, unit: Unit, allowed: set[int]) -> dict[int, float]:
        """The term's BM25 in the text and the title; its parts in a row count as the term, once."""
        postings = self._postings
        scores = postings.scores("text", unit.term, allowed)
        for number, score in postings.scores("title", unit.term, allowed).items():
            scores[number] = scores.get(number, 0.0) + TITLE_BOOST * score
        if unit.phrase:
            others = postings.phrase("text", unit.phrase, allowed - scores.keys())
            rarity = postings.rarity(len(others) + len(scores))
            scores.update(dict.fromkeys(others, rarity))
        return scores

    def _add_phrase(self, complete: set[int]) -> None:
        phrase = whole_phrase(ranked_terms(self._query))
        if phrase and complete:
            best = set(nlargest(PHRASE_CANDIDATES, complete, key=self._scores.__getitem__))
            for field, boost in (("text", PHRASE_BOOST), ("title", TITLE_BOOST * PHRASE_BOOST)):
                for number in self._postings.phrase(field, phrase, best):
                    self._scores[number] += boost * len(phrase)

    def add_exact(self, numbers: set[int]) -> None:
        """Documents whose title is the whole query: found in any case, and first."""
        self.found |= numbers
        for number in numbers:
            self._scores[number] = self._scores.get(number, 0.0) + EXACT_TITLE_BONUS

    def page(self, offset: int, limit: int) -> list[int]:
        """Ids in the order asked for. What is equal comes in the engine's own order, so that pages do not overlap."""
        first = self._first_key()
        ordered = sorted(self.found, key=lambda number: (first(number), number), reverse=True)
        ids = self._postings.reader.column_reader("id")
        return [ids[number] for number in ordered[offset : offset + limit]]

    def _first_key(self) -> Callable[[int], float]:
        if self._query.sort == "relevance" and self._scores:
            return lambda number: self._scores.get(number, 0.0)
        # Without words everything is equally relevant: the newest first.
        column = {"active": "active", "votes": "score"}.get(self._query.sort, "created")
        return self._postings.reader.column_reader(column).__getitem__
