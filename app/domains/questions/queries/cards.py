"""A question as a line of a list."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Row, Select, String, bindparam, exists, func, select, type_coerce

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.queries import Person
from app.domains.accounts.sight import Sight, reading, sight_of
from app.domains.products.models import Product
from app.domains.questions.models import (
    Answer,
    Question,
    QuestionTag,
)
from app.domains.questions.policies import seen_by
from app.domains.tags.models import Tag
from app.kernel.rows import read_rows

PER_PAGE = 30


class Card(NamedTuple):
    """A question in a list: the statement's columns in its order, and what is put together of the last five."""

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
    accepted_answer_id: int | None
    hidden: bool
    created_at: datetime
    active_at: datetime
    first_answer_at: datetime | None
    official: bool
    """An answer of our team stands."""
    product: str
    product_name: str
    asker: Person
    tags: tuple[str, ...]


def tag_names() -> Any:
    """The question's tags in one column, so that a list costs one statement.

    Each name is looked up by itself: for a join PostgreSQL would read all tags again for every question.
    """
    name = select(Tag.name).where(Tag.id == QuestionTag.tag_id).correlate(QuestionTag).scalar_subquery()
    joined = select(func.aggregate_strings(name, " ")).select_from(QuestionTag)
    return joined.where(QuestionTag.question_id == Question.id).correlate(Question).scalar_subquery()


def _has_official_answer() -> Any:
    shown = (Answer.official.is_(True), Answer.hidden.is_(False), Answer.deleted_at.is_(None))
    return exists().where(Answer.question_id == Question.id, *shown).correlate(Question)


@cache
def card_rows() -> Select[Any]:
    """What the database holds as words stays words: to make an enum's member of each costs more than to read it."""
    columns = (
        Question.id,
        Question.title,
        Question.slug,
        Question.excerpt,
        type_coerce(Question.kind, String).label("kind"),
        type_coerce(Question.service_state, String).label("state"),
        Question.language,
        Question.score,
        Question.answer_count,
        Question.view_count,
        Question.accepted_answer_id,
        Question.hidden,
        Question.created_at,
        Question.active_at,
        Question.first_answer_at,
        _has_official_answer().label("official"),
        Product.slug.label("product"),
        Product.name.label("product_name"),
        User.id.label("asker_id"),
        User.name.label("asker_name"),
        type_coerce(User.role, String).label("asker_role"),
        User.level.label("asker_level"),
        tag_names().label("tags"),
    )
    return select(*columns).join(Product, Product.id == Question.product_id).join(User, User.id == Question.asker_id)


def card_of(row: Row[Any]) -> Card:
    values: tuple[Any, ...] = tuple(row)
    *plain, asker_id, asker_name, asker_role, asker_level, tags = values
    asker = Person(asker_id, asker_name, asker_role, asker_level)
    return Card._make((*plain, asker, tuple(tags.split(" ")) if tags else ()))


def listed() -> list[Any]:
    """What a public list shows to everybody alike: nothing hidden, also not to those who may see it."""
    return [Question.hidden.is_(False), Question.deleted_at.is_(None)]


class Title(NamedTuple):
    """As much of a question as a link beside another one shows."""

    id: int
    title: str
    slug: str
    state: str
    language: str


Shown = TypeVar("Shown", Card, Title)


def titles_by_id(actor: Actor, ids: Sequence[int]) -> list[Title]:
    """Titles in the order of `ids`, less those that the actor may not see. One statement."""
    if not ids:
        return []
    rows = read_rows(_titles_of(sight_of(actor)), reading(actor, ids=list(ids)))
    return _in_order(ids, map(Title._make, rows))


@cache
def _titles_of(sight: Sight) -> Select[Any]:
    state = type_coerce(Question.service_state, String)
    columns: tuple[Any, ...] = (Question.id, Question.title, Question.slug, state, Question.language)
    found = select(*columns).where(Question.id.in_(bindparam("ids", expanding=True)))
    return found.where(*listed(), seen_by(sight.reader))


def cards_seen_by(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Cards in the order of `ids`, hidden and deleted ones too where the actor may see them. One statement."""
    return _cards(actor, ids, listed_only=False)


def cards_by_id(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Cards in the order of `ids`, less those that the actor may not see. One statement."""
    return _cards(actor, ids, listed_only=True)


def _cards(actor: Actor, ids: Sequence[int], listed_only: bool) -> list[Card]:
    if not ids:
        return []
    rows = read_rows(_cards_of(sight_of(actor), listed_only), reading(actor, ids=list(ids)))
    return _in_order(ids, map(card_of, rows))


def _in_order(ids: Sequence[int], found: Iterable[Shown]) -> list[Shown]:
    by_id = {each.id: each for each in found}
    return [by_id[question_id] for question_id in ids if question_id in by_id]


@cache
def _cards_of(sight: Sight, listed_only: bool) -> Select[Any]:
    shown = [*listed(), seen_by(sight.reader)] if listed_only else [seen_by(sight.reader)]
    return card_rows().where(Question.id.in_(bindparam("ids", expanding=True)), *shown)
