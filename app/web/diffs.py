"""What changed between two revisions: line by line, and within a changed line word by word."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from app.domains.search.analysis import segments

SAME, NEW, GONE, CHANGED = "same", "new", "gone", "changed"
ALIKE = 0.4  # of their words: two lines that share less are another line, not a changed one
LOOKED_AHEAD = 20
"""Lines among which a changed line looks for what it was."""
MOST_COMPARISONS = 15_000_000  # a second of a processor
"""On one page. A history may be long and its texts, too: what exceeds this is shown as it was and as it is."""


class Line(NamedTuple):
    """`parts` of a changed line: (same, new or gone, text) one after the other; of the others the one text."""

    kind: str
    parts: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        return "".join(text for _kind, text in self.parts)


@dataclass(frozen=True)
class Change:
    """One revision against the one before it."""

    revision: Any
    author: str
    lines: list[Line]


@dataclass
class Effort:
    """What may still be compared."""

    left: int = field(default=MOST_COMPARISONS)

    def allows(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """The matcher looks at every pair of equals, in the worst case again for every one that it finds."""
        one, other = Counter(before), Counter(after)
        pairs = sum(number * other[each] for each, number in one.items() if not _is_filling(each))
        self.left -= (pairs + 1) * min(len(before), len(after))
        return self.left >= 0


def changes(history: Sequence[tuple[Any, str]]) -> list[Change]:
    """Each revision against the one before it; the latest first, as given."""
    texts, effort = [_lines(revision) for revision, _author in history] + [[]], Effort()
    return [
        Change(revision, author, difference(texts[position + 1], texts[position], effort))
        for position, (revision, author) in enumerate(history)
    ]


def _lines(revision: Any) -> list[str]:
    head = [revision.title] if revision.title else []
    tags = [" ".join(f"[{tag}]" for tag in revision.tags)] if revision.tags else []
    return [*head, *tags, *revision.body.splitlines()]


def difference(before: list[str], after: list[str], effort: Effort | None = None) -> list[Line]:
    effort = effort or Effort()
    found: list[Line] = []
    for same, old, new in _blocks(before, after, effort):
        found += [_whole(SAME, line) for line in new] if same else _changed_lines(old, new, effort)
    return found


def _blocks(
    before: Sequence[str], after: Sequence[str], effort: Effort
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """What is the same and what is not, by turns. What both begin and end with is not compared at all."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield True, before[:head], after[:head]
    if not effort.allows(old, new):
        yield False, old, new
    else:
        for kind, low, high, new_low, new_high in SequenceMatcher(_is_filling, old, new, False).get_opcodes():
            yield kind == "equal", old[low:high], new[new_low:new_high]
    if tail:
        yield True, before[len(before) - tail :], after[len(after) - tail :]


def _is_filling(text: str) -> bool:
    """Blanks and signs stand everywhere: they are the same only beside what is the same."""
    return not any(map(str.isalnum, text))


def _whole(kind: str, line: str) -> Line:
    return Line(kind, ((kind, line),))


def _changed_lines(before: Sequence[str], after: Sequence[str], effort: Effort) -> Iterator[Line]:
    for old, new in _paired(before, after, effort):
        if old is not None and new is not None:
            yield Line(CHANGED, tuple(_words(old, new, effort)))
        elif old is not None:
            yield _whole(GONE, old)
        elif new is not None:
            yield _whole(NEW, new)


def _paired(
    before: Sequence[str], after: Sequence[str], effort: Effort
) -> Iterator[tuple[str | None, str | None]]:
    """Each new line with the one that it was, in order; None for the other of a line that has no such."""
    at, came = 0, list[str]()
    for line in after:
        near = range(at, min(at + LOOKED_AHEAD, len(before)))
        was = next((place for place in near if _alike(before[place], line, effort)), None)
        if was is None:
            came.append(line)
            continue
        yield from _apart(before[at:was], came)
        yield before[was], line
        at, came = was + 1, []
    yield from _apart(before[at:], came)


def _apart(gone: Sequence[str], came: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    yield from ((line, None) for line in gone)
    yield from ((None, line) for line in came)


def _alike(old: str, new: str, effort: Effort) -> bool:
    effort.left -= 100 + 20 * (len(old) + len(new))
    if effort.left < 0:
        return False
    one, other = (Counter(word for word in segments(line) if not word.isspace()) for line in (old, new))
    total = one.total() + other.total()
    return total > 0 and 2 * (one & other).total() >= ALIKE * total


def _words(old: str, new: str, effort: Effort) -> Iterator[tuple[str, str]]:
    """A space between two changes changes with them: they are read as one."""
    gone = came = ""
    for same, before, after in _blocks(segments(old), segments(new), effort):
        was, now = "".join(before), "".join(after)
        if same and (now.strip() or not (gone or came)):
            yield from _replaced(gone, came)
            gone = came = ""
            yield SAME, now
        else:
            gone, came = gone + was, came + now
    yield from _replaced(gone, came)


def _replaced(gone: str, came: str) -> Iterator[tuple[str, str]]:
    space = gone[len(gone.rstrip()) :]
    common = space if space and came.endswith(space) and gone != space and came != space else ""
    if gone.removesuffix(common):
        yield GONE, gone.removesuffix(common)
    if came.removesuffix(common):
        yield NEW, came.removesuffix(common)
    if common:
        yield SAME, common
