"""Read, switch, unsubscribe."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import update

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import actor_by_id
from app.domains.notifications.kinds import KINDS, Kind
from app.domains.notifications.live import say, user_room
from app.domains.notifications.models import Notification, Preference
from app.domains.notifications.policies import may_read_inbox, may_set_preferences
from app.domains.notifications.queries import unread_count
from app.domains.notifications.unsubscribing import look_at_unsubscription
from app.extensions import db
from app.kernel.clock import now
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
        say([(user_room(actor.id), "notification", {"unread": unread_count(actor)})])
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


def unsubscribe(token: str) -> Kind:
    """No more mail of this kind; the token, which only the mail holds, says who asks."""
    user_id, kind = look_at_unsubscription(token)
    actor = actor_by_id(user_id)
    require(may_set_preferences(actor))
    set_preferences(actor, {kind.name: False})
    return kind
