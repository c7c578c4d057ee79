"""Asking a question, and how a text will look."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domains.products.queries import all_products
from app.domains.questions.actions import asking
from app.domains.questions.actions.asking import QuestionDraft
from app.domains.questions.actions.asking_again import asked_before, says_the_same
from app.domains.questions.actions.drafting import save_draft
from app.domains.questions.drafts import ASK
from app.domains.questions.models import Question
from app.domains.questions.policies import may_ask
from app.domains.questions.queries import DraftView, draft_of
from app.domains.questions.writing import Least, clean_text, render
from app.domains.tags.names import split_tags
from app.domains.tags.queries import left_out_names
from app.kernel import markup
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.attachments import add_files
from app.web.drafts import posted_writer, refill, refused, take, taken
from app.web.forms import REFUSALS, PostForm, QuestionForm, refuse
from app.web.guests import keep_guest_question
from app.web.guides import Guide, add_fields, guide_for, typed_guide
from app.web.hints import promise_for

pages = Blueprint("asking", __name__)


@pages.route("/questions/ask", methods=["GET", "POST"])
def ask() -> Any:
    """Members publish at once; a guest writes everything first and gives name and address after."""
    actor = current_actor()
    form = QuestionForm().offer(all_products())
    if request.method == "GET":
        draft = draft_of(actor, ASK)
        refill(form, ASK, draft)
        _prefill(form)
        return _ask_page(form, _guide(form, draft.fields if draft else {}), {ASK: draft} if draft else {})
    guide = _guide(form, typed_guide())
    if "choose" in request.form:
        return _ask_page(form, guide, refused({}, ASK))
    try:
        add_files(form.body)
        asked = _with_guide(question_draft(form), guide)
        _refuse_unanswered(asked, guide)
        if not actor.is_authenticated:
            return keep_guest_question(actor, asked)
        before = asked_before(actor, asked)
        if before is not None:
            return _asked_already(before, asked)
        with transaction():
            question = asking.ask_question(actor, asked)
            take(actor, ASK)
    except REFUSALS as error:
        return _ask_page(form, guide, refused({}, ASK), *refuse(form, error))
    flash(_("Your question is published."), "success")
    _name_left_out(asked)
    return taken(_to_question(question.id, question.slug), ASK)


def _guide(form: QuestionForm, typed: Mapping[str, str]) -> Guide:
    """What the chosen product asks, as fields of the form."""
    guide = guide_for(form.product.data or "", form.kind.data or "", {**typed_guide(), **typed})
    add_fields(form, guide)
    return guide


def _with_guide(asked: QuestionDraft, guide: Guide) -> QuestionDraft:
    """With what was answered below the text; an empty text stays empty, and is complained about."""
    return replace(asked, body=guide.folded_into(asked.body)) if asked.body.strip() else asked


def _refuse_unanswered(asked: QuestionDraft, guide: Guide) -> None:
    """Invalid with every complaint at once, the form's own among them."""
    complaints = guide.complaints()
    if not complaints:
        return
    try:
        asked.cleaned()
    except Invalid as error:
        complaints = {**error.fields, **complaints}
    raise Invalid(fields=complaints)


def _name_left_out(asked: QuestionDraft) -> None:
    left_out = left_out_names(current_actor(), asked.tags)
    if left_out:
        tags = "”, “".join(left_out)
        sentence = _("There is no tag “%(tags)s” yet, and new members cannot add one: it was left out.", tags=tags)
        flash(sentence, "info")


def _asked_already(question: Question, asked: QuestionDraft) -> Response:
    """Nothing is stored twice. New words wait in the form that changes the question."""
    actor, question_id, slug = current_actor(), question.id, question.slug
    if says_the_same(question, asked):
        with transaction():
            take(actor, ASK)
        flash(_("You have asked this already: here is your question."), "info")
        return taken(_to_question(question_id, slug), ASK)
    typed = {**request.form.to_dict(), "body": asked.body, "base_version": str(question.version)}
    with transaction():
        save_draft(actor, f"edit-question:{question_id}", typed, writer=posted_writer())
        take(actor, ASK)
    sentence = _("You have asked this already. What you have written since is here: save it to change your question.")
    flash(sentence, "info")
    return taken(redirect(url_for("questions.edit", question_id=question_id), 303), ASK)


def _prefill(form: QuestionForm) -> None:
    """What the link that led here says, where nothing has been begun yet."""
    for field in (form.product, form.title, form.tags):
        field.data = field.data or request.args.get(field.name, "")


def _ask_page(
    form: QuestionForm,
    guide: Guide,
    drafts: dict[str, DraftView],
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Any:
    actor = current_actor()
    verdict = may_ask(actor) if actor.is_authenticated else None
    promise = promise_for(form.product.data or "", form.kind.data or "")
    shown = {"form": form, "guide": guide, "promise": promise, "least": Least(), "verdict": verdict, "drafts": drafts}
    page = render_template("questions/ask.html", **shown)
    return page, status, headers or {}


def question_draft(form: QuestionForm) -> QuestionDraft:
    return QuestionDraft(
        title=form.title.data or "",
        body=form.body.data or "",
        product=form.product.data or "",
        tags=tuple(split_tags(form.tags.data or "")),
        kind=form.kind.data or "",
        submission=form.submission.data,
    )


@pages.post("/questions/preview")
def preview() -> Any:
    """The text as it will look, by the very function that stores it: a new member's links are text here, too."""
    form = PostForm()
    add_files(form.body)
    body = clean_text((form.body.data or "")[: markup.MAX_SOURCE_CHARACTERS])
    html = render(current_actor(), body).html if body else ""
    if request.headers.get("HX-Request"):
        return html or render_template("questions/_nothing_to_preview.html")
    return render_template("questions/preview.html", html=html)


def _to_question(question_id: int, slug: str) -> Response:
    return redirect(url_for("questions.show_question", question_id=question_id, slug=slug), 303)
