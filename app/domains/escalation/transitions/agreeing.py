"""Make a case agree with its question as it is now: read the truth, take the steps that `agreement` names.

Asks no policy: no person acts here. Called by the reaction, by the sweep and at the end of what staff and asker do.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, union_all

from app.domains.escalation.agreement import Reply, Step, Truth, next_step, standing_of
from app.domains.escalation.deadlines import Terms
from app.domains.escalation.models import Case
from app.domains.escalation.queries.terms import terms_of
from app.domains.escalation.transitions import steps
from app.domains.questions.actions.asking import set_promise
from app.domains.questions.actions.posting import locked_question
from app.domains.questions.models import Answer, Comment, NoPromise, Question
from app.domains.questions.queries.versions import stands_alone
from app.extensions import db
from app.kernel.rows import read_rows

# No truth needs more than five steps from the farthest state; a loop would be a mistake in the table.
MOST_STEPS = 12

_QUESTION: Any = bindparam("question_id")
_ASKER: Any = bindparam("asker_id")
_CASE = select(Case).where(Case.question_id == _QUESTION).with_for_update().execution_options(populate_existing=True)


def _public(post: type[Answer] | type[Comment]) -> list[Any]:
    return [post.question_id == _QUESTION, post.hidden.is_(False), post.deleted_at.is_(None)]


_REPLIES: Any = (
    select(Answer.id, Answer.created_at, Answer.author_id, Answer.official)
    .where(*_public(Answer), Answer.author_id != _ASKER, Answer.did_not_help.is_(False), stands_alone())
    .order_by(Answer.id)
)
_ASKER_POSTS: Any = union_all(
    select(Answer.created_at).where(*_public(Answer), Answer.author_id == _ASKER),
    select(Comment.created_at).where(*_public(Comment), Comment.author_id == _ASKER),
)

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


def case_row(question_id: int) -> Case | None:
    return db.session.scalar(_CASE, {"question_id": question_id})


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
    rows = read_rows(_REPLIES, _thread_of(question))
    return tuple(Reply(row.id, row.created_at, row.author_id, row.official) for row in rows)


def _asker_posts(question: Question) -> tuple[datetime, ...]:
    return tuple(sorted(read_rows(_ASKER_POSTS, _thread_of(question)).scalars()))


def _thread_of(question: Question) -> dict[str, int]:
    return {"question_id": question.id, "asker_id": question.asker_id}

