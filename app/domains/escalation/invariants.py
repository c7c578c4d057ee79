"""The domain's invariants (rules/escalation.md) as queries that must return no row."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domains.escalation.models import LIVE, OWNED, WITH_STAFF, Case, CaseEvent, CaseState, Clock, ClockVerdict
from app.domains.escalation.queries.helping import qualifying_answers, unhelped
from app.domains.escalation.queries.promises import promises_of
from app.domains.escalation.replay import replayed, stored
from app.domains.escalation.transitions.changing import PUBLISHES
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow
from app.kernel.invariants import Invariant
from app.kernel.jobs import Job

# The sweep runs every few seconds; a minute late is a sweep that does not run.
ALLOWANCE = timedelta(seconds=60)
BATCH = 500


def overdue_without_staff() -> list[Any]:
    """E1: unhelped questions whose peer clock ran out and that no live case beyond `armed` takes care of."""
    late = now() - ALLOWANCE
    live = aliased(Case)
    taken = exists().where(live.question_id == Question.id, live.state.in_(LIVE - {CaseState.ARMED}))
    answered = exists(select(Answer.id).where(*qualifying_answers()).correlate(Question))
    found = select(Question.id, Case.id.label("case_id"), Case.state).outerjoin(Case, Case.question_id == Question.id)
    rows = db.session.execute(found.where(*unhelped(), ~taken, ~answered, Question.created_at <= late)).all()
    promises = {id: promise for batch in _batches(rows) for id, promise in promises_of(batch).items()}
    return [row for row in rows if (promises[row.id].due_at or late + ALLOWANCE) <= late]


def _batches(rows: Any) -> list[Any]:
    return [rows[begin : begin + BATCH] for begin in range(0, len(rows), BATCH)]


def two_live_cases() -> list[Any]:
    found = select(Case.question_id, func.count()).where(Case.state.in_(LIVE))
    return _all(found.group_by(Case.question_id).having(func.count() > 1))


def level_twice() -> list[Any]:
    key = (CaseEvent.case_id, CaseEvent.cycle, CaseEvent.level)
    found = select(*key, func.count()).where(CaseEvent.kind.in_(["queued", "raised"]))
    return _all(found.group_by(*key).having(func.count() > 1))


def going_down() -> list[Any]:
    """E4: a line of history with a smaller cycle, or a smaller level in the same cycle, than the line before it."""
    before = aliased(CaseEvent)
    previous = select(func.max(before.id)).where(before.case_id == CaseEvent.case_id, before.id < CaseEvent.id)
    fell = or_(
        before.cycle > CaseEvent.cycle, and_(before.cycle == CaseEvent.cycle, before.level > CaseEvent.level)
    )
    joined = select(CaseEvent.case_id, CaseEvent.id).join(before, before.id == _scalar(previous))
    return _all(joined.where(fell))


def _scalar(found: Any) -> Any:
    return found.correlate(CaseEvent).scalar_subquery()


def owner_and_state_disagree() -> list[Any]:
    owned = Case.state.in_(OWNED)
    return _all(
        select(Case.id, Case.state, Case.owner_id).where(
            or_(and_(owned, Case.owner_id.is_(None)), and_(~owned, Case.owner_id.is_not(None)))
        )
    )


def unannounced() -> list[Any]:
    """E6: a line of history whose event is not stored, or a job whose event is not."""
    announced = select(EventRow.id).where(EventRow.id == CaseEvent.data["event_id"].as_integer())
    # A case that never reached staff is cancelled silently.
    told = CaseEvent.kind.in_([kind for kind in PUBLISHES if kind != "cancelled"])
    lines = select(CaseEvent.case_id, CaseEvent.id).where(told, ~exists(announced.correlate(CaseEvent)))
    orphans = select(Job.id, Job.name).where(Job.event_id.is_not(None), ~exists().where(EventRow.id == Job.event_id))
    return _all(lines) + _all(orphans)


def wrong_verdicts() -> list[Any]:
    """E7: met after the promise, breached before it, running but stopped, or the reverse."""
    ran = Clock.verdict == ClockVerdict.RUNNING
    wrong = or_(
        and_(Clock.verdict == ClockVerdict.MET, Clock.stopped_at > Clock.due_at),
        and_(Clock.verdict == ClockVerdict.BREACHED, or_(Clock.due_at.is_(None), Clock.stopped_at < Clock.due_at)),
        and_(ran, Clock.stopped_at.is_not(None)),
        and_(~ran, Clock.stopped_at.is_(None)),
    )
    return _all(select(Clock.id, Clock.case_id, Clock.verdict).where(wrong))


def bad_pauses() -> list[Any]:
    """E8: pauses that overlap, or lie outside of their clock's life."""
    paused = Clock.pauses != []
    clocks = db.session.execute(select(Clock.id, Clock.started_at, Clock.stopped_at, Clock.pauses).where(paused))
    return [(clock.id,) for clock in clocks if not _in_order(clock)]


def _in_order(clock: Any) -> bool:
    """The boundaries as one ascending line: begin of life, begin and end of each pause, end of life."""
    instants = [datetime.fromisoformat(instant) for pause in clock.pauses for instant in pause if instant]
    line = [clock.started_at, *instants, *([clock.stopped_at] if clock.stopped_at else [])]
    return line == sorted(line)


def history_disagrees() -> list[Any]:
    """E9: cases whose row is not what their history adds up to; read in batches."""
    wrong: list[Any] = []
    last = 0
    while cases := list(db.session.scalars(select(Case).where(Case.id > last).order_by(Case.id).limit(BATCH))):
        last = cases[-1].id
        found = select(CaseEvent).where(CaseEvent.case_id.between(cases[0].id, last)).order_by(CaseEvent.id)
        lines: dict[int, list[CaseEvent]] = {}
        for event in db.session.scalars(found):
            lines.setdefault(event.case_id, []).append(event)
        wrong += [(case.id,) for case in cases if replayed(lines.get(case.id, [])) != stored(case)]
    return wrong


def never_due() -> list[Any]:
    """A promise that the calendar cannot date is an error for the administrator, never silently no deadline."""
    return _all(select(Case.question_id, Case.product_id).where(Case.state == CaseState.ARMED, Case.due_at.is_(None)))


def mark_disagrees() -> list[Any]:
    """The question says that staff has it exactly where a case says so."""
    has = exists().where(Case.question_id == Question.id, Case.state.in_(WITH_STAFF))
    return _all(select(Question.id).where(or_(and_(Question.with_staff, ~has), and_(~Question.with_staff, has))))


def _all(found: Any) -> list[Any]:
    return list(db.session.execute(found).all())


INVARIANTS = [
    Invariant("E1", "Every overdue, unhelped question is with staff.", overdue_without_staff),
    Invariant("E2", "A question has at most one live case.", two_live_cases),
    Invariant("E3", "No level is reached twice in a cycle.", level_twice),
    Invariant("E4", "The cycle never falls, the level never within a cycle.", going_down),
    Invariant("E5", "A case has an owner exactly while somebody works it.", owner_and_state_disagree),
    Invariant("E6", "Every line of a case's history has its event, every job its event.", unannounced),
    Invariant("E7", "Every verdict agrees with its times.", wrong_verdicts),
    Invariant("E8", "Pauses do not overlap and lie inside their clock's life.", bad_pauses),
    Invariant("E9", "A case is what its history adds up to.", history_disagrees),
    Invariant("escalation.calendar", "Every armed case has a deadline; its calendar opens.", never_due),
    Invariant("escalation.mark", "A question is marked as with our team exactly while it is.", mark_disagrees),
]
