"""One item with everything that was said of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import Role, TeamMember, User
from app.domains.accounts.queries import Person, people_by_id
from app.domains.feedback import demand
from app.domains.feedback.models import (
    FeedbackItem,
    FeedbackItemTag,
    FeedbackLabel,
    FeedbackLabelTag,
    FeedbackTransition,
)
from app.domains.feedback.policies import SORTING_ROLES, may_see_item, may_take
from app.domains.feedback.queries.demand import is_behind, signals_of
from app.domains.feedback.queries.inbox import running_deadline
from app.domains.feedback.queries.sources import post_path, standing_posts
from app.domains.feedback.queries.titles import title_for
from app.domains.feedback.states import STEPS
from app.domains.products.models import Product
from app.domains.questions.models import Question
from app.domains.questions.writing import language_of
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.policy import require


@dataclass(frozen=True)
class Source:
    """A marked sentence. `url` None: the post is not public any more, and its words are not shown."""

    label_id: int
    post: str
    quote: str
    type: str
    language: str
    confirmed: bool
    created_at: datetime
    labelled_by_id: int | None
    product_id: int
    item_id: int
    tags: tuple[str, ...] = ()
    url: str | None = None
    title: str = ""
    author: Person | None = None
    said_at: datetime | None = None
    score: int = 0


@dataclass(frozen=True)
class Move:
    """One row of the history, for reading."""

    before: str
    after: str
    at: datetime
    actor: Person | None
    reason: str
    release: str
    told: int


@dataclass(frozen=True)
class Way:
    """A state the actor may take the item to, and the fields that this needs."""

    to: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class ItemPage:
    id: int
    product_id: int
    product: str
    product_name: str
    title: str
    type: str
    state: str
    reason: str
    release: str
    importance: int
    owner_id: int | None
    owner: Person | None
    created_at: datetime
    state_since: datetime
    due_at: datetime | None
    overdue: bool
    version: int
    tags: tuple[str, ...]
    people: int
    score: float
    merged_into: tuple[int, str] | None
    merged: tuple[tuple[int, str], ...]
    sources: tuple[Source, ...]
    history: tuple[Move, ...]
    ways: tuple[Way, ...]
    contributes: bool


def item_page(actor: Actor, item_id: int) -> ItemPage:
    """The item, its sources with those of merged items, and its history. At most nine statements."""
    row = _item(actor, item_id)
    contributes = is_behind(actor.id, item_id)
    require(may_see_item(actor, row, contributes))
    family = _family(actor, row)
    sources, moves, signals = _sources([item_id, *family]), _moves(item_id), signals_of([item_id]).get(item_id, [])
    people = people_by_id(
        [row.owner_id, *(source.author_id for source in sources), *(move.actor_id for move in moves)], row.product_id
    )
    due_at = running_deadline(row)
    plain = {name: getattr(row, name) for name in _PLAIN}
    return ItemPage(
        **plain,
        type=row.type.value,
        state=row.state.value,
        owner=people.get(row.owner_id),
        due_at=due_at,
        overdue=due_at is not None and due_at < now(),
        tags=_split(row.tags),
        people=len(demand.people(signals)),
        score=demand.score(signals, row.importance, now()),
        merged_into=(row.merged_into_id, row.merged_into_title) if row.merged_into_id else None,
        merged=tuple(family.items()),
        sources=tuple(_source(source, people) for source in sources),
        history=tuple(_move(move, people) for move in moves),
        ways=tuple(_ways(actor, row, contributes)),
        contributes=contributes,
    )


_PLAIN = (
    "id", "product_id", "product", "product_name", "title", "reason", "release", "importance", "owner_id",
    "created_at", "state_since", "version",
)  # fmt: skip


def _item(actor: Actor, item_id: int) -> Any:
    item, target = FeedbackItem, aliased(FeedbackItem)
    names = select(func.aggregate_strings(Tag.name, " ")).join(FeedbackItemTag, FeedbackItemTag.tag_id == Tag.id)
    tags = names.where(FeedbackItemTag.item_id == item.id).correlate(item).scalar_subquery()
    product = (Product.slug.label("product"), Product.name.label("product_name"))
    columns = [column for column in item.__table__.columns if column.name != "title"]
    found = (
        select(*columns, title_for(actor).label("title"), *product, tags.label("tags"))
        .add_columns(title_for(actor, target).label("merged_into_title"))
        .join(Product, Product.id == item.product_id)
        .outerjoin(target, target.id == item.merged_into_id)
        .where(item.id == item_id)
    )
    row = db.session.execute(found).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _family(actor: Actor, row: Row[Any]) -> dict[int, str]:
    """Items merged into this one."""
    if row.merged_into_id is not None:
        return {}
    children = select(FeedbackItem.id, title_for(actor).label("title")).where(FeedbackItem.merged_into_id == row.id)
    return {child.id: child.title for child in db.session.execute(children.order_by(FeedbackItem.id))}


def _sources(item_ids: list[int]) -> list[Row[Any]]:
    """Standing marks, the oldest first; the post's columns are None where it is not public."""
    label = FeedbackLabel
    of_items = [label.item_id.in_(item_ids), label.removed_at.is_(None)]
    post = standing_posts(Question.id.in_(select(label.question_id).where(*of_items))).subquery("post")
    names = select(func.aggregate_strings(Tag.name, " ")).join(FeedbackLabelTag, FeedbackLabelTag.tag_id == Tag.id)
    tags = names.where(FeedbackLabelTag.label_id == label.id).correlate(label).scalar_subquery()
    found = (
        select(label.id, label.kind, label.target_id, label.quote, label.type, label.confirmed, label.created_at)
        .add_columns(label.labelled_by_id, label.product_id, label.item_id, post.c.author_id, post.c.score)
        .add_columns(post.c.question_id, post.c.title, post.c.created_at.label("said_at"))
        .add_columns(tags.label("tags"))
        .outerjoin(post, (post.c.kind == label.kind) & (post.c.target_id == label.target_id))
        .where(*of_items)
        .order_by(label.created_at, label.id)
    )
    return list(db.session.execute(found))


