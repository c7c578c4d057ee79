"""How a tag is spelt: NFKC, lower case, a hyphen for a space; Chinese is welcome."""

import re
import unicodedata

LONGEST = 30
_ODD = re.compile(r"[^\w+#.\-]")


def tag_name(text: str) -> str:
    """The stored spelling of what somebody typed; empty where nothing is left of it."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    folded = _ODD.sub("", re.sub(r"[\s_]+", "-", folded))
    return re.sub(r"-{2,}", "-", folded).strip("-")[:LONGEST]


def split_tags(text: str) -> list[str]:
    """Tags as typed in one box, by spaces or commas of either script; each once, in order."""
    names = (tag_name(part) for part in re.split(r"[\s,，、;；]+", text))
    return list(dict.fromkeys(name for name in names if name))
