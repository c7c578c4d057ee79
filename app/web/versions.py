"""Answers in another language: writing one, joining two, and where one is wanted most."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.questions.actions.answering import answer_with_question, post_answer
from app.domains.questions.actions.versions import join_version, part_version
from app.domains.questions.policies import may_answer, may_join_versions
from app.domains.questions.queries import AnswerView, DraftView, QuestionView, draft_of
from app.domains.questions.queries.versions import missing_versions
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.answers import seen_answer
from app.web.context import locale
from app.web.drafts import refill, refused, take, taken
from app.web.forms import REFUSALS, NumberField, PostForm, refuse
from app.web.threads import LANGUAGE_NAMES

pages = Blueprint("versions", __name__)


class JoinForm(PostForm):
    answer = NumberField()


@pages.get("/languages/missing")
def missing() -> Any:
    """Solved questions whose accepted answer is not there in this language, the most wanted first."""
    wanted = request.args.get("lang", locale()[:2])
    wanted = wanted if wanted in LANGUAGE_NAMES else "en"
    found = missing_versions(current_actor(), wanted)
    return render_template("questions/missing.html", wanted=wanted, found=found, names=LANGUAGE_NAMES)


@pages.route("/answers/<int:answer_id>/version", methods=["GET", "POST"])
@login_required
def write(answer_id: int) -> Any:
    """The answer beside an editor for what says the same in another language."""
    form, actor, name = PostForm(), current_actor(), f"version:{answer_id}"
    question, original = seen_answer(answer_id)
    require(may_answer(actor, question))
    if request.method == "GET":
        draft = draft_of(actor, name)
        refill(form, "version", draft)
        return _page(question, original, form, draft)
    try:
        with transaction():
            row, under = answer_with_question(answer_id, actor)
            body, submission = form.body.data or "", form.submission.data
            answer = post_answer(actor, under, body, submission=submission, version_of=row)
            take(actor, name)
            written = answer.id
    except REFUSALS as error:
        status, headers = refuse(form, error)
        return _page(question, original, form, refused({}, name)[name]), status, headers
    return taken(redirect(url_for("answers.show_answer", answer_id=written), 303), name)


def _page(question: QuestionView, original: AnswerView, form: PostForm, draft: DraftView | None = None) -> str:
    actor = current_actor()
    joined = [each for each in question.answers if each.language != original.language and not each.version_of_id]
    mine = [each for each in joined if may_join_versions(actor, question, each)]
    shown = {"question": question, "original": original, "form": form, "draft": draft, "joinable": mine}
    return render_template("questions/version.html", **shown)


@pages.post("/answers/<int:answer_id>/join")
@login_required
def join(answer_id: int) -> Any:
    """An answer that is there already says the same as this one."""
    form, actor = JoinForm(), current_actor()
    question, original = seen_answer(answer_id)
    try:
        with transaction():
            row, under = answer_with_question(answer_id, actor)
            joined, _under = answer_with_question(form.answer.data or 0, actor)
            join_version(actor, under, row, joined)
    except REFUSALS as error:
        status, headers = refuse(form, error)
        return _page(question, original, form), status, headers
    return redirect(url_for("answers.show_answer", answer_id=answer_id), 303)


@pages.post("/answers/<int:answer_id>/part")
@login_required
def part(answer_id: int) -> Response:
    with transaction():
        row, under = answer_with_question(answer_id, current_actor())
        part_version(current_actor(), under, row)
    return redirect(url_for("answers.show_answer", answer_id=answer_id), 303)
