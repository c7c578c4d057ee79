"""Who follows what."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.extensions import db
from app.kernel.rows import read_rows

Chosen = tuple[FollowKind, FollowLevel]
_HEARS = (FollowLevel.TRACKING, FollowLevel.WATCHING)
_OF_TARGETS = select(Follow.user_id).where(
    Follow.kind == bindparam("kind"), Follow.target_id.in_(bindparam("targets", expanding=True))
)
_FOLLOWERS = _OF_TARGETS.where(Follow.level.in_(_HEARS)).distinct().order_by(Follow.user_id)
_FOLLOWED: Any = (
    select(Follow.target_id)
    .where(Follow.user_id == bindparam("user_id"), Follow.kind == bindparam("kind"), Follow.level.in_(_HEARS))
    .order_by(Follow.created_at.desc())
)
_MUTING = _OF_TARGETS.where(Follow.level == FollowLevel.MUTED)
_NEAREST = (FollowKind.QUESTION, FollowKind.TAG, FollowKind.PRODUCT)
_STRONGEST = (FollowLevel.MUTED, FollowLevel.WATCHING, FollowLevel.TRACKING, FollowLevel.NORMAL)
_LEVELS: Any = select(Follow.user_id, Follow.kind, Follow.level).where(
    Follow.user_id.in_(bindparam("user_ids", expanding=True)),
    or_(
        and_(Follow.kind == FollowKind.QUESTION, Follow.target_id == bindparam("question_id")),
        and_(Follow.kind == FollowKind.TAG, Follow.target_id.in_(bindparam("tag_ids", expanding=True))),
        and_(Follow.kind == FollowKind.PRODUCT, Follow.target_id == bindparam("product_id")),
    ),
)


def levels_on(user_ids: Iterable[int], question_id: int, tag_ids: Iterable[int], product_id: int) -> dict[int, Chosen]:
    """How much each of these people wants to hear of one question, and by which choice of theirs: the nearer wins, the
    question's own over its tags' over its product's. Of several tags a muted one wins, then the most watched. Who has
    chosen nothing is not there. One statement."""
    about = {"question_id": question_id, "tag_ids": list(tag_ids), "product_id": product_id}
    chosen: dict[int, Chosen] = {}
    rows = read_rows(_LEVELS, {"user_ids": list(user_ids), **about}).all()
    for row in sorted(rows, key=lambda row: (_NEAREST.index(row.kind), _STRONGEST.index(row.level))):
        chosen.setdefault(row.user_id, (row.kind, row.level))
    return chosen


def follower_ids(kind: FollowKind, target_ids: Iterable[int]) -> list[int]:
    """People who want to hear of any of these."""
    return list(read_rows(_FOLLOWERS, {"kind": kind, "targets": list(target_ids)}).scalars())


def muting_ids(kind: FollowKind, target_ids: Iterable[int]) -> set[int]:
    """People who do not want to hear of these."""
    return set(read_rows(_MUTING, {"kind": kind, "targets": list(target_ids)}).scalars())


def follow_level(user_id: int | None, kind: FollowKind, target_id: int) -> FollowLevel | None:
    if user_id is None:
        return None
    row = db.session.get(Follow, (user_id, kind, target_id))
    return row.level if row else None


def followed_ids(user_id: int | None, kind: FollowKind) -> list[int]:
    """What a person follows."""
    return list(read_rows(_FOLLOWED, {"user_id": user_id, "kind": kind}).scalars())


def followed_targets(user_id: Any, kind: FollowKind) -> Any:
    """What a person follows, for a statement that asks whether something is among it."""
    return _targets(user_id, kind).where(Follow.level.in_(_HEARS))


def muted_targets(user_id: Any, kind: FollowKind) -> Any:
    """What a person does not want to see, for a statement that asks whether something is among it."""
    return _targets(user_id, kind).where(Follow.level == FollowLevel.MUTED)


def _targets(user_id: Any, kind: FollowKind) -> Any:
    return select(Follow.target_id).where(Follow.user_id == user_id, Follow.kind == kind)


def muted_ids(user_id: int | None, kind: FollowKind) -> list[int]:
    """What a person has muted."""
    return list(db.session.scalars(muted_targets(user_id, kind).order_by(Follow.target_id)))


def muted_total(user_id: Any) -> Any:
    """How much of questions, products and tags a person has muted, as a part of another statement."""
    lists = (FollowKind.QUESTION, FollowKind.PRODUCT, FollowKind.TAG)
    found = select(func.count()).select_from(Follow).where(Follow.user_id == user_id, Follow.kind.in_(lists))
    return found.where(Follow.level == FollowLevel.MUTED)
