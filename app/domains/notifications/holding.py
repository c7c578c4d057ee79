"""Mail waits: ten minutes, in case its reader is here and reads the notice itself, then one mail a thread leaves; for
the end of the reader's quiet hours; or for a round-up, one mail of all threads. What is read meanwhile needs none.

Nothing is written for it but a time in the notice's own row. The schedule looks for times that have come and, in one
transaction, promises the mails and takes the times away: a mail is promised exactly once, whenever a worker dies.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Integer, Row, and_, bindparam, or_, select, update

from app.domains.accounts.quiet_hours import quiet_until
from app.domains.notifications.channels import email, round_up
from app.domains.notifications.models import MailWaits, Notification
from app.extensions import db
from app.kernel.clock import now
from app.kernel.columns import UtcTime
from app.kernel.jobs import enqueue_each
from app.kernel.transaction import transaction

CLOCKS_DIFFER = timedelta(minutes=5)
LONGEST_ROUND = timedelta(days=8)
AT_ONCE = 200
"""Notices a transaction: who posts meanwhile waits no longer than for a page."""
IN_ROUNDS = (MailWaits.DAILY, MailWaits.WEEKLY)

_COLUMNS = (
    Notification.id,
    Notification.user_id,
    Notification.question_id,
    Notification.read_at,
    Notification.mail_waits,
)
_AT, _TOO_LATE, _FAR = (bindparam(name, type_=UtcTime) for name in ("at", "too_late", "far"))
_FOR_ITSELF = or_(Notification.mail_waits.is_(None), Notification.mail_waits == MailWaits.QUIET)
_DUE: Any = (
    select(*_COLUMNS)
    # What lies further ahead than any wait was written while the clock was ahead: it waits for no such time to come.
    .where(
        or_(
            Notification.mail_due_at <= _AT,
            and_(Notification.mail_due_at > _TOO_LATE, Notification.mail_waits.is_(None)),
            Notification.mail_due_at > _FAR,
        )
    )
    .order_by(Notification.mail_due_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_HELD: Any = (
    select(*_COLUMNS)
    .where(
        Notification.user_id.in_(bindparam("user_ids", expanding=True)),
        Notification.read_at.is_(None),
        Notification.mail_due_at.is_not(None),
    )
    .with_for_update()
)
_HELD_BESIDE: Any = _HELD.where(Notification.question_id.in_(bindparam("question_ids", expanding=True)), _FOR_ITSELF)
_HELD_FOR_ROUNDS: Any = _HELD.where(Notification.mail_waits.in_(IN_ROUNDS))
Thread = tuple[int, int]


def mail_is_held_for() -> timedelta:
    return timedelta(seconds=current_app.extensions["config"].mail_held_seconds)


def mail_key(notification_id: int) -> str:
    """The job's, of the first notice that the mail tells of."""
    return f"mail:notification:{notification_id}"


def promise_held_mail() -> None:
    """One mail a person and thread, or a person's round, of what is still unread when its time has come."""
    while _due(1):
        with transaction():
            _promise_some()


def _due(limit: int) -> Sequence[Row[Any]]:
    at = now()
    too_late = at + mail_is_held_for() + CLOCKS_DIFFER
    return db.session.execute(
        _DUE, {"at": at, "too_late": too_late, "far": at + LONGEST_ROUND, "limit": limit}
    ).all()


def _promise_some() -> None:
    due = _due(AT_ONCE)
    unread = [row for row in due if row.read_at is None]
    asleep = quiet_until({row.user_id for row in unread})
    _wait_until(asleep, [row for row in unread if row.user_id in asleep])
    leaving = [row for row in unread if row.user_id not in asleep]
    threads = _threads_of([row for row in leaving if row.mail_waits not in IN_ROUNDS])
    rounds = _rounds_of([row for row in leaving if row.mail_waits in IN_ROUNDS])
    enqueue_each(email.deliver_thread, _mails(threads.values()))
    enqueue_each(round_up.deliver_round, _mails(rounds.values()))
    over = {row.id for row in due if row.read_at is not None or row.user_id not in asleep}
    _settle(over.union(*threads.values(), *rounds.values()))


def _mails(told: Iterable[list[int]]) -> dict[str, dict[str, list[int]]]:
    return {mail_key(ids[0]): {"notification_ids": ids} for ids in told}


def _wait_until(ends: Mapping[int, datetime], rows: Iterable[Row[Any]]) -> None:
    """Until each reader's quiet hours are over; what waits for a round-up stays part of it."""
    quiet: dict[tuple[int, MailWaits], list[int]] = defaultdict(list)
    for row in rows:
        quiet[row.user_id, row.mail_waits or MailWaits.QUIET].append(row.id)
    for (user_id, waits), ids in quiet.items():
        _change(ids, mail_due_at=ends[user_id], mail_waits=waits)


def _settle(ids: Iterable[int]) -> None:
    _change(ids, mail_due_at=None, mail_waits=None)


def _change(ids: Iterable[int], **values: Any) -> None:
    changed = update(Notification).where(Notification.id.in_(list(ids))).values(**values)
    db.session.execute(changed, execution_options={"synchronize_session": False})


def _threads_of(unread: Sequence[Row[Any]]) -> dict[Thread, list[int]]:
    """Ids of unread notices, the oldest first, by person and question; those not yet due come along."""
    wanted = {_thread_of(row) for row in unread}
    questions = {row.question_id for row in unread if row.question_id is not None}
    beside = {"user_ids": [row.user_id for row in unread], "question_ids": list(questions)}
    threads: dict[Thread, set[int]] = defaultdict(set)
    for row in [*unread, *db.session.execute(_HELD_BESIDE, beside)]:
        if _thread_of(row) in wanted:
            threads[_thread_of(row)].add(row.id)
    return {thread: sorted(ids) for thread, ids in threads.items()}


def _rounds_of(unread: Sequence[Row[Any]]) -> dict[int, list[int]]:
    """Ids of unread notices, the oldest first, by person: all that waits for the day's round-up and, on the day of
    the week's, for that one, so that nobody gets two in a morning."""
    weekly = {row.user_id for row in unread if row.mail_waits is MailWaits.WEEKLY}
    rounds: dict[int, set[int]] = {row.user_id: set() for row in unread}
    for row in db.session.execute(_HELD_FOR_ROUNDS, {"user_ids": list(rounds)}) if rounds else ():
        if row.mail_waits is MailWaits.DAILY or row.user_id in weekly:
            rounds[row.user_id].add(row.id)
    return {user_id: sorted(ids) for user_id, ids in rounds.items() if ids}


def _thread_of(row: Row[Any]) -> Thread:
    """What is about no question stands for itself."""
    return row.user_id, row.question_id if row.question_id is not None else -row.id
