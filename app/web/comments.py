"""Comments under questions and answers."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.commenting import comment_to_change, delete_comment, post_comment
from app.domains.questions.policies import may_comment
from app.domains.questions.queries import QuestionView, question_page
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.answers import seen_answer
from app.web.drafts import page_drafts, take, taken
from app.web.forms import REFUSALS, CommentForm, refuse
from app.web.posts import ShownPosts
from app.web.questions import question_response

pages = Blueprint("comments", __name__)


@pages.get("/questions/<int:question_id>/comments/new")
@login_required
def begin_on_question(question_id: int) -> Any:
    return _begin(question_page(current_actor(), question_id), f"question:{question_id}")


@pages.get("/answers/<int:answer_id>/comments/new")
@login_required
def begin_on_answer(answer_id: int) -> Any:
    question, _answer = seen_answer(answer_id)
    return _begin(question, f"answer:{answer_id}")


def _begin(question: QuestionView, place: str) -> Any:
    """The form alone, for a page that puts it in its place (static/js/comment_forms.js); without scripts it is open on
    the question's page."""
    actor = current_actor()
    require(may_comment(actor, question))
    if request.headers.get("HX-Request"):
        return ShownPosts(actor, question, page_drafts(question)).comment_form(place)
    about: dict[str, Any] = {"question_id": question.id, "slug": question.slug, "comment": place}
    return redirect(url_for("questions.show_question", **about, _anchor=f"comment-on-{place.replace(':', '-')}"), 303)


@pages.post("/questions/<int:question_id>/comments")
@login_required
def on_question(question_id: int) -> Any:
    return _post(question_id, None)


@pages.post("/answers/<int:answer_id>/comments")
@login_required
def on_answer(answer_id: int) -> Any:
    return _post(None, answer_id)


def _post(question_id: int | None, answer_id: int | None) -> Any:
    form, actor = CommentForm(), current_actor()
    place = f"answer:{answer_id}" if answer_id else f"question:{question_id}"
    try:
        with transaction():
            if answer_id is not None:
                answer, question = answer_with_question(answer_id, actor)
            else:
                answer, question = None, question_to_change(question_id or 0, actor)
            question_id, slug = question.id, question.slug
            comment = post_comment(actor, question, answer, form.body.data or "", submission=form.submission.data)
            take(actor, f"comment-{place}")
    except REFUSALS as error:
        status, headers = refuse(form, error)
        form.body.errors = [*form.body.errors, *form.form_errors]
        page = question_page(actor, question_id or 0)
        return question_response(page, comment_form=form, comment_on=place, status=status, headers=headers)
    return taken(_to_comment(question_id, slug, comment.id), f"comment-{place}")


@pages.post("/comments/<int:comment_id>/delete")
@login_required
def delete(comment_id: int) -> Response:
    with transaction():
        comment = comment_to_change(comment_id)
        question = question_to_change(comment.question_id, current_actor())
        delete_comment(current_actor(), comment)
        question_id, slug = question.id, question.slug
    return redirect(url_for("questions.show_question", question_id=question_id, slug=slug), 303)


def _to_comment(question_id: int, slug: str, comment_id: int) -> Response:
    anchor = f"comment-{comment_id}"
    return redirect(url_for("questions.show_question", question_id=question_id, slug=slug, _anchor=anchor), 303)
