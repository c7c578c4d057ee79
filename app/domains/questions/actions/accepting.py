"""The asker says which answer helped."""

from app.domains.accounts.actor import Actor
from app.domains.questions.events import AcceptanceWithdrawn, AnswerAccepted
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import may_accept
from app.domains.questions.service_state import settle
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import publish
from app.kernel.policy import require


def accept_answer(asker: Actor, question: Question, answer: Answer) -> None:
    """Mark `answer` as the one that helped. Accepting another one first withdraws the old."""
    require(may_accept(asker, question, answer))
    if question.accepted_answer_id == answer.id:
        return
    if question.accepted_answer_id is not None:
        withdraw_acceptance(asker, question, db.session.get_one(Answer, question.accepted_answer_id))
    question.accepted_answer_id = answer.id
    answer.accepted_at, answer.did_not_help = now(), False
    question.version += 1
    settle(question)
    publish(
        AnswerAccepted(
            answer_id=answer.id, question_id=question.id, author_id=answer.author_id, actor_id=asker.id
        )
    )


def withdraw_acceptance(asker: Actor, question: Question, answer: Answer) -> None:
    require(may_accept(asker, question, answer))
    if question.accepted_answer_id != answer.id:
        return
    question.accepted_answer_id, answer.accepted_at = None, None
    question.version += 1
    settle(question)
    publish(
        AcceptanceWithdrawn(
            answer_id=answer.id, question_id=question.id, author_id=answer.author_id, actor_id=asker.id
        )
    )
