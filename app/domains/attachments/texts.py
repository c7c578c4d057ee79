"""A log or a table that somebody attaches: what counts as a text, and how much of it a post shows."""

import codecs
from pathlib import PurePath

from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.markup import Folded

SUFFIXES = (".txt", ".log", ".json", ".csv", ".md")
LARGEST_TEXT = 1024 * 1024  # bytes
SHOWN_LINES = 200
SHOWN_CHARACTERS = 20_000  # of those lines: a log may be one line
_MARKED = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def is_text_name(name: str) -> bool:
    return PurePath(name).suffix.lower() in SUFFIXES


def as_utf8(data: bytes) -> bytes:
    """The same words in UTF-8: read by their mark, as UTF-8, or as the GB18030 that Chinese Windows writes."""
    if len(data) > LARGEST_TEXT:
        raise Invalid(_("The text has more than 1 MB. Please send the part that matters."))
    for encoding in (*(name for mark, name in _MARKED if data.startswith(mark)), "utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip() and "\0" not in text:
            return text.encode()
    raise Invalid(_("This file is no text that we can read. UTF-8 and GB18030 are understood."))


def folded(beginning: bytes, size: int) -> Folded:
    """The first lines and the size in words that every language writes alike. `beginning` may end inside a letter."""
    text = beginning.decode("utf-8", errors="ignore")
    lines = text.splitlines()
    shown = "\n".join(lines[:SHOWN_LINES])[:SHOWN_CHARACTERS]
    cut = len(beginning) < size or len(lines) > SHOWN_LINES or len(shown) == SHOWN_CHARACTERS
    return Folded(f"{shown}\n…" if cut else shown, _size(size))


def _size(size: int) -> str:
    return f"{max(1, round(size / 1024))} KB"
