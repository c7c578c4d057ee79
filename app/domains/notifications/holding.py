"""Mail waits for ten minutes, in case its reader is here and reads the notice itself; then one mail a thread leaves.

Nothing is written for it but a time in the notice's own row. The schedule looks for times that have come and, in one
transaction, promises the mails and takes the times away: a mail is promised exactly once, whenever a worker dies.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Integer, Row, bindparam, or_, select, update

from app.domains.notifications.channels import email
from app.domains.notifications.models import Notification
from app.extensions import db
from app.kernel.clock import now
from app.kernel.columns import UtcTime
from app.kernel.jobs import enqueue_each
from app.kernel.transaction import transaction

CLOCKS_DIFFER = timedelta(minutes=5)
AT_ONCE = 200
"""Notices a transaction: who posts meanwhile waits no longer than for a page."""

_COLUMNS = (Notification.id, Notification.user_id, Notification.question_id, Notification.read_at)
_AT, _TOO_LATE = bindparam("at", type_=UtcTime), bindparam("too_late", type_=UtcTime)
_DUE: Any = (
    select(*_COLUMNS)
    # What lies further ahead than any hold was written while the clock was ahead: it waits for no such time to come.
    .where(or_(Notification.mail_due_at <= _AT, Notification.mail_due_at > _TOO_LATE))
    .order_by(Notification.mail_due_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_HELD_BESIDE: Any = select(*_COLUMNS).where(
    Notification.user_id.in_(bindparam("user_ids", expanding=True)),
    Notification.question_id.in_(bindparam("question_ids", expanding=True)),
    Notification.read_at.is_(None),
    Notification.mail_due_at.is_not(None),
)
Thread = tuple[int, int]


def mail_is_held_for() -> timedelta:
    return timedelta(seconds=current_app.extensions["config"].mail_held_seconds)


def mail_key(notification_id: int) -> str:
    """The job's, of the first notice that the mail tells of."""
    return f"mail:notification:{notification_id}"


def promise_held_mail() -> None:
    """One mail a person and thread, of what is still unread when its time has come; what was read needs none."""
    while _due(1):
        with transaction():
            _promise_some()


def _due(limit: int) -> Sequence[Row[Any]]:
    at = now()
    present = {"at": at, "too_late": at + mail_is_held_for() + CLOCKS_DIFFER, "limit": limit}
    return db.session.execute(_DUE, present).all()


def _promise_some() -> None:
    due = _due(AT_ONCE)
    threads = _threads_of(due)
    mails = {mail_key(ids[0]): {"notification_ids": ids} for ids in threads.values()}
    enqueue_each(email.deliver_thread, mails)
    settled = {row.id for row in due}.union(*threads.values())
    over = update(Notification).where(Notification.id.in_(settled)).values(mail_due_at=None)
    db.session.execute(over, execution_options={"synchronize_session": False})


def _threads_of(due: Sequence[Row[Any]]) -> dict[Thread, list[int]]:
    """Ids of unread notices, the oldest first, by person and question; those not yet due come along."""
    unread = [row for row in due if row.read_at is None]
    wanted = {_thread_of(row) for row in unread}
    questions = {row.question_id for row in unread if row.question_id is not None}
    beside = {"user_ids": [row.user_id for row in unread], "question_ids": list(questions)}
    threads: dict[Thread, set[int]] = defaultdict(set)
    for row in [*unread, *db.session.execute(_HELD_BESIDE, beside)]:
        if _thread_of(row) in wanted:
            threads[_thread_of(row)].add(row.id)
    return {thread: sorted(ids) for thread, ids in threads.items()}


def _thread_of(row: Row[Any]) -> Thread:
    """What is about no question stands for itself."""
    return row.user_id, row.question_id if row.question_id is not None else -row.id
