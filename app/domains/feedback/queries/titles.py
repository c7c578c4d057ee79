"""What an item may be called in front of everybody: a title made from a post goes when the post goes."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from app.domains.accounts.actor import Actor
from app.domains.feedback.digest.masking import MASK
from app.domains.feedback.models import FeedbackItem, FeedbackLabel
from app.domains.questions.models import Answer, CloseReason, Comment, PostKind, Question
from app.extensions import db

ELLIPSIS = "…"  # the end of a title that was cut from a long quote


def title_for(actor: Actor, item: Any = FeedbackItem) -> ColumnElement[str]:
    """The title as this person may read it."""
    return item.title if actor.sees_hidden else public_title(item)  # type: ignore[no-any-return]


def public_title(item: Any = FeedbackItem) -> ColumnElement[str]:
    """The title, or a mark where it repeats the words of a post that is not public any more."""
    return case((_repeats_hidden_words(item), MASK), else_=item.title)


def untitled(item_ids: list[int]) -> frozenset[int]:
    """Those of these items whose title is not to be shown. One statement, none without ids."""
    if not item_ids:
        return frozenset()
    found = select(FeedbackItem.id).where(FeedbackItem.id.in_(item_ids), _repeats_hidden_words(FeedbackItem))
    return frozenset(db.session.scalars(found))


def _repeats_hidden_words(item: Any) -> ColumnElement[bool]:
    label = FeedbackLabel
    of_answer = and_(label.kind == PostKind.ANSWER, Answer.id == label.target_id)
    of_comment = and_(label.kind == PostKind.COMMENT, Comment.id == label.target_id)
    gone = [or_(model.hidden.is_(True), model.deleted_at.is_not(None)) for model in (Question, Answer, Comment)]
    gone.append(func.coalesce(Question.close_reason, "") == CloseReason.SPAM)
    words = func.rtrim(item.title, ELLIPSIS)
    from_quote = and_(words != "", func.substr(label.quote, 1, func.length(words)) == words)
    found = (
        select(label.id)
        .join(Question, Question.id == label.question_id)
        .outerjoin(Answer, of_answer)
        .outerjoin(Comment, of_comment)
        .where(label.item_id == item.id, or_(*gone), or_(from_quote, item.title == Question.title))
    )
    return found.correlate(item).exists()
