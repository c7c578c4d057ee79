"""Read, switch, unsubscribe."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import update

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import actor_by_id
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.notifications.kinds import AWAY, MAILS, ROUND_UP, Kind
from app.domains.notifications.live import say, user_room
from app.domains.notifications.models import Frequency, Notification, Preference
from app.domains.notifications.policies import may_read_inbox, may_set_preferences
from app.domains.notifications.queries import preferences_of, unread_count
from app.domains.notifications.unsubscribing import look_at_unsubscription
from app.domains.questions.queries import visible_question
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


def set_preferences(actor: Actor, chosen: Mapping[str, Frequency]) -> None:
    """The choices of the settings page; what the program does not know, or does not offer, is left out."""
    require(may_set_preferences(actor))
    assert actor.id is not None
    for name in chosen.keys() & MAILS.keys():
        if chosen[name] in MAILS[name].choices:
            _prefer(actor.id, name, chosen[name])


def _prefer(user_id: int, kind: str, frequency: Frequency) -> None:
    row = db.session.get(Preference, (user_id, kind))
    if row is None:
        db.session.add(Preference(user_id=user_id, kind=kind, frequency=frequency))
    else:
        row.frequency = frequency


def unsubscribe(token: str) -> Kind:
    """No more mail of this kind, or of any that comes with the round-up; the token, which only the mail holds, says
    who asks."""
    user_id, kind = look_at_unsubscription(token)
    actor = actor_by_id(user_id)
    require(may_set_preferences(actor))
    ended = [kind.name]
    if kind is ROUND_UP:
        rounds = (Frequency.DAILY, Frequency.WEEKLY)
        ended = [each.name for each, how in preferences_of(actor) if how in rounds and each is not AWAY]
    set_preferences(actor, dict.fromkeys(ended, Frequency.NEVER))
    return kind


def mute_question(actor: Actor, question_id: int) -> None:
    """Nothing more of it but what is a duty, and what was told of it is read."""
    require(may_set_preferences(actor))
    follow(actor, FollowKind.QUESTION, visible_question(actor, question_id).id, FollowLevel.MUTED)
    mark_read(actor, question_id=question_id)
