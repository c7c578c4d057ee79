"""Start, stop, pause and void a case's clocks. A verdict is computed at the event and never changes afterwards."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domains.escalation.deadlines import Terms
from app.domains.escalation.models import Case, Clock, ClockKind, ClockVerdict
from app.domains.products.calendars import due
from app.extensions import db

REPLY_CLOCKS = (ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY)
STAFF_CLOCKS = (*REPLY_CLOCKS, ClockKind.RESOLUTION)


def start_clock(
    case: Case, kind: ClockKind, started_at: datetime, target_seconds: int, due_at: datetime | None
) -> None:
    row = Clock(case_id=case.id, cycle=case.cycle, kind=kind, started_at=started_at, target_seconds=target_seconds)
    row.due_at, row.pauses, row.verdict = due_at, [], ClockVerdict.RUNNING
    db.session.add(row)
    db.session.flush()


def stop_clocks(case: Case, kinds: Iterable[ClockKind], at: datetime) -> None:
    """Met where `at` is not after the promise, else breached."""
    for clock in running(case, kinds):
        clock.stopped_at = max(at, clock.started_at)
        late = clock.due_at is not None and clock.stopped_at > clock.due_at
        clock.verdict = ClockVerdict.BREACHED if late else ClockVerdict.MET
        _end_pause(clock, clock.stopped_at)
    db.session.flush()


def breach_clocks(case: Case, kinds: Iterable[ClockKind]) -> None:
    """The promise was not kept: dated to the promised time, not to when somebody looked."""
    for clock in running(case, kinds):
        clock.stopped_at, clock.verdict = clock.due_at, ClockVerdict.BREACHED
    db.session.flush()


def void_clocks(case: Case, kinds: Iterable[ClockKind], at: datetime) -> None:
    """Nobody owes this any more."""
    for clock in running(case, kinds):
        clock.stopped_at, clock.verdict = max(at, clock.started_at), ClockVerdict.VOID
        _end_pause(clock, clock.stopped_at)
    db.session.flush()


def pause_resolution(case: Case, at: datetime) -> None:
    for clock in running(case, [ClockKind.RESOLUTION]):
        if not _open_pause(clock):
            clock.pauses = [*clock.pauses, [max(at, clock.started_at).isoformat(), ""]]
    db.session.flush()


def resume_resolution(case: Case, at: datetime, terms: Terms) -> None:
    """The pause ends; the deadline moves by the open time that it took."""
    for clock in running(case, [ClockKind.RESOLUTION]):
        _end_pause(clock, at)
        target = timedelta(seconds=clock.target_seconds)
        clock.due_at = due(clock.started_at, target, terms.calendar, pauses_of(clock))
    db.session.flush()


def recount_clock(clock: Clock, target_seconds: int, terms: Terms) -> None:
    """New terms, same start, same pauses."""
    clock.target_seconds = target_seconds
    clock.due_at = due(clock.started_at, timedelta(seconds=target_seconds), terms.calendar, pauses_of(clock))
    db.session.flush()


def running(case: Case, kinds: Iterable[ClockKind]) -> list[Clock]:
    found = select(Clock).where(Clock.case_id == case.id, Clock.verdict == ClockVerdict.RUNNING)
    return list(db.session.scalars(found.where(Clock.kind.in_(list(kinds))).order_by(Clock.id)))


def pauses_of(clock: Clock) -> list[tuple[datetime, datetime]]:
    """Finished pauses as the calendar takes them."""
    return [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in clock.pauses if end]


def _open_pause(clock: Clock) -> bool:
    return bool(clock.pauses) and not clock.pauses[-1][1]


def _end_pause(clock: Clock, at: datetime) -> None:
    if _open_pause(clock):
        begin = clock.pauses[-1][0]
        clock.pauses = [*clock.pauses[:-1], [begin, max(at, datetime.fromisoformat(begin)).isoformat()]]
