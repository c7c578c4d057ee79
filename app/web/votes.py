"""Votes on questions and answers."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required

from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.voting import cast_vote
from app.domains.questions.models import Answer, Question
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.actors import current_actor

pages = Blueprint("votes", __name__)


@pages.post("/votes")
@login_required
def cast() -> Any:
    """`post`, in the address or in the form, is question:1 or answer:2; `value` 1, 0 or -1."""
    kind, _colon, number = request.values.get("post", "").partition(":")
    post_id, value = _whole(number), _whole(request.form.get("value", ""))
    with transaction():
        post, question = _post(kind, post_id)
        score = cast_vote(current_actor(), post, value)
        question_id, slug = question.id, question.slug
    if request.headers.get("HX-Request"):
        return render_template("questions/_vote.html", kind=kind, post_id=post_id, score=score, mine=value)
    anchor = f"answer-{post_id}" if kind == "answer" else None
    return redirect(url_for("questions.show_question", question_id=question_id, slug=slug, _anchor=anchor), 303)


def _post(kind: str, post_id: int) -> tuple[Question | Answer, Question]:
    if kind == "question":
        question = question_to_change(post_id, current_actor())
        return question, question
    if kind == "answer":
        return answer_with_question(post_id, current_actor())
    raise NotFound()


def _whole(text: str) -> int:
    try:
        return int(text[:18])
    except ValueError:
        raise Invalid(_("This vote could not be understood. Please use the buttons.")) from None
