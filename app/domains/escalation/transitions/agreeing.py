"""Make a case agree with its question as it is now: read the truth, take the steps that `agreement` names.

Asks no policy: no person acts here. Called by the reaction, by the sweep and at the end of what staff and asker do.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from app.domains.escalation.agreement import Reply, Step, Truth, next_step, standing_of
from app.domains.escalation.deadlines import Terms
from app.domains.escalation.models import Case
from app.domains.escalation.queries.terms import terms_of
from app.domains.escalation.transitions import steps
from app.domains.questions.actions.asking import set_promise
from app.domains.questions.models import Answer, Comment, NoPromise, Question
from app.extensions import db

# No truth needs more than five steps from the farthest state; a loop would be a mistake in the table.
MOST_STEPS = 12

_STEPS: dict[Step, Callable[[Case, Truth, Terms], None]] = {
    Step.REARM: steps.rearm,
    Step.MOVE: steps.move,
    Step.DISARM: steps.disarm,
    Step.NOTICE_PEER: steps.notice_peer,
    Step.FORGET_PEER: steps.forget_peer,
    Step.ANSWER: steps.answer,
    Step.ANSWER_BY_PEER: steps.answer_by_peer,
    Step.RETURN: steps.come_back,
    Step.REQUEUE: steps.requeue,
    Step.RESOLVE: steps.resolve_accepted,
}


def agree(question_id: int) -> Case | None:
    """The question's case, now in line; None where it has and needs none. Holds the question's row until the end."""
    question = locked_question(question_id)
    if question is None:
        return None
    terms = terms_of(question.product_id, question.kind.value, question.language)
    if terms is None and question.escalates:
        set_promise(question.id, NoPromise.NO_POLICY)
    case, truth = case_row(question_id), truth_of(question, promised=terms is not None)
    for _ in range(MOST_STEPS):
        step = next_step(standing_of(case) if case else None, truth)
        if step is None:
            return case
        case = _take(step, case, question, truth, terms)
    raise RuntimeError(f"the case of question {question_id} does not come to rest")


def _take(step: Step, case: Case | None, question: Question, truth: Truth, terms: Terms | None) -> Case:
    if step is Step.CANCEL:
        assert case is not None
        steps.cancel(case)
        return case
    assert terms is not None
    if case is None:
        return steps.arm(question.id, question.created_at, terms)
    _STEPS[step](case, truth, terms)
    return case


def locked_question(question_id: int, *, wait: bool = True) -> Question | None:
    """The row, freshly read and held: answers and the sweep take turns on it. None also where others hold it and
    `wait` is False."""
    found = select(Question).where(Question.id == question_id).execution_options(populate_existing=True)
    return db.session.scalar(found.with_for_update(skip_locked=not wait))


def case_row(question_id: int) -> Case | None:
    found = select(Case).where(Case.question_id == question_id).execution_options(populate_existing=True)
    return db.session.scalar(found.with_for_update())


def truth_of(question: Question, *, promised: bool) -> Truth:
    """The facts that decide. Two statements, a third where an answer is accepted."""
    public = not question.hidden and question.deleted_at is None
    truth = Truth(
        eligible=public and question.closed_at is None and question.escalates and promised,
        product_id=question.product_id,
        accepted_at=_accepted_at(question),
    )
    return replace(truth, replies=_replies(question), asker_posts=_asker_posts(question)) if truth.eligible else truth


def _accepted_at(question: Question) -> datetime | None:
    if question.accepted_answer_id is None:
        return None
    return db.session.scalar(select(Answer.accepted_at).where(Answer.id == question.accepted_answer_id))


def _replies(question: Question) -> tuple[Reply, ...]:
    standing = [Answer.hidden.is_(False), Answer.deleted_at.is_(None), Answer.did_not_help.is_(False)]
    found = select(Answer.id, Answer.created_at, Answer.author_id, Answer.official)
    found = found.where(Answer.question_id == question.id, Answer.author_id != question.asker_id, *standing)
    return tuple(Reply(*row) for row in db.session.execute(found.order_by(Answer.id)))


def _asker_posts(question: Question) -> tuple[datetime, ...]:
    def at(post: type[Answer] | type[Comment]) -> list[datetime]:
        public = [post.hidden.is_(False), post.deleted_at.is_(None)]
        found = select(post.created_at).where(post.question_id == question.id, *public)
        return list(db.session.scalars(found.where(post.author_id == question.asker_id)))

    return tuple(sorted(at(Answer) + at(Comment)))

