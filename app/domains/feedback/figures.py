"""Feedback's own figures: adoption, the promise to acknowledge and decide, loop closure. Pure."""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.kernel.statistics import Rate, rate

LIVE_STATES = frozenset({"inbox", "triaged", "under_review", "planned", "in_progress"})
VOID_STATES = frozenset({"merged", "not_feedback"})


@dataclass(frozen=True)
class ItemFact:
    """A canonical feedback item with its merged children already counted in; all times aware, None = not (yet).

    `growth`: score gained in the window. `people`, `told`: distinct persons behind it, and those told of `shipped`.
    A reopened item carries its present deadlines and no `decided_at`.
    """

    id: int
    title: str
    url: str
    state: str
    created_at: datetime
    score: float = 0.0
    growth: float = 0.0
    people: int = 0
    importance: int = 1
    tags: tuple[str, ...] = ()
    owner: str | None = None
    team: str | None = None
    proposer: str | None = None
    reason: str | None = None
    acknowledge_by: datetime | None = None
    acknowledged_at: datetime | None = None
    decide_by: datetime | None = None
    decided_at: datetime | None = None
    planned_at: datetime | None = None
    shipped_at: datetime | None = None
    declined_at: datetime | None = None
    told: int = 0
    confirmed: int = 0
    contradicted: int = 0


@dataclass(frozen=True)
class PromiseClock:
    """One deadline of one item; `clock` is `acknowledge` or `decide`."""

    item: ItemFact
    clock: str
    due_at: datetime
    met_at: datetime | None

    @property
    def kept(self) -> bool:
        return self.met_at is not None and self.met_at <= self.due_at

    def open_at(self, moment: datetime) -> bool:
        return self.met_at is None or self.met_at >= moment


@dataclass(frozen=True)
class Adoption:
    """Items of a cohort and how far they came; each later column is also in `proposed`."""

    proposed: int
    triaged: int
    planned: int  # or later: what was once planned stays counted when it ships
    shipped: int
    declined: int


def proposed_between(items: Iterable[ItemFact], start: datetime, end: datetime) -> list[ItemFact]:
    return [item for item in items if start <= item.created_at < end]


def adoption(items: Iterable[ItemFact], start: datetime, end: datetime) -> Adoption:
    """The cohort created in [start, end), as far as it had come before `end`."""
    cohort = proposed_between(items, start, end)
    counted = [item for item in cohort if item.state not in VOID_STATES]
    return Adoption(
        proposed=len(cohort),
        triaged=sum(_before(item.acknowledged_at, end) for item in counted),
        planned=sum(_before(item.planned_at, end) or _before(item.shipped_at, end) for item in counted),
        shipped=sum(_before(item.shipped_at, end) for item in counted),
        declined=sum(_before(item.declined_at, end) for item in counted),
    )


def adoption_rate(items: Iterable[ItemFact], start: datetime, end: datetime) -> Rate:
    """Items that reached `shipped` of the items triaged, cohort by creation in [start, end)."""
    reached = adoption(items, start, end)
    return rate(reached.shipped, reached.triaged)


def promise_clocks(items: Iterable[ItemFact]) -> Iterator[PromiseClock]:
    """Every deadline that counts. One still open when its item was merged or found no feedback is void."""
    for item in items:
        for clock, due_at, met_at in (
            ("acknowledge", item.acknowledge_by, item.acknowledged_at),
            ("decide", item.decide_by, item.decided_at),
        ):
            if due_at is not None and (met_at is not None or item.state not in VOID_STATES):
                yield PromiseClock(item, clock, due_at, met_at)


def feedback_promise(items: Iterable[ItemFact], start: datetime, end: datetime) -> Rate:
    """Acknowledge and decide clocks met, of those due in [start, end); open and past due counts as breached."""
    due = [clock for clock in promise_clocks(items) if start <= clock.due_at < end]
    return rate(sum(clock.kept for clock in due), len(due))


def loop_closure(items: Iterable[ItemFact]) -> Rate:
    """People told, of the people behind the items that shipped."""
    shipped = [item for item in items if item.shipped_at is not None]
    return rate(sum(item.told for item in shipped), sum(item.people for item in shipped))


def confirmation(items: Iterable[ItemFact]) -> Rate:
    """Contributors who say that it works, of those who said anything."""
    shipped = [item for item in items if item.shipped_at is not None]
    confirmed = sum(item.confirmed for item in shipped)
    return rate(confirmed, confirmed + sum(item.contradicted for item in shipped))


def quarter_start(end: datetime, zone: str) -> datetime:
    """First moment of the calendar quarter that holds the last instant before `end`, in the product's zone."""
    last = end.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)
    return datetime(last.year, (last.month - 1) // 3 * 3 + 1, 1, tzinfo=ZoneInfo(zone))


def _before(moment: datetime | None, end: datetime) -> bool:
    return moment is not None and moment < end
