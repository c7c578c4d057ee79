"""Follow, mute, leave."""

from sqlalchemy import delete

from app.domains.accounts.actor import Actor
from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.domains.follows.policies import may_follow
from app.extensions import db
from app.kernel.clock import now
from app.kernel.policy import require


def follow(actor: Actor, kind: FollowKind, target_id: int, level: FollowLevel = FollowLevel.WATCHING) -> None:
    """Set how much the actor wants to hear of this; again is the same."""
    require(may_follow(actor))
    assert actor.id is not None
    set_follow(actor.id, kind, target_id, level)


def unfollow(actor: Actor, kind: FollowKind, target_id: int) -> None:
    require(may_follow(actor))
    row = db.session.get(Follow, (actor.id, kind, target_id))
    if row is not None:
        db.session.delete(row)


def set_follow(user_id: int, kind: FollowKind, target_id: int, level: FollowLevel, *, keep: bool = False) -> None:
    """The row for a person, without asking: what somebody does (asks, answers) makes them follow.

    `keep` leaves a level that the person chose before.
    """
    row = db.session.get(Follow, (user_id, kind, target_id))
    if row is None:
        row = Follow(user_id=user_id, kind=kind, target_id=target_id, created_at=now(), level=level)
        db.session.add(row)
        db.session.flush()
    elif not keep:
        row.level = level


def forget_follows_of(user_id: int) -> None:
    """Who has left follows nothing, and nobody follows who is not there."""
    of_person = (Follow.kind == FollowKind.PERSON) & (Follow.target_id == user_id)
    db.session.execute(delete(Follow).where((Follow.user_id == user_id) | of_person))
