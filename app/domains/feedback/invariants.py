"""What must always hold of feedback; each a query that finds no row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from app.domains.feedback.models import Digest, FeedbackItem, FeedbackTransition, ItemState
from app.domains.feedback.states import LEAST_REASON
from app.extensions import db
from app.kernel.invariants import Invariant

BATCH = 100


def long_chains() -> Sequence[Any]:
    item, target = FeedbackItem, aliased(FeedbackItem)
    found = select(item.id, item.merged_into_id).join(target, target.id == item.merged_into_id)
    return _rows(found.where(or_(target.merged_into_id.is_not(None), target.id == item.id)))


def merged_without_target() -> Sequence[Any]:
    item = FeedbackItem
    is_merged, has_target = item.state == ItemState.MERGED, item.merged_into_id.is_not(None)
    return _rows(select(item.id, item.state).where(is_merged != has_target))


def decided_without_word() -> Sequence[Any]:
    item = FeedbackItem
    silent_no = (item.state == ItemState.DECLINED) & (func.length(item.reason) < LEAST_REASON)
    nameless = item.state.in_([ItemState.SHIPPED, ItemState.CONFIRMED]) & (item.release == "")
    return _rows(select(item.id, item.state).where(or_(silent_no, nameless)))


def history_broken() -> Sequence[Any]:
    """The last row of the history is the state, and each row begins where the one before ended."""
    item, move = FeedbackItem, FeedbackTransition
    latest = select(func.max(move.id)).where(move.item_id == item.id).correlate(item).scalar_subquery()
    found = select(item.id, item.state, move.to_state).outerjoin(move, move.id == latest)
    wrong_end = found.where(func.coalesce(move.to_state, ItemState.INBOX.value) != item.state)
    step = select(
        move.item_id.label("id"),
        move.from_state,
        func.lag(move.to_state).over(partition_by=move.item_id, order_by=move.id).label("before"),
    ).subquery()
    begins = func.coalesce(step.c.before, ItemState.INBOX.value)
    return [*_rows(wrong_end), *_rows(select(step).where(begins != step.c.from_state))]


def unreadable_digests() -> Sequence[Any]:
    return _rows(select(Digest.id).where(or_(Digest.content == "", Digest.starts_at >= Digest.ends_at)))


def _rows(found: Any) -> Sequence[Any]:
    return list(db.session.execute(found.limit(BATCH)))


INVARIANTS = (
    Invariant("F1", "A merged item points at one that is not merged itself, and never at itself.", long_chains),
    Invariant("F1b", "An item is merged exactly where it points at another one.", merged_without_target),
    Invariant("F4", "Nothing is declined without a reason, nothing shipped without a release.", decided_without_word),
    Invariant("F7", "An item's history is whole: it begins in the inbox and ends in the item's state.", history_broken),
    Invariant("F8", "A stored digest has a window and a content.", unreadable_digests),
)
