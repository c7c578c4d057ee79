"""Passwords that a stranger tries first: rows of keys, the alphabet, repetitions, the person's own name."""

import re
from collections.abc import Iterator

ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm")
# What begins most of the passwords that were ever stolen; none of these words makes one longer.
WELL_KNOWN = (
    "password", "passwort", "passw0rd", "p@ssw0rd", "letmein", "welcome", "iloveyou", "admin", "woaini", "huzhu",
)  # fmt: skip
LEAST_LEFT = 6
"""Characters that must be left once everything guessed at has shrunk to one character."""
SHORTEST_RUN = 3
LONGEST_UNIT = 4


def is_easy(password: str, *about: str) -> bool:
    """Whether hardly anything is left of it without `about` (name, address), well known words, runs and repetitions."""
    left = password.casefold()
    for word in (*sorted(_words(about), key=len, reverse=True), *WELL_KNOWN):
        left = left.replace(word, "•")
    left = re.sub(rf"(.{{1,{LONGEST_UNIT}}}?)\1{{2,}}", "•", _without_runs(left))
    return len(left) < LEAST_LEFT or len(set(left)) < LEAST_LEFT - 2


def _words(about: tuple[str, ...]) -> Iterator[str]:
    """A name as it is, without its spaces and in parts; an address whole and up to its @."""
    for text in about:
        plain = text.casefold()
        parts = re.split(r"[\s.@_-]+", plain)
        yield from (word for word in {plain, plain.replace(" ", ""), plain.partition("@")[0], *parts} if len(word) > 2)


def _without_runs(text: str) -> str:
    """Each run along a row, in either direction, as one character."""
    kept, at = [], 0
    while at < len(text):
        length = max(_run(row, text[at:]) for each in ROWS for row in (each, each[::-1]))
        kept.append("•" if length >= SHORTEST_RUN else text[at])
        at += length if length >= SHORTEST_RUN else 1
    return "".join(kept)


def _run(row: str, text: str) -> int:
    """How many characters at the beginning of `text` follow each other in `row`."""
    start = row.find(text[0])
    if start < 0:
        return 0
    length = 0
    while length < min(len(text), len(row) - start) and text[length] == row[start + length]:
        length += 1
    return length
