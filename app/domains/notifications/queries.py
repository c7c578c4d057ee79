"""Reads for the inbox, the settings, open pages and mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import Session, User
from app.domains.accounts.queries import Person
from app.domains.accounts.sight import READER_ID, Sight, reading, sight_of
from app.domains.notifications.kinds import AWAY, KINDS, MAILS, Kind
from app.domains.notifications.live import Message, may_hear, posts_of, question_room, staff_room, user_room
from app.domains.notifications.models import Frequency, LiveEvent, Notification, Preference, Presence
from app.domains.notifications.policies import may_read_inbox
from app.domains.products.queries import all_products
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import answers_seen_by, seen_by
from app.extensions import database_is_sqlite, db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.pagination import Page, key_of, page_of
from app.kernel.policy import require
from app.kernel.rows import read_rows

PER_PAGE = 30
RESUME_AT_ONCE = 200
# PostgreSQL shows ids out of order where transactions commit out of order: what is this young is read again although
# its id has been passed, and clients drop what they know. SQLite has one writer, so its ids come in order.
OVERLAP = timedelta(seconds=15)
GONE_AFTER = timedelta(seconds=30)


_USERS: Any = bindparam("user_ids", expanding=True)
_UNREAD_OF: Any = (
    select(Notification.user_id, func.count().label("number"))
    .where(Notification.user_id.in_(_USERS), Notification.read_at.is_(None))
    .group_by(Notification.user_id)
)
_CHOSEN: Any = select(Preference.user_id, Preference.kind, Preference.frequency).where(
    Preference.user_id.in_(_USERS), Preference.kind.in_(bindparam("kinds", expanding=True))
)


@dataclass(frozen=True)
class Notice:
    """A line of the inbox. Title and slug are the question's as it is now."""

    id: int
    kind: str
    created_at: datetime
    read: bool
    actor: Person | None
    question_id: int | None
    answer_id: int | None
    title: str
    slug: str
    language: str
    asker_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The template of its one sentence, for the inbox and for mail."""
        return f"notifications/_{self.kind}.html"


def inbox(actor: Actor, after: str | None = None, limit: int = PER_PAGE) -> Page[Notice]:
    """What the actor was told, the latest first, less what they may not see any more. One statement."""
    require(may_read_inbox(actor))
    found = notices().where(Notification.user_id == actor.id, still_seen_by(actor))
    key = key_of(after, int)
    if key is not None:
        found = found.where(Notification.id < key[0])
    rows = list(db.session.execute(found.order_by(Notification.id.desc()).limit(limit + 1)))
    return page_of(rows, limit, to_notice, "id")


def notice(actor: Actor, notification_id: int) -> Notice:
    """One line of the actor's own inbox."""
    row = read_rows(_one_notice(sight_of(actor)), reading(actor, notification_id=notification_id)).one_or_none()
    if row is None:
        raise NotFound()
    return to_notice(row)


@cache
def _one_notice(sight: Sight) -> Select[Any]:
    mine = (Notification.id == bindparam("notification_id"), Notification.user_id == READER_ID)
    return notices().where(*mine, still_seen_by(sight.reader))


def notices() -> Select[Any]:
    """The columns that `to_notice` reads."""
    columns = (
        Notification.id,
        Notification.kind,
        Notification.created_at,
        Notification.read_at,
        Notification.question_id,
        Notification.answer_id,
        Notification.data,
        Question.title,
        Question.slug,
        Question.language,
        Question.asker_id,
        User.id.label("actor_id"),
        User.name.label("actor_name"),
        User.role.label("actor_role"),
        User.level.label("actor_level"),
        User.avatar.label("actor_avatar"),
    )
    return with_posts(select(*columns)).outerjoin(User, User.id == Notification.actor_id)


def with_posts(found: Select[Any]) -> Select[Any]:
    """With the question and answer, which `still_seen_by` asks of."""
    joined = found.select_from(Notification).outerjoin(Question, Question.id == Notification.question_id)
    return joined.outerjoin(Answer, Answer.id == Notification.answer_id)


def still_seen_by(actor: Actor) -> ColumnElement[bool]:
    """A notice about a post that was hidden since is not shown: its title would be."""
    question = or_(Notification.question_id.is_(None), seen_by(actor))
    return and_(question, or_(Notification.answer_id.is_(None), answers_seen_by(actor)))


def to_notice(row: Row[Any]) -> Notice:
    person = None
    if row.actor_id is not None:
        told = (row.actor_id, row.actor_name, row.actor_role.value, row.actor_level)
        person = Person(*told, avatar=row.actor_avatar)
    return Notice(
        id=row.id,
        kind=row.kind,
        created_at=row.created_at,
        read=row.read_at is not None,
        actor=person,
        question_id=row.question_id,
        answer_id=row.answer_id,
        title=row.title or "",
        slug=row.slug or "",
        language=row.language or "",
        asker_id=row.asker_id,
        data=dict(row.data or {}),
    )


