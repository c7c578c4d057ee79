"""The list of a product's feedback: filters, pages by key, and what is overdue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.feedback import demand
from app.domains.feedback.models import FeedbackItem, FeedbackItemTag, FeedbackType, ItemState
from app.domains.feedback.policies import items_seen_by, may_see_inbox
from app.domains.feedback.queries.demand import signals_of
from app.domains.feedback.queries.titles import title_for
from app.domains.feedback.states import LIVE
from app.domains.products.models import Product
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.clock import now
from app.kernel.pagination import Page, below, key_of, page_of
from app.kernel.policy import require

PER_PAGE = 30


@dataclass(frozen=True)
class InboxFilter:
    """The choices of the list's address; None = all. `state` may also be `overdue`."""

    product_id: int | None = None
    state: str | None = None
    type: str | None = None
    tag: str | None = None


@dataclass(frozen=True)
class InboxRow:
    """`due_at` is the deadline that runs: to sort while it is new, to decide until it is decided."""

    id: int
    title: str
    type: str
    state: str
    product: str
    product_name: str
    owner: str | None
    tags: tuple[str, ...]
    people: int
    score: float
    created_at: datetime
    due_at: datetime | None
    overdue: bool


def inbox_page(
    actor: Actor, wanted: InboxFilter, after: str | None = None, limit: int = PER_PAGE
) -> Page[InboxRow]:
    """Items that the actor may see, the newest first. Three statements."""
    require(may_see_inbox(actor))
    found = _rows(actor).where(items_seen_by(actor), *_filters(wanted))
    key = key_of(after, datetime, int)
    if key is not None:
        found = found.where(below((FeedbackItem.created_at, FeedbackItem.id), key))
    found = found.order_by(FeedbackItem.created_at.desc(), FeedbackItem.id.desc()).limit(limit + 1)
    rows = list(db.session.execute(found))
    signals = signals_of(row.id for row in rows[:limit])
    return page_of(rows, limit, lambda row: _row(row, signals.get(row.id, [])), "created_at", "id")


def state_counts(actor: Actor, product_id: int | None = None) -> dict[str, int]:
    """How many items are in each state, and how many are `overdue`. Two statements."""
    seen = [items_seen_by(actor), *_filters(InboxFilter(product_id))]
    found = select(FeedbackItem.state, func.count()).where(*seen).group_by(FeedbackItem.state)
    counted = {state.value: number for state, number in db.session.execute(found)}
    late = select(func.count()).select_from(FeedbackItem).where(*seen, overdue(now()))
    return counted | {"overdue": db.session.scalar(late) or 0}


def overdue(at: datetime) -> Any:
    """Past the deadline to sort or to decide, and neither has happened (F5)."""
    item = FeedbackItem
    unsorted = (item.state == ItemState.INBOX) & (item.acknowledge_by < at)
    undecided = item.state.in_([ItemState.TRIAGED, ItemState.UNDER_REVIEW]) & (item.decide_by < at)
    return or_(unsorted, undecided)


def _filters(wanted: InboxFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.product_id is not None:
        clauses.append(FeedbackItem.product_id == wanted.product_id)
    if wanted.state == "overdue":
        clauses.append(overdue(now()))
    elif wanted.state == "live":
        clauses.append(FeedbackItem.state.in_(LIVE))
    elif wanted.state in set(ItemState):
        clauses.append(FeedbackItem.state == ItemState(wanted.state))
    if wanted.type in set(FeedbackType):
        clauses.append(FeedbackItem.type == FeedbackType(wanted.type))
    if wanted.tag:
        tagged = select(FeedbackItemTag.item_id).join(Tag, Tag.id == FeedbackItemTag.tag_id)
        clauses.append(FeedbackItem.id.in_(tagged.where(Tag.name == wanted.tag)))
    return clauses


def _rows(actor: Actor) -> Any:
    item = FeedbackItem
    names = select(func.aggregate_strings(Tag.name, " ")).join(FeedbackItemTag, FeedbackItemTag.tag_id == Tag.id)
    tags = names.where(FeedbackItemTag.item_id == item.id).correlate(item).scalar_subquery()
    columns = (item.id, item.type, item.state, item.importance, item.created_at, item.acknowledge_by, item.decide_by)
    return (
        select(*columns, Product.slug, Product.name, User.name.label("owner"), tags.label("tags"))
        .add_columns(title_for(actor).label("title"))
        .join(Product, Product.id == item.product_id)
        .outerjoin(User, User.id == item.owner_id)
    )


def _row(row: Row[Any], signals: list[demand.Signal]) -> InboxRow:
    due_at = running_deadline(row)
    return InboxRow(
        id=row.id,
        title=row.title,
        type=row.type.value,
        state=row.state.value,
        product=row.slug,
        product_name=row.name,
        owner=row.owner,
        tags=tuple(sorted(row.tags.split(" "))) if row.tags else (),
        people=len(demand.people(signals)),
        score=demand.score(signals, row.importance, now()),
        created_at=row.created_at,
        due_at=due_at,
        overdue=due_at is not None and due_at < now(),
    )


def running_deadline(row: Any) -> datetime | None:
    if row.state is ItemState.INBOX:
        return row.acknowledge_by  # type: ignore[no-any-return]
    return row.decide_by if row.state in (ItemState.TRIAGED, ItemState.UNDER_REVIEW) else None
