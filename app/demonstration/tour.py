"""The tour's facts: what has become of the question that this browser asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from app.demonstration.stage import TOUR_PRODUCT
from app.domains.escalation.models import Case, CaseEvent
from app.domains.products.models import Product
from app.domains.questions.models import Answer, Question
from app.domains.reputation.models import Invitation
from app.extensions import db


@dataclass(frozen=True)
class Facts:
    """`question_id` None: nothing has been asked yet. `case_id` is there once the promised time has passed."""

    question_id: int | None = None
    slug: str = ""
    invited: bool = False
    escalated: bool = False
    answered: bool = False
    case_id: int | None = None


def question_asked_by(user_id: int | None, since: datetime) -> int | None:
    """The latest question that a person asked in the tour's product since then. One statement."""
    if user_id is None:
        return None
    found = select(Question.id).join(Product, Product.id == Question.product_id)
    found = found.where(Product.slug == TOUR_PRODUCT, Question.asker_id == user_id, Question.created_at >= since)
    return db.session.scalar(found.order_by(Question.id.desc()).limit(1))


def facts_of(question_id: int) -> Facts:
    """What has happened to the question. One statement."""
    invited = exists().where(Invitation.question_id == Question.id)
    official = exists().where(Answer.question_id == Question.id, Answer.official, Answer.deleted_at.is_(None))
    queued = exists().where(CaseEvent.case_id == Case.id, CaseEvent.kind == "queued")
    found = select(
        Question.id,
        Question.slug,
        invited.label("invited"),
        queued.label("escalated"),
        official.label("answered"),
        Case.id.label("case_id"),
    ).outerjoin(Case, Case.question_id == Question.id)
    row = db.session.execute(found.where(Question.id == question_id)).one_or_none()
    if row is None:
        return Facts()
    escalated = bool(row.escalated)
    return Facts(
        row.id, row.slug, bool(row.invited), escalated, bool(row.answered), row.case_id if escalated else None
    )