def unread_count(actor: Actor) -> int:
    """How many lines of the inbox are new to the actor. One statement."""
    if actor.id is None:
        return 0
    return read_rows(_unread(sight_of(actor)), reading(actor)).scalar() or 0


@cache
def _unread(sight: Sight) -> Select[Any]:
    mine = (Notification.user_id == sight.reader.id, Notification.read_at.is_(None), still_seen_by(sight.reader))
    return with_posts(select(func.count())).where(*mine)


def unread_counts(user_ids: Sequence[int]) -> dict[int, int]:
    """The same for many people at once, for the badge on their open pages. One statement."""
    if not user_ids:
        return {}
    rows = read_rows(_UNREAD_OF, {"user_ids": list(user_ids)})
    return {row.user_id: row.number for row in rows}


def preferences_of(actor: Actor) -> list[tuple[Kind, Frequency]]:
    """Every kind that the actor may choose of, and how often it comes by mail. One statement."""
    chosen = frequencies_of([(actor.id or 0, name) for name in (*KINDS, AWAY.name)])
    offered = [kind for kind in (*KINDS.values(), AWAY) if kind.switchable_by(actor)]
    return [(kind, chosen[actor.id or 0, kind.name]) for kind in offered]


def frequencies_of(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Frequency]:
    """How often a kind comes by mail to a person, by (user id, kind). One statement."""
    wanted = list(pairs)
    if not wanted:
        return {}
    people, kinds = {user_id for user_id, _kind in wanted}, {kind for _user_id, kind in wanted}
    rows = read_rows(_CHOSEN, {"user_ids": list(people), "kinds": list(kinds)})
    chosen = {(row.user_id, row.kind): row.frequency for row in rows}
    return {pair: MAILS[pair[1]].frequency(chosen.get(pair)) for pair in wanted}


def rooms_of(actor: Actor, question_ids: Iterable[int] = ()) -> list[str]:
    """Where the actor hears: the own room, the staff rooms of products they serve, questions that they have open.

    Whether they may see the question is asked for each message (`may_hear`).
    """
    rooms = [user_room(actor.id)] if actor.id is not None else []
    if actor.is_staff:
        rooms += [staff_room(product.id) for product in all_products() if actor.serves(product.id)]
    return rooms + [question_room(question_id) for question_id in question_ids]


def messages_for(actor: Actor, rooms: Sequence[str], after_id: int) -> tuple[list[Message], int, bool]:
    """What was said in these rooms after a message: the messages, the id to go on from, and whether there is more.

    At most three statements.
    """
    after_id = min(after_id, last_message_id())  # a client may know the ids of a database that was restored since
    found = _messages().where(LiveEvent.room.in_(rooms), _after(after_id))
    rows = [_message(row) for row in db.session.execute(found.limit(RESUME_AT_ONCE))] if rooms else []
    posts = posts_of(rows)
    heard = [message for message in rows if may_hear(actor, message, posts)]
    return heard, max([after_id, *(message.id for message in rows)]), len(rows) == RESUME_AT_ONCE


def messages_since(after_id: int, limit: int = 2000) -> list[Message]:
    """Everything said in any room after this id, in order: for a web process, which passes it on."""
    return [_message(row) for row in db.session.execute(_messages().where(_after(after_id)).limit(limit))]


def _after(after_id: int) -> ColumnElement[bool]:
    later = LiveEvent.id > after_id
    return later if database_is_sqlite(db.engine) else or_(later, LiveEvent.created_at > now() - OVERLAP)


def _messages() -> Select[Any]:
    return select(LiveEvent.id, LiveEvent.room, LiveEvent.kind, LiveEvent.payload).order_by(LiveEvent.id)


def _message(row: Row[Any]) -> Message:
    return Message(row.id, row.room, row.kind, dict(row.payload))


def last_message_id() -> int:
    return db.session.scalar(select(func.max(LiveEvent.id))) or 0


def open_sessions(session_ids: Iterable[int]) -> set[int]:
    """Which of these browsers are still signed in. One statement."""
    found = select(Session.id).where(Session.id.in_(list(session_ids)), Session.expires_at > now())
    return set(db.session.scalars(found))


def presence_of(question_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """How many read and how many write now, by question: `{"reading": 2, "writing": 1}`; who writes does not read."""
    wanted = list(question_ids)
    here = [Presence.question_id.in_(wanted), Presence.seen_at > now() - GONE_AFTER]
    counted = select(Presence.question_id, Presence.writing, func.count()).where(*here)
    found = {question_id: {"reading": 0, "writing": 0} for question_id in wanted}
    for question_id, writing, number in db.session.execute(counted.group_by(Presence.question_id, Presence.writing)):
        found[question_id]["writing" if writing else "reading"] = number
    return found
