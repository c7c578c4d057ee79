"""Phrases of neighbours: what tantivy looks at to see whether tokens stand in a row (pure).

A Han character stands in most Chinese texts, and often: to see whether two of them are neighbours, an engine would read
their places in all of those texts. So two neighbours are one token, a word of two characters is looked up as any other
word, and a longer run is a phrase of few and rare tokens. It finds what a phrase of the single characters would find.

A run of n characters takes n + 1 places: its first character, each two neighbours, its last character. Its ends are
there for phrases that go on with another word. Signs and blanks end no run, as they take no place between tokens.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise

from app.domains.search.analysis import HAN_RUN, phrase_pieces

Placed = tuple[int, str]


def neighbours(text: str) -> list[str]:
    """The tokens of a text, one for each place."""
    found: list[str] = []
    run = ""
    for is_han, tokens in phrase_pieces(text):
        if is_han:
            run += "".join(tokens)
            continue
        found += _of_run(run)
        found += tokens
        run = ""
    return found + _of_run(run)


def _of_run(run: str) -> list[str]:
    return [run[0], *[one + other for one, other in pairwise(run)], run[-1]] if run else []


def in_a_row(tokens: Sequence[str]) -> list[Placed]:
    """The fewest neighbours, with their places, by which a text has these phrase tokens in a row.

    Empty for a single character, which needs no neighbour.
    """
    runs = [(is_han, list(members)) for is_han, members in groupby(tokens, _is_han)]
    found: list[Placed] = []
    place = 0
    for number, (is_han, members) in enumerate(runs):
        if not is_han:
            found += enumerate(members, place)
            place += len(members)
            continue
        found += [(place + at, neighbour) for at, neighbour in _covering(members, len(runs) > 1, number > 0)]
        place += len(members) + 1
    return found


def _covering(run: list[str], has_company: bool, goes_on: bool) -> list[Placed]:
    """Every second pair, and the last one; of a single character, that at the end where the other word stands."""
    if len(run) == 1:
        return [(0 if goes_on else 1, run[0])] if has_company else []
    last = len(run) - 2
    return [(1 + at, run[at] + run[at + 1]) for at in sorted({*range(0, last, 2), last})]


def _is_han(token: str) -> bool:
    return HAN_RUN.match(token) is not None
