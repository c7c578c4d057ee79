"""How a tag is spelt: NFKC, lower case, a hyphen for a space; Chinese is welcome."""

import re
import unicodedata
from collections.abc import Iterable

from app.kernel.i18n import _

LONGEST = 30
SHOWN_OF_A_LONG_ONE = 20
_ODD = re.compile(r"[^\w+#.\-]")


def tag_name(text: str) -> str:
    """The stored spelling of what somebody typed; empty where nothing is left of it."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    folded = _ODD.sub("", re.sub(r"[\s_]+", "-", folded))
    return re.sub(r"-{2,}", "-", folded).strip("-")


def shortened_tag_name(text: str) -> str:
    """The same, for a tag that nobody can be asked about: what does not fit is left out."""
    return tag_name(text)[:LONGEST].strip("-")


def length_complaints(names: Iterable[str]) -> list[str]:
    """A sentence for each name that does not fit."""
    return [
        _(
            "The tag “%(tag)s…” has %(have)s characters; at most %(most)s fit.",
            tag=name[:SHOWN_OF_A_LONG_ONE], have=len(name), most=LONGEST,
        )
        for name in names
        if len(name) > LONGEST
    ]  # fmt: skip


def split_tags(text: str) -> list[str]:
    """Tags as typed in one box, by spaces or commas of either script; each once, in order."""
    names = (tag_name(part) for part in re.split(r"[\s,，、;；]+", text))
    return list(dict.fromkeys(name for name in names if name))
