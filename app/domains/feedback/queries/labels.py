"""The marks of a thread, and the items a new mark might belong to."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.domains.feedback.digest.likeness import likeness, words_of
from app.domains.feedback.models import FeedbackItem, FeedbackLabel
from app.domains.feedback.states import LIVE
from app.extensions import db

MOST_COMPARED = 500
MOST_SIMILAR = 5
LEAST_LIKENESS = 0.12  # two shared words in a dozen or so: it only orders what a person then chooses from


@dataclass(frozen=True)
class ThreadLabel:
    """A mark in a thread; the item is the canonical one."""

    id: int
    post: str
    quote: str
    type: str
    item_id: int
    title: str
    state: str
    product_id: int
    labelled_by_id: int | None


@dataclass(frozen=True)
class SimilarItem:
    id: int
    title: str
    state: str
    type: str
    likeness: float


def labels_of_question(question_id: int) -> list[ThreadLabel]:
    """What this thread feeds, in the order in which it was marked. One statement."""
    label, target = FeedbackLabel, aliased(FeedbackItem)
    columns: tuple[Any, ...] = (label.id, label.kind, label.target_id, label.quote, label.type, label.labelled_by_id)
    found = (
        select(*columns, target.id.label("item_id"), target.title, target.state, target.product_id)
        .join(FeedbackItem, FeedbackItem.id == label.item_id)
        .join(target, target.id == func.coalesce(FeedbackItem.merged_into_id, FeedbackItem.id))
        .where(label.question_id == question_id, label.removed_at.is_(None))
        .order_by(label.id)
    )
    return [
        ThreadLabel(
            id=row.id,
            post=f"{row.kind.value}:{row.target_id}",
            quote=row.quote,
            type=row.type.value,
            item_id=row.item_id,
            title=row.title,
            state=row.state.value,
            product_id=row.product_id,
            labelled_by_id=row.labelled_by_id,
        )
        for row in db.session.execute(found)
    ]


def similar_items(product_id: int, text: str, limit: int = MOST_SIMILAR) -> list[SimilarItem]:
    """Live items of the product whose titles share words with `text`, the most alike first. One statement."""
    item, words = FeedbackItem, frozenset(words_of(text))
    found = select(item.id, item.title, item.state, item.type)
    found = found.where(item.product_id == product_id, item.state.in_(LIVE)).order_by(item.id.desc())
    alike = [
        SimilarItem(row.id, row.title, row.state.value, row.type.value, likeness(words, frozenset(words_of(row.title))))
        for row in db.session.execute(found.limit(MOST_COMPARED))
    ]
    near = [one for one in alike if one.likeness >= LEAST_LIKENESS]
    return sorted(near, key=lambda one: (-one.likeness, one.id))[:limit]
