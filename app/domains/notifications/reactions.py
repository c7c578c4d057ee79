"""What people and open pages are told when something happened. Each re-reads the truth and may run twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select

from app.domains.accounts.events import UserAnonymised
from app.domains.feedback.actions.deciding import record_told
from app.domains.feedback.events import FeedbackStateChanged
from app.domains.follows.actions import set_follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.notifications.audience import Hearing, audience_of
from app.domains.notifications.channels import email
from app.domains.notifications.events import SolvedReminderDue
from app.domains.notifications.holding import mail_is_held_for, mail_key
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.live import lines_of, say, user_room
from app.domains.notifications.models import AwayMail, Frequency, Notification, Preference
from app.domains.notifications.queries import frequencies_of, unread_counts
from app.domains.notifications.rounds import ROUNDS, rounds_of
from app.domains.questions.events import AnswerPosted, QuestionAsked
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import Event, publish
from app.kernel.jobs import enqueue, enqueue_each
from app.kernel.rows import read_rows, write_rows

Rows = Sequence[Row[Any]]

REMIND_AFTER = timedelta(days=3)
# What a worker finds after a long stop, or an import, is still shown in the inbox; nobody wants mail about it.
TOO_OLD_FOR_MAIL = timedelta(days=3)

_TOLD = select(Notification.user_id).where(Notification.event_id == bindparam("event"))
_STORED = (Notification.id, Notification.user_id, Notification.kind)
_NOTICES: Any = Notification.__table__
_STORE = _NOTICES.insert().returning(*_STORED)


def tell_people(event: Event) -> None:
    """Notices for everybody who is to hear, a mail where the person wants one, and the new count on open pages."""
    fresh = _untold(event, audience_of(event))
    mails = _wanted_mails(event, fresh)
    rounds = rounds_of({user_id: often for user_id, often in mails.items() if often in ROUNDS})
    rows = _stored([_notification(event, hearing, mails, rounds) for hearing in fresh])
    _say_counts(event, rows)
    _promise_urgent_mail([row for row in rows if row.user_id in mails])
    if isinstance(event, FeedbackStateChanged):
        record_told(event.transition_id, _told(event))


def _untold(event: Event, hearings: list[Hearing]) -> list[Hearing]:
    known = set(read_rows(_TOLD, {"event": event.event_id}).scalars())
    return [hearing for hearing in hearings if hearing.user_id not in known]


def _wanted_mails(event: Event, hearings: list[Hearing]) -> dict[int, Frequency]:
    """How often, by the ids of those who also want a mail of it."""
    if now() - (event.occurred_at or now()) >= TOO_OLD_FOR_MAIL:
        return {}
    wanted = frequencies_of([(hearing.user_id, hearing.kind) for hearing in hearings if hearing.by_mail])
    return {user_id: often for (user_id, _kind), often in wanted.items() if often is not Frequency.NEVER}


def _notification(
    event: Event, hearing: Hearing, mails: Mapping[int, Frequency], rounds: Mapping[int, datetime]
) -> dict[str, Any]:
    often = mails.get(hearing.user_id)
    is_held = often is not None and not KINDS[hearing.kind].urgent
    return {
        "user_id": hearing.user_id,
        "event_id": event.event_id,
        "kind": hearing.kind,
        "question_id": hearing.question_id,
        "answer_id": hearing.answer_id,
        "actor_id": event.actor_id,
        "data": hearing.data,
        "created_at": event.occurred_at or now(),
        "mail_due_at": rounds.get(hearing.user_id, now() + mail_is_held_for()) if is_held else None,
        "mail_waits": ROUNDS.get(often) if often is not None and is_held else None,
    }


def _stored(notifications: list[dict[str, Any]]) -> Rows:
    """`id`, `user_id`, `kind` of each, in any order."""
    rows: Rows = write_rows(_STORE, *notifications).all() if notifications else []
    return rows


def _say_counts(event: Event, rows: Rows) -> None:
    counts = unread_counts([row.user_id for row in rows])
    news = [{"notification": row.id, "about": row.kind, "unread": counts.get(row.user_id, 0)} for row in rows]
    rooms = [user_room(row.user_id) for row in rows]
    say(((room, "notification", each) for room, each in zip(rooms, news, strict=True)), event.event_id)


def _promise_urgent_mail(rows: Rows) -> None:
    urgent = [row.id for row in rows if KINDS[row.kind].urgent]
    enqueue_each(email.deliver, {mail_key(id): {"notification_id": id} for id in urgent})


def _told(event: Event) -> int:
    heard = select(func.count()).select_from(Notification).where(Notification.event_id == event.event_id)
    return db.session.scalar(heard) or 0


def follow_own_thread(event: Event) -> None:
    """Who asks or answers hears what comes after; a level that the person chose before stays."""
    if isinstance(event, QuestionAsked):
        set_follow(event.asker_id, FollowKind.QUESTION, event.question_id, FollowLevel.WATCHING, keep=True)
    elif isinstance(event, AnswerPosted):
        set_follow(event.author_id, FollowKind.QUESTION, event.question_id, FollowLevel.TRACKING, keep=True)


def expect_a_word(event: AnswerPosted) -> None:
    """In three days, look whether the asker said that it helped."""
    due_at = (event.occurred_at or now()) + REMIND_AFTER
    ids = {"question_id": event.question_id, "answer_id": event.answer_id}
    enqueue(remind_asker, ids, key=f"solved_reminder:{event.answer_id}", due_at=due_at)


def remind_asker(question_id: int, answer_id: int) -> None:
    """One reminder a question, after the latest answer that may have helped; then none."""
    question = db.session.get(Question, question_id)
    if question is None or not _waits_for_a_word(question) or _reminded(question):
        return
    answer = db.session.get_one(Answer, answer_id)
    late = now() - answer.created_at > REMIND_AFTER + TOO_OLD_FOR_MAIL
    if not late and _latest_that_may_have_helped(question) == answer_id:
        publish(SolvedReminderDue(question_id=question_id, answer_id=answer_id))


def _waits_for_a_word(question: Question) -> bool:
    gone = question.hidden or question.deleted_at is not None or question.closed_at is not None
    return not gone and question.accepted_answer_id is None


def _reminded(question: Question) -> bool:
    to_asker = [Notification.user_id == question.asker_id, Notification.question_id == question.id]
    sent = select(Notification.id).where(*to_asker, Notification.kind == "solved_reminder").limit(1)
    return db.session.scalar(sent) is not None


def _latest_that_may_have_helped(question: Question) -> int | None:
    standing: list[Any] = [Answer.hidden.is_(False), Answer.deleted_at.is_(None), Answer.did_not_help.is_(False)]
    others = [Answer.question_id == question.id, Answer.author_id != question.asker_id]
    found = select(Answer.id).where(*others, *standing).order_by(Answer.created_at.desc(), Answer.id.desc()).limit(1)
    return db.session.scalar(found)


def show_live(event: Event) -> None:
    """What open pages of the question, and of its staff, show without a reload."""
    say(lines_of(event), event.event_id)


def forget_notices(event: UserAnonymised) -> None:
    """Nobody reads them any more. Others' notices of what this person did show the name that is left."""
    for kept in (Notification, Preference, AwayMail):
        db.session.execute(delete(kept).where(kept.user_id == event.user_id))
