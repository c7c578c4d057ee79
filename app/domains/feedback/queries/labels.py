"""The marks of a thread, and the items a new mark might belong to."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from app.domains.feedback.digest.likeness import likeness, words_of
from app.domains.feedback.models import FeedbackItem, FeedbackLabel
from app.domains.feedback.queries.sources import standing_posts
from app.domains.feedback.queries.titles import public_title
from app.domains.feedback.states import LIVE
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.rows import read_rows

QUESTION_ID = bindparam("question_id", type_=Integer)
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
    author_id: int


@dataclass(frozen=True)
class SimilarItem:
    id: int
    title: str
    state: str
    type: str
    likeness: float


def labels_of_question(question_id: int) -> list[ThreadLabel]:
    """What the public posts of this thread feed, in the order in which they were marked. One statement."""
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
            author_id=row.author_id,
        )
        for row in read_rows(_labels(), {"question_id": question_id})
    ]


@cache
def _labels() -> Select[Any]:
    label, target = FeedbackLabel, aliased(FeedbackItem)
    post = standing_posts(Question.id == QUESTION_ID).subquery("post")
    columns: tuple[Any, ...] = (label.id, label.kind, label.target_id, label.quote, label.type, label.labelled_by_id)
    return (
        select(*columns, target.id.label("item_id"), target.state, target.product_id, post.c.author_id)
        .add_columns(public_title(target).label("title"))
        .join(post, (post.c.kind == label.kind) & (post.c.target_id == label.target_id))
        .join(FeedbackItem, FeedbackItem.id == label.item_id)
        .join(target, target.id == func.coalesce(FeedbackItem.merged_into_id, FeedbackItem.id))
        .where(label.question_id == QUESTION_ID, label.removed_at.is_(None))
        .order_by(label.id)
    )


def similar_items(product_id: int, text: str, limit: int = MOST_SIMILAR) -> list[SimilarItem]:
    """Live items of the product whose titles share words with `text`, the most alike first. One statement."""
    item, words = FeedbackItem, frozenset(words_of(text))
    found = select(item.id, public_title().label("title"), item.state, item.type)
    found = found.where(item.product_id == product_id, item.state.in_(LIVE)).order_by(item.id.desc())
    alike = [
        SimilarItem(row.id, row.title, row.state.value, row.type.value, likeness(words, frozenset(words_of(row.title))))
        for row in db.session.execute(found.limit(MOST_COMPARED))
    ]
    near = [one for one in alike if one.likeness >= LEAST_LIKENESS]
    return sorted(near, key=lambda one: (-one.likeness, one.id))[:limit]
