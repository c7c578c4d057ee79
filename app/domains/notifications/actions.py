"""Read, switch, unsubscribe; and say that one is here."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select, update

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import actor_by_id
from app.domains.notifications.kinds import KINDS, Kind
from app.domains.notifications.live import question_room, say, user_room
from app.domains.notifications.models import LiveEvent, Notification, Preference, Presence
from app.domains.notifications.policies import may_read_inbox, may_set_preferences
from app.domains.notifications.queries import presence_of, unread_count
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.i18n import _
from app.kernel.policy import require


def mark_read(
    actor: Actor, ids: Iterable[int] | None = None, *, question_id: int | None = None, until_id: int | None = None
) -> int:
    """These notices, those of one question, or all (up to `until_id`, the newest that the person saw); how many."""
    require(may_read_inbox(actor))
    unread = update(Notification).where(Notification.user_id == actor.id, Notification.read_at.is_(None))
    if ids is not None:
        unread = unread.where(Notification.id.in_(list(ids)))
    if question_id is not None:
        unread = unread.where(Notification.question_id == question_id)
    if until_id is not None:
        unread = unread.where(Notification.id <= until_id)
    done: Any = db.session.execute(unread.values(read_at=now()))
    if done.rowcount and actor.id is not None:
        say(user_room(actor.id), "notification", {"unread": unread_count(actor)})
    return int(done.rowcount)


def set_preferences(actor: Actor, by_mail: Mapping[str, bool]) -> None:
    """The switches of the settings page; kinds that the program does not know are left out."""
    require(may_set_preferences(actor))
    assert actor.id is not None
    for kind in by_mail.keys() & KINDS.keys():
        row = db.session.get(Preference, (actor.id, kind))
        if row is None:
            db.session.add(Preference(user_id=actor.id, kind=kind, by_mail=by_mail[kind]))
        else:
            row.by_mail = by_mail[kind]


def unsubscribe_token(user_id: int, kind: str) -> str:
    """The address's last part in a mail. It does not run out: an old mail must stay a way out."""
    return str(_serializer().dumps([user_id, kind]))


def look_at_unsubscription(token: str) -> tuple[int, Kind]:
    """Whom and what an address is about; NotFound where it was not made here."""
    try:
        user_id, kind = _serializer().loads(token)
        return int(user_id), KINDS[kind]
    except (BadSignature, ValueError, TypeError, KeyError):
        raise NotFound(_("This link is not complete. Please use the whole link from the mail.")) from None


def unsubscribe(token: str) -> Kind:
    """No more mail of this kind; the token is the right."""
    user_id, kind = look_at_unsubscription(token)
    set_preferences(actor_by_id(user_id), {kind.name: False})
    return kind


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="unsubscribe")


def note_presence(visitors: Mapping[tuple[str, int], tuple[int | None, bool] | None]) -> None:
    """Heartbeats by (visitor, question): user id and whether they write; None = they left. Asks no policy: whoever
    calls has looked whether the visitor may see the question. Pages hear of it where a number changed."""
    question_ids = {question_id for _visitor, question_id in visitors}
    for (visitor, question_id), seen in visitors.items():
        row = db.session.get(Presence, (visitor, question_id))
        if seen is None:
            if row is not None:
                db.session.delete(row)
            continue
        if row is None:
            row = Presence(visitor=visitor, question_id=question_id)
            db.session.add(row)
        row.user_id, row.writing, row.seen_at = seen[0], seen[1], now()
    db.session.flush()
    say_presence(question_ids)


def say_presence(question_ids: Iterable[int]) -> None:
    """Tell open pages how many are there, where that differs from what they were told last."""
    for question_id, figures in presence_of(question_ids).items():
        room = question_room(question_id)
        said = select(LiveEvent.payload).where(LiveEvent.room == room, LiveEvent.kind == "presence")
        last = db.session.scalar(said.order_by(LiveEvent.id.desc()).limit(1))
        payload = {"question": question_id, **figures}
        if last != payload:
            say(room, "presence", payload)


__all__ = [
    "look_at_unsubscription",
    "mark_read",
    "note_presence",
    "say_presence",
    "set_preferences",
    "unsubscribe",
    "unsubscribe_token",
]
