"""One page beside its reference, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import mean, median

from bench.measuring import Ask, Load, measure


@dataclass(frozen=True)
class Side:
    """Somebody who answers: the roots of its process trees, its port, what it is asked."""

    name: str
    pids: tuple[int, ...]
    port: int
    asks: Iterator[Ask]
    requests: int


@dataclass(frozen=True)
class Compared:
    page: Load
    reference: Load
    ratio: float
    """CPU of the page by that of its reference; the median of the rounds."""
    p95_ratio: float
    spread: float
    """Largest by smallest ratio of the rounds: what the machine's other work makes of them."""


@dataclass(frozen=True)
class Line:
    """A row of the table. `ratio` and `most` are in the unit that `of` names."""

    target: str
    what: str
    figure: str
    reference: str
    ratio: float | None
    most: float | None
    of: str
    remark: str = ""
    at_least: bool = False
    load: Load | None = field(default=None)

    @property
    def reached(self) -> bool | None:
        """None where nothing was promised."""
        if self.ratio is None or self.most is None:
            return None
        return self.ratio >= self.most if self.at_least else self.ratio <= self.most


def compare(page: Side, reference: Side, rounds: int) -> Compared:
    """Reference, page, reference, page, ... reference: each page between two looks at its reference."""
    befores = [_ask(reference)]
    pages, ratios, slowness = [], [], []
    for _round in range(rounds):
        pages.append(_ask(page))
        befores.append(_ask(reference))
        ratios.append(pages[-1].cpu_ms / mean(each.cpu_ms for each in befores[-2:]))
        slowness.append(pages[-1].p95_ms / mean(each.p95_ms for each in befores[-2:]))
    return Compared(
        _middle(pages), _middle(befores), median(ratios), median(slowness), max(ratios) / max(min(ratios), 1e-9)
    )


def _ask(side: Side) -> Load:
    load = measure(side.pids, side.port, side.asks, side.requests)
    if load.failed:
        raise RuntimeError(f"{side.name}: {len(load.failed)} of {load.requests} failed, the first: {load.failed[0]}")
    return load


def _middle(loads: list[Load]) -> Load:
    """The one whose cost is the median."""
    return sorted(loads, key=lambda load: load.cpu_ms)[len(loads) // 2]
