"""A question as a line of a list."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, func, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.queries import Person
from app.domains.accounts.sight import Sight, reading, sight_of
from app.domains.products.models import Product
from app.domains.questions.models import (
    Question,
    QuestionTag,
)
from app.domains.questions.policies import seen_by
from app.domains.tags.models import Tag
from app.kernel.rows import read_rows

PER_PAGE = 30


class Card(NamedTuple):
    """A question in a list."""

    id: int
    title: str
    slug: str
    excerpt: str
    kind: str
    state: str
    language: str
    score: int
    answer_count: int
    view_count: int
    accepted: bool
    accepted_answer_id: int | None
    hidden: bool
    product: str
    product_name: str
    asker: Person
    created_at: datetime
    active_at: datetime
    first_answer_at: datetime | None
    tags: tuple[str, ...]


def tag_names() -> Any:
    """The question's tags in one column, so that a list costs one statement.

    Each name is looked up by itself: for a join PostgreSQL would read all tags again for every question.
    """
    name = select(Tag.name).where(Tag.id == QuestionTag.tag_id).correlate(QuestionTag).scalar_subquery()
    joined = select(func.aggregate_strings(name, " ")).select_from(QuestionTag)
    return joined.where(QuestionTag.question_id == Question.id).correlate(Question).scalar_subquery()


@cache
def card_rows() -> Select[Any]:
    columns = (
        Question.id,
        Question.title,
        Question.slug,
        Question.excerpt,
        Question.kind,
        Question.service_state,
        Question.language,
        Question.score,
        Question.answer_count,
        Question.view_count,
        Question.accepted_answer_id,
        Question.hidden,
        Question.created_at,
        Question.active_at,
        Question.first_answer_at,
        Product.slug.label("product"),
        Product.name.label("product_name"),
        User.id.label("asker_id"),
        User.name.label("asker_name"),
        User.role.label("asker_role"),
        User.level.label("asker_level"),
        tag_names().label("tags"),
    )
    return select(*columns).join(Product, Product.id == Question.product_id).join(User, User.id == Question.asker_id)


def card_of(row: Row[Any]) -> Card:
    return Card(
        id=row.id,
        title=row.title,
        slug=row.slug,
        excerpt=row.excerpt,
        kind=row.kind.value,
        state=row.service_state.value,
        language=row.language,
        score=row.score,
        answer_count=row.answer_count,
        view_count=row.view_count,
        accepted=row.accepted_answer_id is not None,
        accepted_answer_id=row.accepted_answer_id,
        hidden=row.hidden,
        product=row.product,
        product_name=row.product_name,
        asker=Person(row.asker_id, row.asker_name, row.asker_role.value, row.asker_level),
        created_at=row.created_at,
        active_at=row.active_at,
        first_answer_at=row.first_answer_at,
        tags=tuple(row.tags.split(" ")) if row.tags else (),
    )


def listed() -> list[Any]:
    """What a public list shows to everybody alike: nothing hidden, also not to those who may see it."""
    return [Question.hidden.is_(False), Question.deleted_at.is_(None)]


def cards_seen_by(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Cards in the order of `ids`, hidden and deleted ones too where the actor may see them. One statement."""
    return _in_order(actor, ids, listed_only=False)


def cards_by_id(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Cards in the order of `ids`, less those that the actor may not see. One statement."""
    return _in_order(actor, ids, listed_only=True)


def _in_order(actor: Actor, ids: Sequence[int], listed_only: bool) -> list[Card]:
    if not ids:
        return []
    rows = read_rows(_cards_of(sight_of(actor), listed_only), reading(actor, ids=list(ids))).all()
    found = {row.id: card_of(row) for row in rows}
    return [found[question_id] for question_id in ids if question_id in found]


@cache
def _cards_of(sight: Sight, listed_only: bool) -> Select[Any]:
    shown = [*listed(), seen_by(sight.reader)] if listed_only else [seen_by(sight.reader)]
    return card_rows().where(Question.id.in_(bindparam("ids", expanding=True)), *shown)
