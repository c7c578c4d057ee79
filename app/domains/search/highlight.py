"""Which part of a text to show with a result, and which words in it to mark (pure)."""

import re
from collections.abc import Iterator
from functools import lru_cache

from app.domains.search.analysis import (
    HAN_RUN,
    latin_matches,
    normalised,
    phrase_tokens,
    query_units,
    search_tokens,
)
from app.domains.search.engine import SearchQuery

Segment = tuple[str, bool]
Span = tuple[int, int, str]

READ_CHARACTERS = 20_000  # a match further down is not worth reading the rest of the text for
MOST_SPANS = 200  # starts compared in the search for the best; a text full of matches is good from its first
ELLIPSIS = "…"


def highlight_terms(query: SearchQuery) -> frozenset[str]:
    """What to mark in the results of this query: its words and the words of its phrases, analysed."""
    units = query_units(" ".join(query.words))
    words = {unit.term for unit in units if not unit.weak} or {unit.term for unit in units}
    parts = {part for unit in units if not unit.weak and not _is_han(unit.term) for part in unit.phrase}
    return frozenset(words | parts | _phrase_terms(query.phrases))


def _phrase_terms(phrases: tuple[str, ...]) -> set[str]:
    """Han runs of a phrase whole, its other words one by one."""
    runs = {run.group() for phrase in phrases for run in HAN_RUN.finditer(phrase)}
    return runs | {token for phrase in phrases for token in phrase_tokens(phrase) if not _is_han(token)}


def snippet(text: str, terms: frozenset[str], length: int = 200) -> list[Segment]:
    """About `length` characters around the most telling place, as (text, marked) in order.

    An ellipsis of its own stands where text is left out. White space is joined to single blanks.
    """
    text = " ".join(text[:READ_CHARACTERS].split())
    spans = _merged(sorted(_spans(text, terms)))
    start = _best_start(spans, length)
    start, end = _whole_words(text, start, min(len(text), start + length))
    inside = [(max(low, start), min(high, end)) for low, high, _ in spans if low < end and high > start]
    segments = _cut(text, inside, start, end)
    return [*([(ELLIPSIS, False)] if start else []), *segments, *([(ELLIPSIS, False)] if end < len(text) else [])]


def marked(text: str, terms: frozenset[str]) -> list[Segment]:
    """The whole text, as for a title."""
    spans = _merged(sorted(_spans(text, terms)))
    return _cut(text, [(low, high) for low, high, _ in spans], 0, len(text))


def _spans(text: str, terms: frozenset[str]) -> Iterator[Span]:
    """Where terms stand, each with the term; may overlap."""
    for low, high in _promising(text, terms):
        for match in latin_matches(text, low, high):
            tokens = _tokens_of(match.group())
            if not terms.isdisjoint(tokens):
                yield match.start(), match.end(), next(token for token in tokens if token in terms)
    for term in filter(_is_han, terms):
        place = text.find(term)
        while place >= 0:
            yield place, place + len(term), term
            place = text.find(term, place + len(term))


def _promising(text: str, terms: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The stretches between blanks in which a term may stand: most of a page's time would go into all other words."""
    beginnings = _beginnings(terms)
    plain = normalised(text).lower()
    if beginnings is None:
        return
    if len(plain) != len(text):  # a sign that stands for several: the places are not the same
        yield 0, len(text)
        return
    done = 0
    for found in beginnings.finditer(plain):
        if found.start() >= done:
            low, high = plain.rfind(" ", 0, found.start()) + 1, plain.find(" ", found.start())
            done = high if high >= 0 else len(text)
            yield low, done


@lru_cache(maxsize=1_000)
def _beginnings(terms: frozenset[str]) -> re.Pattern[str] | None:
    """What every form of a term has in it: the stem less the letters that stemming puts in place of others."""
    heads = {term[: max(1, len(term) - 2)] for term in terms if not _is_han(term)}
    return re.compile("|".join(map(re.escape, sorted(heads)))) if heads else None


@lru_cache(maxsize=20_000)  # the words of all texts are few
def _tokens_of(word: str) -> tuple[str, ...]:
    return tuple(search_tokens(word))


def _is_han(term: str) -> bool:
    return HAN_RUN.fullmatch(term) is not None


def _merged(spans: list[Span]) -> list[Span]:
    """Overlapping and touching Han spans as one; blanks between Latin words keep those apart."""
    merged: list[Span] = []
    for low, high, term in spans:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]), max(term, merged[-1][2], key=len))
        else:
            merged.append((low, high, term))
    return merged


def _best_start(spans: list[Span], length: int) -> int:
    """The start of the stretch with the most different terms; the first such one, a little before its first term."""
    best, start = 0, 0
    for number, (low, _, _) in enumerate(spans[:MOST_SPANS]):
        seen: set[str] = set()
        for begin, _, term in spans[number:]:
            if begin > low + length * 3 // 4:
                break
            seen.add(term)
        if len(seen) > best:
            best, start = len(seen), low
    return max(0, start - length // 4)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds moved outwards or inwards by at most a word, so that none is cut; Han text is cut anywhere."""
    if start and _splits_word(text, start):
        blank = text.find(" ", start, start + 30)
        start = blank + 1 if blank >= 0 else start
    if end < len(text) and _splits_word(text, end):
        blank = text.rfind(" ", max(start, end - 30), end)
        end = blank if blank > start else end
    return start, end


def _splits_word(text: str, place: int) -> bool:
    around = text[place - 1 : place + 1]
    return around.isalnum() and not any(_is_han(character) for character in around)


def _cut(text: str, spans: list[tuple[int, int]], start: int, end: int) -> list[Segment]:
    segments: list[Segment] = []
    for low, high in spans:
        segments += [(text[start:low], False), (text[low:high], True)]
        start = high
    segments.append((text[start:end], False))
    return [segment for segment in segments if segment[0]]
