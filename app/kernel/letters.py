"""Which characters a reader sees."""

import unicodedata

UNSEEN = ("Cf", "Cc", "Co", "Cs")
# Fillers that Unicode files among letters and marks, and the Braille cell without a dot.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def is_visible(letter: str) -> bool:
    """Spaces are; they have their place in a line."""
    return unicodedata.category(letter) not in UNSEEN and letter not in BLANKS


def stands_alone(letter: str) -> bool:
    """Something to read by itself: no space, nothing invisible, no mark that only changes the letter before it."""
    return is_visible(letter) and not letter.isspace() and not unicodedata.category(letter).startswith("M")
