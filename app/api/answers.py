"""Answers: posting, editing, deleting, accepting."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import BaseVersion, Sent
from app.api.shapes import questions as shapes
from app.api.shapes.questions import AnswerShape
from app.domains.accounts.scopes import WRITE
from app.domains.questions.actions import accepting, answering
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.models import Question, ServiceState
from app.domains.questions.queries import one_answer

ABOUT = "Answers"


class AnswerBody(Sent):
    body: Annotated[str, Field(description="Markdown.")]
    base_version: BaseVersion = None


class AnswerChange(Sent):
    body: Annotated[str, Field(description="Markdown.")]
    comment: Annotated[str, Field(max_length=300, description="Why, for the history.")] = ""
    base_version: BaseVersion = None


class Acceptance(BaseModel):
    question_id: int
    accepted_answer_id: int | None
    state: ServiceState


@call("POST", "/questions/<int:question_id>/answers", about=ABOUT, scope=WRITE, status=201)
def post_answer(question_id: int, json: AnswerBody) -> AnswerShape:
    """Answer a question. `base_version` is the question's: 409 where a post arrived that you have not seen."""
    actor = current_actor()
    question = question_to_change(question_id, actor)
    answer = answering.post_answer(actor, question, json.body, base_version=json.base_version)
    return _shape(question, answer.id)


@call("PATCH", "/answers/<int:answer_id>", about=ABOUT, scope=WRITE)
def edit_answer(answer_id: int, json: AnswerChange) -> AnswerShape:
    """Change the text of an answer."""
    actor = current_actor()
    answer, question = answer_with_question(answer_id, actor)
    answering.edit_answer(actor, answer, json.body, base_version=json.base_version, comment=json.comment)
    return _shape(question, answer_id)


@call("DELETE", "/answers/<int:answer_id>", about=ABOUT, scope=WRITE)
def delete_answer(answer_id: int) -> None:
    """Delete an answer; it can be restored on the question's page."""
    answer, question = answer_with_question(answer_id, current_actor())
    answering.delete_answer(current_actor(), question, answer)


@call("PUT", "/answers/<int:answer_id>/acceptance", about=ABOUT, scope=WRITE)
def accept_answer(answer_id: int) -> Acceptance:
    """The asker says that this is the answer that helped."""
    answer, question = answer_with_question(answer_id, current_actor())
    accepting.accept_answer(current_actor(), question, answer)
    return _acceptance(question)


@call("DELETE", "/answers/<int:answer_id>/acceptance", about=ABOUT, scope=WRITE)
def withdraw_acceptance(answer_id: int) -> Acceptance:
    """The asker takes that back."""
    answer, question = answer_with_question(answer_id, current_actor())
    accepting.withdraw_acceptance(current_actor(), question, answer)
    return _acceptance(question)


def _acceptance(question: Question) -> Acceptance:
    return Acceptance(
        question_id=question.id, accepted_answer_id=question.accepted_answer_id, state=question.service_state
    )


def _shape(question: Question, answer_id: int) -> AnswerShape:
    return shapes.answer(one_answer(current_actor(), question, answer_id), question.slug)
