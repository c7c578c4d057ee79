"""The items of a product as the digest's figures want them."""

from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from app.domains.accounts.models import User
from app.domains.feedback import demand
from app.domains.feedback.demand import Signal
from app.domains.feedback.digest import ItemFact
from app.domains.feedback.digest import Period as Window
from app.domains.feedback.figures import quarter_start
from app.domains.feedback.models import FeedbackItem, FeedbackItemTag, FeedbackTransition, ItemState
from app.domains.feedback.progress import Move, progress
from app.domains.feedback.queries.demand import signals_of
from app.domains.feedback.queries.titles import public_title
from app.domains.feedback.states import LIVE
from app.domains.tags.models import Tag
from app.extensions import db


def item_facts(product_id: int, covered: Window) -> list[ItemFact]:
    """Canonical items that are live, moved in the window or belong to this quarter; by id. Four statements."""
    rows = list(db.session.execute(_items(product_id, covered)))
    ids = [row.id for row in rows]
    moves, signals = moves_of(ids), signals_of(ids)
    return [_fact(row, moves.get(row.id, []), signals.get(row.id, []), covered) for row in rows]


def _items(product_id: int, covered: Window) -> Select[Any]:
    since = min(covered.start, quarter_start(covered.end, covered.zone))
    owner, proposer = aliased(User), aliased(User)
    names = select(func.aggregate_strings(Tag.name, " ")).join(FeedbackItemTag, FeedbackItemTag.tag_id == Tag.id)
    tags = names.where(FeedbackItemTag.item_id == FeedbackItem.id).correlate(FeedbackItem).scalar_subquery()
    item = FeedbackItem
    columns = (item.id, item.created_at, item.importance, item.acknowledge_by, item.decide_by)
    recent = or_(item.state.in_(LIVE), item.state_since >= since, item.created_at >= since)
    return (
        select(*columns, owner.name.label("owner"), proposer.name.label("proposer"), tags.label("tags"))
        .add_columns(public_title().label("title"))
        .outerjoin(owner, owner.id == item.owner_id)
        .outerjoin(proposer, proposer.id == item.created_by_id)
        .where(item.product_id == product_id, item.state != ItemState.MERGED, item.created_at < covered.end, recent)
        .order_by(item.id)
    )


def moves_of(item_ids: list[int]) -> dict[int, list[Move]]:
    """The history of each item, in its order. One statement."""
    row = FeedbackTransition
    found = select(row).where(row.item_id.in_(item_ids)).order_by(row.id) if item_ids else None
    moves: dict[int, list[Move]] = {}
    for one in db.session.scalars(found) if found is not None else ():
        move = Move(one.from_state, one.to_state, one.at, one.reason, one.told, one.actor_id is not None)
        moves.setdefault(one.item_id, []).append(move)
    return moves


def _fact(row: Row[Any], moves: list[Move], signals: list[Signal], covered: Window) -> ItemFact:
    start, end = covered.start, covered.end
    now = progress(moves, end)
    # What only faded has not lost a supporter: growth is what the new signals brought.
    known, before = demand.known_before(signals, end), demand.known_before(signals, start)
    score = demand.score(known, row.importance, end)
    return ItemFact(
        id=row.id,
        title=row.title,
        url=f"/feedback/{row.id}",
        state=now.state.value,
        created_at=row.created_at,
        score=score,
        growth=score - demand.score(before, row.importance, end),
        people=len(demand.people(known)),
        importance=row.importance,
        tags=tuple(sorted(row.tags.split(" "))) if row.tags else (),
        owner=row.owner,
        proposer=row.proposer,
        reason=now.reason or None,
        acknowledge_by=row.acknowledge_by,
        acknowledged_at=now.acknowledged_at,
        decide_by=row.decide_by,
        decided_at=now.decided_at,
        planned_at=now.planned_at,
        shipped_at=now.shipped_at,
        declined_at=now.declined_at,
        told=now.told,
        confirmed=now.confirmed,
        contradicted=now.contradicted,
    )
