"""What is in the database after a fault, held against what clients were told: lost, doubled, kept once."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, exists, func, select, union_all

from app.domains.escalation.events import QuestionEscalated
from app.domains.escalation.models import Case, CaseState, Clock, ClockKind
from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.domains.notifications.channels import email
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.models import Notification
from app.domains.questions.events import AnswerAccepted, AnswerPosted, CommentPosted, QuestionAsked
from app.domains.questions.models import Answer, Comment, Question, Vote
from app.domains.reputation import ledger
from app.domains.reputation.models import LedgerEntry
from app.extensions import db
from app.kernel.events import EventRow
from app.kernel.jobs import Job, JobState, name_of
from app.kernel.mail import KeptMail
from app.kernel.transaction import transaction
from app.wiring import INVARIANTS
from bench.faults.clients import Notebook, Said
from bench.faults.result import Result
from bench.faults.stage import Stage

MARK = re.compile(r"m[0-9a-f]{16}m")
ONCE = {
    QuestionAsked: ("question_id",),
    AnswerPosted: ("answer_id",),
    CommentPosted: ("comment_id",),
    QuestionEscalated: ("case_id", "cycle"),
}
"""What can happen only once, by event."""


def counted(stage: Stage, ran: str, notebook: Notebook | None = None) -> Result:
    """The whole forum looked through, once nothing is owed any more. Kept mails count as sent ones."""
    notebook = notebook or Notebook()
    db.session.rollback()
    result = Result(ran, acknowledged=len(notebook.acknowledged))
    marks = _marks()
    result.lost = sum(not _is_stored(said, marks) for said in notebook.acknowledged) + len(unkept_notices())
    result.doubled = sum(number - 1 for number in marks.values()) + sum(map(len, effects_doubled().values()))
    result.due, wrong = escalations()
    result.not_once = len(wrong)
    result.complaints = complaints()
    result.failures = [f"refused: {line}" for line in notebook.refused[:5]] + _dead_jobs() + _ledger_disagrees()
    result.remarks = [f"{kind}: {rows[:5]}" for kind, rows in effects_doubled().items() if rows]
    result.remarks += [f"escalated wrongly: {line}" for line in wrong[:5]]
    if notebook.said:
        result.remarks.append(
            f"{notebook.unreachable} tries unanswered, {notebook.unavailable} answered 503, "
            f"{notebook.repeated} repeated and stored once, {notebook.gave_up} given up after a minute"
        )
    db.session.rollback()
    return result


def _marks() -> Counter[str]:
    """How often each client's mark is stored."""
    texts = union_all(select(Question.body), select(Answer.body), select(Comment.body))
    return Counter(found.group() for text in db.session.scalars(texts) if (found := MARK.search(text)))


def _is_stored(said: Said, marks: Counter[str]) -> bool:
    if said.mark:
        return marks[said.mark] >= 1
    if said.what == "vote":
        found = select(Vote.id).where(Vote.user_id == said.by, Vote.target_id == said.about)
    else:
        found = select(EventRow.id).where(EventRow.kind == AnswerAccepted.__name__, EventRow.actor_id == said.by)
        found = found.where(EventRow.payload["answer_id"].as_integer() == said.about)
    return db.session.scalar(found.limit(1)) is not None


def unkept_notices() -> list[int]:
    """Notices of which a mail was owed and none was kept: lost mails. Where mail leaves the house, none is kept.

    Of a thread one mail is kept, under its first notice; what is still held is not owed yet.
    """
    if not db.session.scalar(select(func.count()).select_from(KeptMail)):
        return []
    kept = {*db.session.scalars(select(KeptMail.key))}
    told = {notice for ids in _threads_told() if f"notification:{ids[0]}" in kept for notice in ids}
    by_mail = [name for name, kind in KINDS.items() if kind.by_mail]
    owed = select(Notification.id).where(Notification.kind.in_(by_mail), Notification.mail_due_at.is_(None))
    owed = owed.where(Notification.read_at.is_(None), ~_only_tracked())
    untold = (notice for notice in db.session.scalars(owed) if notice not in told)
    return [notice for notice in untold if f"notification:{notice}" not in kept]


def _only_tracked() -> Any:
    """Who follows a question without mail, as whoever has answered it does, is owed none of what others say there."""
    mine = (Follow.user_id == Notification.user_id, Follow.target_id == Notification.question_id)
    tracked = exists().where(*mine, Follow.kind == FollowKind.QUESTION, Follow.level == FollowLevel.TRACKING)
    return and_(Notification.kind.in_(("answer_posted", "question_closed")), tracked)


def _threads_told() -> list[list[int]]:
    payloads = db.session.scalars(select(Job.payload).where(Job.name == name_of(email.deliver_thread)))
    return [payload["notification_ids"] for payload in payloads]


