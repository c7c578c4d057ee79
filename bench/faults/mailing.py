"""A mail server that is down, slow, refuses or hangs up: no mail is lost, none comes twice, no promise waits."""

from datetime import datetime

from sqlalchemy import func, select, update

from app.domains.escalation.events import QuestionEscalated
from app.domains.escalation.models import Clock, ClockKind
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.models import Notification
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow
from app.kernel.jobs import Job, JobState
from app.kernel.transaction import transaction
from bench.faults.counting import counted
from bench.faults.mail_server import MailServer
from bench.faults.racing import ask
from bench.faults.result import Result
from bench.faults.stage import Stage, eventually

MOODS = ("down", "slow", "4xx", "5xx", "dropped")
LATEST = 10.0  # seconds from a promised time to the queue, however slow the mail is
DELIVERING = "notifications.deliver"
ESCALATED = EventRow.kind == QuestionEscalated.__name__


def mail_troubles(stage: Stage, seed: int, *, questions: int, workers: int = 2) -> Result:
    """In each mood, two agents are told by mail of each question that falls due; then the server is well again."""
    assert stage.mail is not None
    stage.promise_within(1)
    stage.start(workers)
    for mood in MOODS:
        _in_a_mood(stage, stage.mail, mood, questions)
    result = counted(stage, f"{len(MOODS)} moods, {questions} questions each, {sum(stage.mail.taken.values())} mails")
    by_mail = [name for name, kind in KINDS.items() if kind.by_mail and kind.urgent]
    notices = db.session.scalars(select(Notification.id).where(Notification.kind.in_(by_mail)))
    keys = {f"<notification.{notice}@localhost>" for notice in notices}
    result.acknowledged += len(keys)
    result.lost += len(keys - stage.mail.taken.keys())
    twice = {key for key, number in stage.mail.taken.items() if number > 1}
    result.doubled += len(twice - stage.mail.dropped)
    result.remarks.append(f"{len(twice & stage.mail.dropped)} mails came again, of {len(stage.mail.dropped)} dropped")
    latest = _latest_escalation()
    result.remarks.append(f"latest escalation {latest:.1f} s after its promised time")
    if latest > LATEST:
        result.failures.append(f"a promise waited {latest:.0f} s for the mail server")
    return result


def _in_a_mood(stage: Stage, server: MailServer, mood: str, questions: int) -> None:
    before = db.session.scalar(select(func.count()).select_from(EventRow).where(ESCALATED)) or 0
    server.behave(mood)
    ask(stage, questions)
    assert eventually(lambda: _escalated() >= before + questions)
    assert eventually(lambda: _tried(stage) or mood == "slow"), "no mail was tried"
    server.behave("well")
    assert eventually(lambda: _try_again_now() == 0 and not stage.owed(), pause=0.5), stage.owed()


def _escalated() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(EventRow).where(ESCALATED)) or 0


def _tried(stage: Stage) -> bool:
    """Every mail that is owed has failed at least once."""
    db.session.rollback()
    owed = select(func.count()).select_from(Job).where(Job.name == DELIVERING, Job.state == JobState.WAITING)
    untried = db.session.scalar(owed.where(Job.last_error.is_(None)))
    return untried == 0 and bool(db.session.scalar(owed))


def _try_again_now() -> int:
    """Let the pause before the next try be over; how many mails waited for it."""
    with transaction():
        waiting = update(Job).where(Job.state == JobState.WAITING, Job.name == DELIVERING, Job.last_error.is_not(None))
        moved = db.session.execute(waiting.where(Job.due_at > now()).values(due_at=now()))
    return int(moved.rowcount)  # type: ignore[attr-defined]


def _latest_escalation() -> float:
    """Seconds between a promised time and the moment at which the sweep kept it, the longest."""
    peer = {row.case_id: row.due_at for row in db.session.execute(
        select(Clock.case_id, Clock.due_at).where(Clock.kind == ClockKind.PEER)
    )}  # fmt: skip
    waits = []
    for row in db.session.execute(select(EventRow.payload, EventRow.occurred_at).where(ESCALATED)):
        due_at: datetime = peer[row.payload["case_id"]]
        waits.append((row.occurred_at - due_at).total_seconds())
    return max(waits, default=0.0)
