"""Who follows what."""

from collections.abc import Iterable

from sqlalchemy import select

from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.extensions import db

_HEARS = (FollowLevel.TRACKING, FollowLevel.WATCHING)


def follower_ids(kind: FollowKind, target_ids: Iterable[int]) -> list[int]:
    """People who want to hear of any of these."""
    found = select(Follow.user_id).where(Follow.kind == kind, Follow.target_id.in_(list(target_ids)))
    return list(db.session.scalars(found.where(Follow.level.in_(_HEARS)).distinct().order_by(Follow.user_id)))


def muting_ids(kind: FollowKind, target_ids: Iterable[int]) -> set[int]:
    """People who do not want to hear of these."""
    found = select(Follow.user_id).where(Follow.kind == kind, Follow.target_id.in_(list(target_ids)))
    return set(db.session.scalars(found.where(Follow.level == FollowLevel.MUTED)))


def follow_level(user_id: int | None, kind: FollowKind, target_id: int) -> FollowLevel | None:
    if user_id is None:
        return None
    row = db.session.get(Follow, (user_id, kind, target_id))
    return row.level if row else None


def followed_ids(user_id: int | None, kind: FollowKind) -> list[int]:
    """What a person follows."""
    found = select(Follow.target_id).where(Follow.user_id == user_id, Follow.kind == kind, Follow.level.in_(_HEARS))
    return list(db.session.scalars(found.order_by(Follow.created_at.desc())))