def _source(row: Row[Any], people: dict[int, Person]) -> Source:
    names = ("type", "confirmed", "created_at", "labelled_by_id", "product_id", "item_id")
    plain = {name: getattr(row, name) for name in names} | {"type": row.type.value, "tags": _split(row.tags)}
    post = f"{row.kind.value}:{row.target_id}"
    if row.question_id is None:
        return Source(label_id=row.id, post=post, quote="", language="", **plain)
    return Source(
        label_id=row.id,
        post=post,
        quote=row.quote,
        language=language_of(row.quote or row.title),
        **plain,
        url=post_path(row.question_id, row.kind.value, row.target_id),
        title=row.title,
        author=people.get(row.author_id),
        said_at=row.said_at,
        score=row.score,
    )


def _moves(item_id: int) -> list[Row[Any]]:
    move = FeedbackTransition
    found = select(move.from_state, move.to_state, move.at, move.actor_id, move.reason, move.release, move.told)
    return list(db.session.execute(found.where(move.item_id == item_id).order_by(move.id)))


def _move(row: Row[Any], people: dict[int, Person]) -> Move:
    actor = people.get(row.actor_id) if row.actor_id else None
    return Move(row.from_state.value, row.to_state.value, row.at, actor, row.reason, row.release, row.told)


def _ways(actor: Actor, row: Row[Any], contributes: bool) -> list[Way]:
    steps = STEPS.get(row.state, {})
    return [Way(to.value, step.needs) for to, step in steps.items() if may_take(actor, row, step, contributes)]


def possible_owners(product_id: int) -> list[Person]:
    """The staff who serve a product, by name. One statement."""
    in_team = select(TeamMember.user_id).where(TeamMember.product_id == product_id)
    in_any = select(TeamMember.user_id)
    serves = User.id.in_(in_team) | User.id.not_in(in_any) | (User.role == Role.ADMIN)
    staff = User.role.in_([Role(role) for role in SORTING_ROLES])
    found = select(User.id, User.name, User.role, User.level).where(staff, serves, User.anonymised_at.is_(None))
    rows = db.session.execute(found.order_by(User.name, User.id))
    return [Person(row.id, row.name, row.role.value, row.level) for row in rows]


def _split(names: str | None) -> tuple[str, ...]:
    return tuple(sorted(names.split(" "))) if names else ()

