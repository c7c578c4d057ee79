"""Names that a text could mean: whatever in it might be a tag's name, for one look-up by index."""

import re
from itertools import islice

from app.domains.tags.names import LONGEST, tag_name

MOST_WORDS_IN_A_NAME, MOST_HAN_IN_A_NAME = 3, 8
_LATIN = re.compile(r"[^\W\u3400-\u9fff]+(?:[.+#-]+[^\W\u3400-\u9fff]+)*[+#]*")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")


def names_in(text: str, most: int) -> list[str]:
    """At most so many names, each once, in the order of the text: one to three words of Latin script, joined with
    hyphens as tags are, and two to eight Han characters in a row."""
    found = sorted([*_latin_names(text), *_han_names(text)], key=lambda each: each[0])
    names = dict.fromkeys(name for _at, name in found if name and len(name) <= LONGEST)
    return list(islice(names, most))


def _latin_names(text: str) -> list[tuple[int, str]]:
    words = [(word.start(), tag_name(word.group())) for word in _LATIN.finditer(text)]
    ends = [(at, at + count) for at in range(len(words)) for count in range(MOST_WORDS_IN_A_NAME, 0, -1)]
    return [(words[a][0], "-".join(name for _at, name in words[a:b])) for a, b in ends if b <= len(words)]


def _han_names(text: str) -> list[tuple[int, str]]:
    runs = [(run.start(), run.group()) for run in _HAN.finditer(text)]
    return [(start + at, run[at : at + size]) for start, run in runs for at, size in _pieces(len(run))]


def _pieces(length: int) -> list[tuple[int, int]]:
    """(from, length) of all parts of a run, the longer ones of a place first."""
    longest = min(MOST_HAN_IN_A_NAME, length)
    return [(at, size) for at in range(length - 1) for size in range(longest, 1, -1) if at + size <= length]
