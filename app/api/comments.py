"""Comments under questions and answers."""

from typing import Annotated

from pydantic import Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import Sent
from app.api.shapes import questions as shapes
from app.api.shapes.questions import CommentShape
from app.domains.accounts.scopes import WRITE
from app.domains.questions.actions import commenting
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.models import Answer, Question
from app.domains.questions.queries import question_page
from app.kernel.errors import NotFound

ABOUT = "Comments"


class CommentBody(Sent):
    body: Annotated[str, Field(description="Markdown, up to 1,000 characters.")]


@call("POST", "/questions/<int:question_id>/comments", about=ABOUT, scope=WRITE, status=201)
def comment_on_question(question_id: int, json: CommentBody) -> CommentShape:
    """Comment on a question."""
    return _post(question_to_change(question_id, current_actor()), None, json.body)


@call("POST", "/answers/<int:answer_id>/comments", about=ABOUT, scope=WRITE, status=201)
def comment_on_answer(answer_id: int, json: CommentBody) -> CommentShape:
    """Comment on an answer."""
    answer, question = answer_with_question(answer_id, current_actor())
    return _post(question, answer, json.body)


def _post(question: Question, answer: Answer | None, body: str) -> CommentShape:
    comment = commenting.post_comment(current_actor(), question, answer, body)
    view = question_page(current_actor(), question.id)
    for each in (*view.comments, *(remark for one in view.answers for remark in one.comments)):
        if each.id == comment.id:
            return shapes.comment(each, view.id, view.slug)
    raise NotFound()
