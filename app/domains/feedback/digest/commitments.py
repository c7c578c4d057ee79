"""What product management owes and what it has done: decisions, shipped items, adoption this quarter. Pure."""
from collections.abc import Iterable
from datetime import timedelta

from app.domains.feedback.digest.content import (
    AdoptionLine,
    DeadlineLine,
    Decisions,
    DeclinedLine,
    QuarterAdoption,
    ShippedLine,
    share,
)
from app.domains.feedback.digest.evidence import Evidence
from app.domains.feedback.digest.masking import masked
from app.domains.feedback.figures import (
    ItemFact,
    PromiseClock,
    adoption,
    feedback_promise,
    promise_clocks,
    proposed_between,
    quarter_start,
)

LOOK_AHEAD = timedelta(days=7)
MOST_NAMES = 10


def decisions(known: Evidence) -> Decisions:
    start, end = known.facts.period.start, known.facts.period.end
    clocks = sorted(promise_clocks(known.items), key=lambda clock: (clock.due_at, clock.item.id, clock.clock))
    waiting = [clock for clock in clocks if clock.open_at(end)]
    fell_due = [clock for clock in clocks if start <= clock.due_at < end]
    kept = feedback_promise(known.items, start, end)
    return Decisions(
        due=tuple(_deadline(clock) for clock in waiting if end <= clock.due_at < end + LOOK_AHEAD),
        overdue=tuple(_deadline(clock) for clock in waiting if clock.due_at < end),
        promised=share(sum(clock.kept for clock in fell_due), kept.n),
        missed=tuple(_deadline(clock) for clock in fell_due if not clock.kept),
        shipped=tuple(_shipped(item) for item in known.items if item.shipped_at and start <= item.shipped_at < end),
    )


def adoption_to_date(known: Evidence) -> QuarterAdoption:
    period = known.facts.period
    since = quarter_start(period.end, period.zone)
    cohort = proposed_between(known.items, since, period.end)

    def line(name: str | None, items: Iterable[ItemFact]) -> AdoptionLine:
        found = adoption(items, since, period.end)
        return AdoptionLine(name, found.proposed, found.triaged, found.planned, found.shipped, found.declined)

    def lines(names: Iterable[str | None], of: str) -> tuple[AdoptionLine, ...]:
        found = [line(name, [item for item in cohort if getattr(item, of) == name]) for name in set(names) if name]
        return tuple(sorted(found, key=lambda one: (-one.proposed, -one.shipped, one.name or "")))[:MOST_NAMES]

    total = line(None, cohort)
    return QuarterAdoption(
        since=since, total=total, adopted=share(total.shipped, total.triaged),
        reasons=tuple(_declined(item) for item in cohort if item.declined_at and item.declined_at < period.end),
        by_team=lines((item.team for item in cohort), "team"),
        by_proposer=lines((item.proposer for item in cohort), "proposer"),
    )


def _deadline(clock: PromiseClock) -> DeadlineLine:
    item = clock.item
    return DeadlineLine(item.id, masked(item.title), item.url, item.state, item.owner, clock.clock, clock.due_at)


def _shipped(item: ItemFact) -> ShippedLine:
    return ShippedLine(item.id, masked(item.title), item.url, share(item.told, item.people), item.confirmed,
                       item.contradicted)


def _declined(item: ItemFact) -> DeclinedLine:
    return DeclinedLine(item.id, masked(item.title), item.url, masked(item.reason) if item.reason else None)
