"""Votes on questions and answers."""

from typing import Literal

from pydantic import BaseModel

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import Sent
from app.domains.accounts.scopes import WRITE
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.voting import cast_vote

ABOUT = "Votes"


class VoteBody(Sent):
    value: Literal[1, 0, -1]


class Score(BaseModel):
    score: int
    my_vote: int


@call("PUT", "/questions/<int:question_id>/vote", about=ABOUT, scope=WRITE)
def vote_on_question(question_id: int, json: VoteBody) -> Score:
    """Vote for or against a question; 0 takes the vote back."""
    question = question_to_change(question_id, current_actor())
    return Score(score=cast_vote(current_actor(), question, json.value), my_vote=json.value)


@call("PUT", "/answers/<int:answer_id>/vote", about=ABOUT, scope=WRITE)
def vote_on_answer(answer_id: int, json: VoteBody) -> Score:
    """Vote for or against an answer; 0 takes the vote back."""
    answer, _question = answer_with_question(answer_id, current_actor())
    return Score(score=cast_vote(current_actor(), answer, json.value), my_vote=json.value)
