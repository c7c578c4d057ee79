"""How the tests of this domain say things: a queued case, the state a question's case is in, what doctor finds."""

from typing import Any

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.escalation.actions.claiming import case_to_change
from app.domains.escalation.invariants import INVARIANTS
from app.domains.escalation.models import Case, CaseEvent, Clock
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_question


def a_queued_question(clock: Any, worker: Any, **traits: Any) -> Question:
    """A question that nobody answered for the peer window of four hours."""
    question = a_question(**traits)
    worker.tick()
    clock.advance(hours=4, seconds=1)
    worker.tick()
    return question


def case_now(question: Question) -> Case:
    """The case as it is stored."""
    db.session.rollback()
    return db.session.scalars(select(Case).where(Case.question_id == question.id)).one()


def question_now(question: Question) -> Question:
    db.session.rollback()
    return db.session.get_one(Question, question.id)


def history(question: Question) -> list[str]:
    """The kinds of the case's events, oldest first, without notes."""
    found = select(CaseEvent.kind).where(CaseEvent.case_id == case_now(question).id, CaseEvent.kind != "note")
    return list(db.session.scalars(found.order_by(CaseEvent.id)))


def clocks(question: Question) -> list[tuple[str, str]]:
    """Kind and verdict of the case's clocks, in order."""
    found = select(Clock).where(Clock.case_id == case_now(question).id).order_by(Clock.id)
    return [(clock.kind.value, clock.verdict.value) for clock in db.session.scalars(found)]


def breaches() -> dict[str, list[Any]]:
    """What doctor would print: invariant -> rows."""
    db.session.rollback()
    found = {invariant.code: list(invariant.query()) for invariant in INVARIANTS}
    return {code: rows for code, rows in found.items() if rows}


def act(action: Any, actor: Actor, question: Question, *args: Any, **kwargs: Any) -> Any:
    """Do something to a question's case, as the pages do."""
    case_id = case_now(question).id
    with transaction():
        return action(actor, case_to_change(case_id, actor), *args, **kwargs)


def row_of(question: Question) -> dict[str, Any]:
    """The case's columns, less what counts the writes."""
    case = case_now(question)
    names = [column.key for column in Case.__table__.columns]
    return {name: getattr(case, name) for name in names if name not in ("version", "updated_at", "created_at")}


__all__ = ["a_queued_question", "act", "breaches", "case_now", "clocks", "history", "question_now", "row_of"]
