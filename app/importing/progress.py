"""What somebody who waits for an import sees: a bar while it runs, and at the end what was left out and why."""

import sys
from collections import Counter
from typing import TextIO

WIDTH = 30


class Progress:
    """A bar on standard error: redrawn in place on a terminal, a line every tenth part elsewhere."""

    def __init__(self, label: str, total: int, stream: TextIO | None = None) -> None:
        self.label, self.total, self.done = label, max(total, 1), 0
        self._stream = stream or sys.stderr
        self._shown = -1

    def advance(self, by: int = 1) -> None:
        self.done = min(self.done + by, self.total)
        on_terminal = self._stream.isatty()
        part = self.done * (100 if on_terminal else 10) // self.total
        if part == self._shown:
            return
        self._shown = part
        filled = self.done * WIDTH // self.total
        bar = f"{self.label} [{'#' * filled}{'.' * (WIDTH - filled)}] {self.done}/{self.total}"
        last = self.done == self.total
        print(bar, end="\n" if last or not on_terminal else "\r", file=self._stream, flush=True)


class LeftOut:
    """What an import did not take, counted by kind and reason."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first: dict[str, str] = {}

    def add(self, what: str, why: str, count: int = 1) -> None:
        if count:
            self._counts[what, why] += count

    def note_first(self, why: str, where: str) -> None:
        """Where the first one is to be found, for whoever mends the file."""
        self._first.setdefault(why, f"; the first: {where}")

    def lines(self) -> list[str]:
        """One sentence each, in alphabetical order."""
        counted = sorted(self._counts.items())
        return [f"left out: {count} {what} ({why}{self._first.get(why, '')})" for (what, why), count in counted]
