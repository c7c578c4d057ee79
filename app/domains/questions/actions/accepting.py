"""The asker says which answer helped."""

from typing import Any

from app.domains.accounts.actor import Actor
from app.domains.questions.events import AcceptanceWithdrawn, AnswerAccepted
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import may_accept
from app.domains.questions.queries.versions import together
from app.domains.questions.service_state import settle
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import publish
from app.kernel.policy import require


def accept_answer(asker: Actor, question: Question, answer: Answer) -> None:
    """Mark `answer` as the one that helped, in each language in which it is said. Accepting another one first withdraws
    the old."""
    require(may_accept(asker, question, answer))
    if answer.accepted_at is not None:
        return
    if question.accepted_answer_id is not None:
        withdraw_acceptance(asker, question, db.session.get_one(Answer, question.accepted_answer_id))
    question.accepted_answer_id = answer.id
    question.version += 1
    said = together(answer)
    credited: set[int] = set()
    for each in said:
        each.accepted_at, each.did_not_help = now(), False
    settle(question)
    for each in said:
        if each.author_id not in credited:  # who wrote both is credited once
            credited.add(each.author_id)
            publish(AnswerAccepted(**_named(each), actor_id=asker.id))


def withdraw_acceptance(asker: Actor, question: Question, answer: Answer) -> None:
    require(may_accept(asker, question, answer))
    if answer.accepted_at is None:
        return
    question.accepted_answer_id = None
    question.version += 1
    said = [each for each in together(answer) if each.accepted_at is not None]
    for each in said:
        each.accepted_at = None
    settle(question)
    for each in said:
        publish(AcceptanceWithdrawn(**_named(each), actor_id=asker.id))


def _named(answer: Answer) -> dict[str, Any]:
    return {"answer_id": answer.id, "question_id": answer.question_id, "author_id": answer.author_id}
