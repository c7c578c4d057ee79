"""What the tables say of questions, as documents of the index. Three statements for any number of them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.domains.accounts.models import User
from app.domains.products.models import Product
from app.domains.questions.models import Answer, Question, QuestionTag
from app.domains.search.audience import audience_of
from app.domains.search.documents import AnswerForIndex, QuestionForIndex, document_of
from app.domains.search.engine import SearchDocument
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.excerpts import plain_text
from app.kernel.languages import CONTENT_LANGUAGES


def documents_by_id(ids: Sequence[int]) -> list[SearchDocument]:
    """Documents of those questions that exist, hidden and deleted ones too: their audience says who may find them."""
    if not ids:
        return []
    tags, answers = _tags(ids), _answers(ids)
    return [_document(row, tags[row.id], answers[row.id]) for row in db.session.execute(_questions(ids))]


def _questions(ids: Sequence[int]) -> Any:
    columns = (
        Question.id,
        Question.title,
        Question.body_html,
        Question.kind,
        Question.language,
        Question.asker_id,
        Question.created_at,
        Question.active_at,
        Question.score,
        Question.accepted_answer_id,
        Question.service_state,
        Question.with_staff,
        Question.hidden,
        Question.deleted_at,
        Product.slug.label("product"),
        User.name.label("asker"),
    )
    joined = select(*columns).join(Product, Product.id == Question.product_id).join(User, User.id == Question.asker_id)
    return joined.where(Question.id.in_(ids)).order_by(Question.id)


def _tags(ids: Sequence[int]) -> dict[int, list[str]]:
    found = select(QuestionTag.question_id, Tag.name).join(Tag, Tag.id == QuestionTag.tag_id)
    tags: dict[int, list[str]] = defaultdict(list)
    for row in db.session.execute(found.where(QuestionTag.question_id.in_(ids)).order_by(QuestionTag.position)):
        tags[row.question_id].append(row.name)
    return tags


def _answers(ids: Sequence[int]) -> dict[int, list[Any]]:
    """Public answers by question, best first."""
    columns = (
        Answer.id,
        Answer.question_id,
        Answer.body_html,
        Answer.official,
        Answer.verified_at,
        Answer.accepted_at,
        Answer.score,
        User.name.label("author"),
    )
    found = select(*columns).join(User, User.id == Answer.author_id).where(Answer.question_id.in_(ids), *public())
    answers: dict[int, list[Any]] = defaultdict(list)
    for row in sorted(db.session.execute(found), key=_worth):
        answers[row.question_id].append(row)
    return answers


def public() -> list[Any]:
    """Answers that everybody sees who sees the question: no other text is searched or shown in a result."""
    return [Answer.hidden.is_(False), Answer.deleted_at.is_(None)]


def _worth(answer: Any) -> tuple[Any, ...]:
    checked = answer.official or answer.verified_at is not None
    return answer.accepted_at is None, not checked, -answer.score, answer.id


def _document(row: Any, tags: list[str], answers: list[Any]) -> SearchDocument:
    return document_of(
        QuestionForIndex(
            id=row.id,
            title=row.title,
            body_text=plain_text(row.body_html),
            tags=tuple(tags),
            product=row.product,
            asker=row.asker,
            answers=tuple(AnswerForIndex(each.author, plain_text(each.body_html), each.official) for each in answers),
            state=row.service_state.value,
            kind=row.kind.value,
            score=row.score,
            accepted=row.accepted_answer_id is not None,
            escalated=row.with_staff,
            created_at=row.created_at,
            active_at=row.active_at,
            audience=audience_of(row),
            lang=row.language if row.language in CONTENT_LANGUAGES else None,
        )
    )
