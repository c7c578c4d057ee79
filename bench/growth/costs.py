"""What a page costs in the small forum and in the large one, in this process and in the database's.

CPU ms a request = user and system time of both by the kernel's account. Both forums are asked in turn, a batch each,
in the same seconds; the ratio is the median of the rounds.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import partial
from itertools import cycle, islice
from statistics import median
from typing import Any

from sqlalchemy import event

from app.extensions import db
from bench.growth.visits import Page, Town, ask, pages, posts
from bench.measuring import cpu_seconds

WARM_UP = 3


@dataclass(frozen=True)
class Cost:
    """Milliseconds a request: CPU of the forum's process, CPU of the database, wall time of the statements."""

    forum: float
    database: float
    statements: float

    @property
    def cpu(self) -> float:
        return self.forum + self.database


@dataclass(frozen=True)
class Grown:
    name: str
    small: Cost
    large: Cost
    ratio: float
    """CPU, large by small."""
    spread: float
    """The largest by the smallest ratio of the rounds."""


@dataclass
class Watch:
    seconds: float = 0.0


@contextmanager
def _watched() -> Iterator[Watch]:
    watch, since = Watch(), [0.0]

    def begins(*_all: Any) -> None:
        since[0] = time.perf_counter()

    def ends(*_all: Any) -> None:
        watch.seconds += time.perf_counter() - since[0]

    event.listen(db.engine, "before_cursor_execute", begins)
    event.listen(db.engine, "after_cursor_execute", ends)
    try:
        yield watch
    finally:
        event.remove(db.engine, "before_cursor_execute", begins)
        event.remove(db.engine, "after_cursor_execute", ends)


def grown(small: Town, large: Town, rounds: int, requests: int, report: Callable[[str], object]) -> list[Grown]:
    """Of every page, then of the posts of a thread."""
    found = []
    for of_small, of_large in zip(pages(small), pages(large), strict=True):
        asked = [_asking(town, page, requests) for town, page in ((small, of_small), (large, of_large))]
        found.append(_compared(of_small.name, small, large, asked, rounds))
        report(line(found[-1]))
    posted = [partial(_post, town) for town in (small, large)]
    found.append(_compared("a thread of eight posts, with the worker's part", small, large, posted, rounds))
    report(line(found[-1]))
    return found


def _asking(town: Town, page: Page, requests: int) -> Callable[[], int]:
    client, paths = town.client(page.who), cycle(page.paths)
    for path in islice(cycle(page.paths), WARM_UP):
        with town.open():
            ask(client, path)

    def batch() -> int:
        for path in islice(paths, requests):
            ask(client, path)
        return requests

    return batch


def _post(town: Town) -> int:
    posts(town, lambda _name: None)
    return 1


def _compared(name: str, small: Town, large: Town, work: list[Callable[[], int]], rounds: int) -> Grown:
    rows = []
    for _round in range(rounds):
        rows.append([_cost(town, batch) for town, batch in zip((small, large), work, strict=True)])
    ratios = [row[1].cpu / row[0].cpu for row in rows]
    of_small, of_large = (_middle([row[place] for row in rows]) for place in (0, 1))
    return Grown(name, of_small, of_large, median(ratios), max(ratios) / min(ratios))


def _middle(costs: list[Cost]) -> Cost:
    return Cost(*map(median, zip(*map(astuple, costs), strict=True)))


def _cost(town: Town, batch: Callable[[], int]) -> Cost:
    assert town.forum.database_pid is not None
    server = [town.forum.database_pid]
    with town.open(), _watched() as watch:
        own, other = time.process_time(), cpu_seconds(server)
        number = batch()
        own, other = time.process_time() - own, cpu_seconds(server) - other
    return Cost(*(1000 * seconds / number for seconds in (own, other, watch.seconds)))


def line(each: Grown) -> str:
    shown = f"{each.small.cpu:.1f} -> {each.large.cpu:.1f} CPU ms ({each.small.database:.1f} -> "
    return f"{each.ratio:.2f}  {each.name}: {shown}{each.large.database:.1f} in the database)"
