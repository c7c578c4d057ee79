"""What changed between two revisions, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any


@dataclass(frozen=True)
class Change:
    """One revision: `lines` are (kind, text) with kind same, new or gone against the revision before."""

    revision: Any
    author: str
    lines: list[tuple[str, str]]


def changes(history: Sequence[tuple[Any, str]]) -> list[Change]:
    """Each revision against the one before it; the latest first, as given."""
    texts = [_lines(revision) for revision, _author in history] + [[]]
    return [
        Change(revision, author, difference(texts[position + 1], texts[position]))
        for position, (revision, author) in enumerate(history)
    ]


def _lines(revision: Any) -> list[str]:
    head = [revision.title] if revision.title else []
    tags = [" ".join(f"[{tag}]" for tag in revision.tags)] if revision.tags else []
    return [*head, *tags, *revision.body.splitlines()]


def difference(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for kind, low, high, new_low, new_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [("same", line) for line in after[new_low:new_high]]
            continue
        found += [("gone", line) for line in before[low:high]]
        found += [("new", line) for line in after[new_low:new_high]]
    return found
