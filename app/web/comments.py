"""Comments under questions and answers."""

from itertools import chain
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.commenting import comment_to_change, delete_comment, edit_comment, post_comment
from app.domains.questions.models import PostKind
from app.domains.questions.policies import may_comment, may_edit_comment
from app.domains.questions.queries import (
    CommentView,
    QuestionView,
    draft_of,
    question_id_of_comment,
    question_page,
    revisions_of,
)
from app.kernel.errors import Conflict, NotFound
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.answers import seen_answer
from app.web.diffs import changes
from app.web.drafts import page_drafts, refill, refused, take, taken
from app.web.forms import REFUSALS, CommentForm, refuse
from app.web.posts import ShownPosts
from app.web.questions import in_place, question_response, saved_in_place
from app.web.threads import answer_page

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


def seen_comment(comment_id: int) -> tuple[QuestionView, CommentView]:
    """The question as this person sees it, and the one comment there."""
    question = question_page(current_actor(), question_id_of_comment(comment_id))
    under = [question.comments, *(answer.comments for answer in question.answers)]
    for comment in chain.from_iterable(under):
        if comment.id == comment_id:
            return question, comment
    raise NotFound()


@pages.get("/comments/<int:comment_id>")
def show_comment(comment_id: int) -> Response:
    question, comment = seen_comment(comment_id)
    far = comment.answer_id and answer_page(question.answers, comment.answer_id).number > 1
    return _to_comment(question.id, question.slug, comment_id, comment.answer_id if far else None)


@pages.route("/comments/<int:comment_id>/edit", methods=["GET", "POST"])
@login_required
def edit(comment_id: int) -> Any:
    actor, form, name = current_actor(), CommentForm(), f"edit-comment:{comment_id}"
    question, comment = seen_comment(comment_id)
    require(may_edit_comment(actor, comment))
    if request.method == "GET":
        form.body.data, form.base_version.data = comment.body, comment.version
        draft = draft_of(actor, name)
        refill(form, "edit-comment", draft)
        return _edit_page(question, comment, form=form, draft=draft)
    draft = refused({}, name)[name]
    try:
        with transaction():
            row = comment_to_change(comment_id)
            edit_comment(actor, row, form.body.data or "", base_version=form.base_version.data)
            take(actor, name)
    except REFUSALS as error:
        status, headers = refuse(form, error)
        return _edit_page(question, comment, form=form, draft=draft), status, headers
    except Conflict as error:
        form.base_version.data = error.newer.get("version")
        return _edit_page(question, comment, form=form, draft=draft, newer=error), 409
    return taken(saved_in_place() or _to_comment(question.id, question.slug, comment_id), name)


def _edit_page(question: QuestionView, comment: CommentView, **shown: Any) -> str:
    page = "questions/_edit_comment.html" if in_place() else "questions/edit_comment.html"
    return render_template(page, question=question, comment=comment, in_place=in_place(), **shown)


@pages.get("/comments/<int:comment_id>/revisions")
def revisions(comment_id: int) -> Any:
    """Of a comment that was never changed there are none."""
    question, _comment = seen_comment(comment_id)
    history = changes(revisions_of(PostKind.COMMENT, comment_id))
    back = url_for(".show_comment", comment_id=comment_id)
    return render_template("questions/revisions.html", question=question, history=history, back=back)


@pages.post("/comments/<int:comment_id>/delete")
@login_required
def delete(comment_id: int) -> Response:
    with transaction():
        comment = comment_to_change(comment_id)
        question = question_to_change(comment.question_id, current_actor())
        delete_comment(current_actor(), comment)
        question_id, slug = question.id, question.slug
    return redirect(url_for("questions.show_question", question_id=question_id, slug=slug), 303)


def _to_comment(question_id: int, slug: str, comment_id: int, at: int | None = None) -> Response:
    """`at`: in a long thread the answer whose page it is."""
    about: dict[str, Any] = {"question_id": question_id, "slug": slug, "_anchor": f"comment-{comment_id}"}
    return redirect(url_for("questions.show_question", at=at, **about), 303)
