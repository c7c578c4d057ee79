"""Questions that wait for an answer, those first whose promised time comes first."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.escalation.models import Case, CaseState
from app.domains.questions.models import Question
from app.domains.questions.queries import ListFilter, list_clauses
from app.extensions import db
from app.kernel.pagination import Page, above, key_of, page_of


class Nearing(NamedTuple):
    """`due_at`: when our team takes over."""

    question_id: int
    due_at: datetime


def nearing(actor: Actor, wanted: ListFilter, after: str | None = None, limit: int = 30) -> Page[Nearing]:
    """Unanswered questions of the list `wanted`, whatever its order, by their promised time. One statement."""
    clauses, values = list_clauses(actor, wanted)
    key = key_of(after, datetime, int)
    found = select(Case.question_id, Case.due_at).join(Question, Question.id == Case.question_id)
    found = found.where(Case.state == CaseState.ARMED, Case.due_at.is_not(None), Question.first_answer_at.is_(None))
    found = found.where(*clauses)
    if key is not None:
        found = found.where(above((Case.due_at, Case.question_id), key))
    found = found.order_by(Case.due_at, Case.question_id).limit(limit + 1)
    rows = db.session.execute(found, values).all()
    return page_of(rows, limit, lambda row: Nearing(*row), "due_at", "question_id")


def asked_back(actor: Actor, limit: int) -> list[int]:
    """The actor's own questions where our team has asked something and waits. One statement."""
    found = select(Question.id).join(Case, Case.question_id == Question.id)
    found = found.where(Question.asker_id == actor.id, Case.state == CaseState.WAITING_ASKER)
    return list(db.session.scalars(found.order_by(Question.active_at.desc()).limit(limit)))
