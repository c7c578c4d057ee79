"""Lists of questions: filters, orders, pages by key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.domains.accounts.actor import Actor
from app.domains.questions.models import (
    Kind,
    Question,
    QuestionTag,
    ServiceState,
)
from app.domains.questions.policies import seen_by
from app.domains.questions.queries.cards import PER_PAGE, Card, card_of, card_rows, listed
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.pagination import Page, below, cursor_of, key_of


@dataclass(frozen=True)
class ListFilter:
    """The choices of a list's address; slugs and names, None = all."""

    sort: str = "active"
    product_id: int | None = None
    tag_id: int | None = None
    tag: str | None = None
    """The tag's own name, in place of its id: a page then needs no look-up of its own."""
    asker_id: int | None = None
    kind: str | None = None
    state: str | None = None
    language: str | None = None


_ORDERS: dict[str, tuple[Any, type]] = {
    "active": (Question.active_at, datetime),
    "new": (Question.created_at, datetime),
    "votes": (Question.score, int),
    "unanswered": (Question.created_at, datetime),
}

SORTS = tuple(_ORDERS)


def question_list(actor: Actor, wanted: ListFilter, after: str | None = None, limit: int = PER_PAGE) -> Page[Card]:
    """One page of a list, newest (or highest) first. One statement."""
    column, kind = _ORDERS.get(wanted.sort, _ORDERS["active"])
    found = card_rows().where(*listed(), seen_by(actor), *_filters(wanted))
    key = key_of(after, kind, int)
    if key is not None:
        found = found.where(below((column, Question.id), key))
    rows = list(db.session.execute(found.order_by(column.desc(), Question.id.desc()).limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    following = cursor_of(getattr(last, column.key), last.id) if last is not None else None
    return Page([card_of(row) for row in rows[:limit]], following)


def _filters(wanted: ListFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.sort == "unanswered":
        clauses += [Question.first_answer_at.is_(None), Question.closed_at.is_(None)]
    if wanted.product_id is not None:
        clauses.append(Question.product_id == wanted.product_id)
    if wanted.asker_id is not None:
        clauses.append(Question.asker_id == wanted.asker_id)
    if wanted.kind in set(Kind):
        clauses.append(Question.kind == Kind(wanted.kind))
    if wanted.state in set(ServiceState):
        clauses.append(Question.service_state == ServiceState(wanted.state))
    if wanted.language in ("zh", "en"):
        clauses.append(Question.language == wanted.language)
    if wanted.tag:
        named = select(QuestionTag.question_id).join(Tag, Tag.id == QuestionTag.tag_id).where(Tag.name == wanted.tag)
        clauses.append(Question.id.in_(named))
    if wanted.tag_id is not None:
        tagged = select(QuestionTag.question_id).where(QuestionTag.tag_id == wanted.tag_id)
        clauses.append(Question.id.in_(tagged))
    return clauses


def question_count(actor: Actor, wanted: ListFilter) -> int:
    """How many questions the list holds; for the API, which promises a total."""
    found = select(func.count()).select_from(Question).where(*listed(), seen_by(actor), *_filters(wanted))
    return db.session.scalar(found) or 0


def question_list_page(actor: Actor, wanted: ListFilter, page: int, limit: int) -> list[Card]:
    """The API's numbered page; the cursor is the better way beyond the first hundred."""
    column, _kind = _ORDERS.get(wanted.sort, _ORDERS["active"])
    found = card_rows().where(*listed(), seen_by(actor), *_filters(wanted))
    found = found.order_by(column.desc(), Question.id.desc()).limit(limit).offset((page - 1) * limit)
    return [card_of(row) for row in db.session.execute(found)]


def cursor_after(card: Card, sort: str) -> str:
    """Where a list of this order goes on after `card`."""
    column, _kind = _ORDERS.get(sort, _ORDERS["active"])
    return cursor_of(getattr(card, column.key), card.id)


def questions_by(actor: Actor, user_id: int, after: str | None = None, limit: int = PER_PAGE) -> Page[Card]:
    """A person's questions; the hidden ones too where the actor may see them."""
    found = card_rows().where(Question.asker_id == user_id, seen_by(actor))
    if not (actor.id == user_id or actor.sees_hidden):
        found = found.where(*listed())
    key = key_of(after, datetime, int)
    if key is not None:
        found = found.where(below((Question.created_at, Question.id), key))
    ordered = found.order_by(Question.created_at.desc(), Question.id.desc()).limit(limit + 1)
    rows = list(db.session.execute(ordered))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page([card_of(row) for row in rows[:limit]], cursor_of(last.created_at, last.id) if last else None)