def effects_doubled() -> dict[str, list[Any]]:
    """Rows that stand for the same cause a second time, by what they are."""
    notice = (Notification.user_id, Notification.kind, Notification.question_id, Notification.answer_id)
    told = select(*notice, Notification.data).where(Notification.kind != "case_overdue")
    comments = [tuple(map(str, row)) for row in db.session.execute(told)]
    entry = (LedgerEntry.user_id, LedgerEntry.event_id, LedgerEntry.reason, LedgerEntry.answer_id)
    found: dict[str, list[Any]] = {
        "notices": _twice(comments),
        "mails": _twice(db.session.scalars(select(KeptMail.key))),
        "notices by mail": _twice(notice for ids in _threads_told() for notice in ids),
        "ledger entries": _twice(map(tuple, db.session.execute(select(*entry, LedgerEntry.source_event_id)))),
        "jobs": _twice(map(tuple, db.session.execute(select(Job.event_id, Job.name).where(Job.event_id.is_not(None))))),
        "peer clocks": _twice(
            map(tuple, db.session.execute(select(Clock.case_id, Clock.cycle).where(Clock.kind == ClockKind.PEER)))
        ),
    }
    for kind, names in ONCE.items():
        payloads = db.session.scalars(select(EventRow.payload).where(EventRow.kind == kind.__name__))
        found[kind.__name__] = _twice(tuple(payload[name] for name in names) for payload in payloads)
    return found


def _twice(causes: Iterable[Any]) -> list[Any]:
    return [cause for cause, number in Counter(causes).items() if number > 1]


def escalations() -> tuple[int, list[str]]:
    """How many questions fell due with nobody's help, and of all questions those not escalated as they should.

    Helped before the promised time: never. Helped by nobody: exactly once. Helped between that time and the sweep:
    at most once, and not after the answer was stored.
    """
    posted = _first_events(AnswerPosted)
    raised = Counter(payload["question_id"] for payload in _payloads(QuestionEscalated))
    raised_by = _first_events(QuestionEscalated)
    due, wrong = 0, []
    peer = (Clock.case_id == Case.id) & (Clock.kind == ClockKind.PEER) & (Clock.cycle == 1)
    found = select(Case.question_id, Case.state, Clock.due_at, Question.first_answer_at, Question.asker_id)
    found = found.join(Clock, peer).join(Question, Question.id == Case.question_id)
    for row in db.session.execute(found):
        times = raised[row.question_id]
        nobody = row.first_answer_at is None and row.state is not CaseState.ARMED
        due += nobody
        too_late = row.question_id in posted and posted[row.question_id] < raised_by.get(row.question_id, 0)
        in_time = row.first_answer_at is not None and row.first_answer_at <= row.due_at
        if times > 1 or (nobody and times != 1) or (times and (in_time or too_late)):
            wrong.append(f"question {row.question_id}, {row.state}, {times} times")
    return due, wrong


def _payloads(kind: type[Any]) -> Iterable[Any]:
    return db.session.scalars(select(EventRow.payload).where(EventRow.kind == kind.__name__))


def _first_events(kind: type[Any]) -> dict[int, int]:
    """The id of the first event of this kind about each question; an asker's own answer is no help and left out."""
    found = select(EventRow.id, EventRow.payload, EventRow.actor_id).where(EventRow.kind == kind.__name__)
    askers = {row.id: row.asker_id for row in db.session.execute(select(Question.id, Question.asker_id))}
    first: dict[int, int] = {}
    for row in db.session.execute(found.order_by(EventRow.id)):
        question_id = row.payload["question_id"]
        if row.actor_id is None or row.actor_id != askers.get(question_id):
            first.setdefault(question_id, row.id)
    return first


def complaints() -> list[str]:
    """What `flask doctor` would print."""
    return [f"doctor {one.code}: {one.sentence} {tuple(row)}" for one in INVARIANTS for row in list(one.query())[:3]]


def _dead_jobs() -> list[str]:
    dead = db.session.execute(select(Job.name, Job.last_error).where(Job.state == JobState.FAILED).limit(5))
    return [f"dead job {name}: {error}" for name, error in dead]


class _Undone(Exception):
    pass


def _ledger_disagrees() -> list[str]:
    """The ledger computed anew from the events must be the ledger that is stored."""
    columns = [column for column in LedgerEntry.__table__.columns if column.name != "id"]

    def rows() -> Counter[str]:
        return Counter(str(tuple(row)) for row in db.session.execute(select(*columns)))

    before, after = rows(), Counter[str]()
    try:
        with transaction():
            ledger.rebuild()
            after = rows()
            raise _Undone
    except _Undone:
        pass
    differing = list((before - after) + (after - before))
    return [f"the ledger is not what its events say: {differing[:2]}"] if differing else []
