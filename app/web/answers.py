"""Answers: posted, changed, accepted, verified."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.questions.actions import accepting, answering
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.models import PostKind
from app.domains.questions.policies import may_edit, may_see_revisions
from app.domains.questions.queries import (
    AnswerView,
    QuestionView,
    draft_of,
    question_id_of_answer,
    question_page,
    revisions_of,
)
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import _
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.attachments import add_files
from app.web.diffs import changes
from app.web.drafts import page_drafts, refill, refused, take, taken
from app.web.forms import REFUSALS, PostForm, refuse
from app.web.posts import ShownPosts
from app.web.questions import in_place, question_response, saved_in_place
from app.web.threads import answer_page, in_one_language

pages = Blueprint("answers", __name__)
MOST_AT_ONCE = 100


@pages.post("/questions/<int:question_id>/answers")
@login_required
def post(question_id: int) -> Any:
    """The same way for members and staff: the reply is the public answer."""
    form, actor, name = PostForm(), current_actor(), f"answer:{question_id}"
    try:
        add_files(form.body)
        with transaction():
            question = question_to_change(question_id, actor)
            answer = answering.post_answer(
                actor,
                question,
                form.body.data or "",
                submission=form.submission.data,
                base_version=form.base_version.data if actor.is_staff else None,
            )
            take(actor, name)
            slug = question.slug
    except REFUSALS as error:
        status, headers = refuse(form, error)
        page = question_page(actor, question_id)
        return question_response(page, answer_form=form, status=status, headers=headers)
    except Conflict as error:
        form.base_version.data = error.newer.get("version")
        form.body.errors = [str(error)]
        return question_response(question_page(actor, question_id), answer_form=form, status=409)
    return taken(_to_answer(question_id, slug, answer.id), name)


def seen_answer(answer_id: int) -> tuple[QuestionView, AnswerView]:
    """The question as this person sees it, and the one answer of it."""
    question = question_page(current_actor(), question_id_of_answer(answer_id))
    for answer in question.answers:
        if answer.id == answer_id:
            return question, answer
    raise NotFound()


@pages.get("/answers/<int:answer_id>")
def show_answer(answer_id: int) -> Response:
    question, _answer = seen_answer(answer_id)
    at = answer_id if answer_page(question.answers, answer_id).number > 1 else None
    return _to_answer(question.id, question.slug, answer_id, at)


@pages.get("/questions/<int:question_id>/answers/fragment")
def fragment(question_id: int) -> Any:
    """The answers of these `ids` as the page shows them, and how many there are, for pages that are open: whatever
    arrived since is asked for at once."""
    question = question_page(current_actor(), question_id)
    ids = set(request.args.get("ids", "").split(",")[:MOST_AT_ONCE])
    ids |= {str(each.version_of_id) for each in question.answers if str(each.id) in ids}
    standing = in_one_language(question.answers)
    wanted = [each for each in standing if str(each.id) in ids]
    posts = ShownPosts(current_actor(), question, page_drafts(question))
    return render_template("questions/_arrived.html", answer_total=len(standing), answers=posts.answers(wanted))


@pages.route("/answers/<int:answer_id>/edit", methods=["GET", "POST"])
@login_required
def edit(answer_id: int) -> Any:
    actor, form, name = current_actor(), PostForm(), f"edit-answer:{answer_id}"
    question, answer = seen_answer(answer_id)
    require(may_edit(actor, answer))
    if request.method == "GET":
        form.body.data, form.base_version.data = answer.body, answer.version
        draft = draft_of(actor, name)
        refill(form, "edit-answer", draft)
        return _edit_page(question, answer, form=form, draft=draft)
    draft = refused({}, name)[name]
    try:
        add_files(form.body)
        with transaction():
            row, _question = answer_with_question(answer_id, actor)
            answering.edit_answer(
                actor, row, form.body.data or "", base_version=form.base_version.data, comment=form.comment.data or ""
            )
            take(actor, name)
    except REFUSALS as error:
        status, headers = refuse(form, error)
        return _edit_page(question, answer, form=form, draft=draft), status, headers
    except Conflict as error:
        form.base_version.data = error.newer.get("version")
        return _edit_page(question, answer, form=form, draft=draft, newer=error), 409
    return taken(saved_in_place() or _to_answer(question.id, question.slug, answer_id), name)


def _edit_page(question: QuestionView, answer: AnswerView, **shown: Any) -> str:
    page = "questions/_edit_answer.html" if in_place() else "questions/edit_answer.html"
    return render_template(page, question=question, answer=answer, in_place=in_place(), **shown)


@pages.post("/answers/<int:answer_id>/accept")
@login_required
def accept(answer_id: int) -> Response:
    done = _("Thank you: the question is solved, and others will find this answer.")
    return _change(answer_id, accepting.accept_answer, done)


@pages.post("/answers/<int:answer_id>/unaccept")
@login_required
def unaccept(answer_id: int) -> Response:
    return _change(answer_id, accepting.withdraw_acceptance)


@pages.post("/answers/<int:answer_id>/did-not-help")
@login_required
def did_not_help(answer_id: int) -> Response:
    done = _("Thank you for saying so. The question is open again, and the promise counts on.")
    return _change(answer_id, answering.say_it_did_not_help, done)


@pages.post("/answers/<int:answer_id>/verify")
@login_required
def verify(answer_id: int) -> Response:
    return _change(answer_id, answering.verify_answer)


@pages.post("/answers/<int:answer_id>/delete")
@login_required
def delete(answer_id: int) -> Response:
    return _change(answer_id, answering.delete_answer)


@pages.post("/answers/<int:answer_id>/restore")
@login_required
def restore(answer_id: int) -> Response:
    return _change(answer_id, answering.restore_answer)


def _change(answer_id: int, action: Any, done: str = "") -> Response:
    with transaction():
        answer, question = answer_with_question(answer_id, current_actor())
        action(current_actor(), question, answer)
        slug = question.slug
    if done:
        flash(done, "success")
    return _to_answer(answer.question_id, slug, answer_id)


@pages.get("/answers/<int:answer_id>/revisions")
def revisions(answer_id: int) -> Any:
    question, answer = seen_answer(answer_id)
    require(may_see_revisions(current_actor(), answer))
    history = changes(revisions_of(PostKind.ANSWER, answer_id))
    back = url_for(".show_answer", answer_id=answer_id)
    return render_template("questions/revisions.html", question=question, history=history, back=back)


def _to_answer(question_id: int, slug: str, answer_id: int, at: int | None = None) -> Response:
    """`at`: in a long thread the answer whose page it is."""
    about: dict[str, Any] = {"question_id": question_id, "slug": slug, "_anchor": f"answer-{answer_id}"}
    return redirect(url_for("questions.show_question", at=at or None, **about), 303)
