"""What we do when something happened to a question or a policy: read again, agree."""

from typing import Any

from sqlalchemy import select

from app.domains.escalation.events import PolicyChanged
from app.domains.escalation.models import UNANSWERED, Case, CaseState
from app.domains.escalation.queries.terms import terms_of
from app.domains.escalation.transitions.agreeing import agree
from app.domains.escalation.transitions.steps import recalculate
from app.domains.questions.actions.posting import locked_question
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.jobs import enqueue

RECOUNTED_AT_ONCE = 100


def refresh_case(event: Any) -> None:
    """Make the case of the event's question agree with the question as it is now."""
    agree(event.question_id)


def recount_deadlines(event: PolicyChanged) -> None:
    recount_from(event.product_id, 0)


def recount_from(product_id: int, after_case_id: int) -> None:
    """Count the running deadlines of a product again, a batch a job; the next batch is promised with this one."""
    running = [Case.product_id == product_id, Case.state.in_([CaseState.ARMED, *UNANSWERED]), Case.id > after_case_id]
    found = select(Case.id, Case.question_id).where(*running).order_by(Case.id).limit(RECOUNTED_AT_ONCE)
    cases = db.session.execute(found).all()
    for case_id, question_id in cases:
        _recount(case_id, question_id)
    if len(cases) == RECOUNTED_AT_ONCE:
        enqueue(recount_from, {"product_id": product_id, "after_case_id": cases[-1].id})


def _recount(case_id: int, question_id: int) -> None:
    question: Question | None = locked_question(question_id)
    case = db.session.get_one(Case, case_id, populate_existing=True)
    if question is None or question.product_id != case.product_id or case.state not in {CaseState.ARMED, *UNANSWERED}:
        return
    terms = terms_of(question.product_id, question.kind.value, question.language)
    if terms is not None:
        recalculate(case, terms)
