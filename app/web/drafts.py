"""Drafts: saved while somebody types, shown in their forms again, listed, discarded."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response
from wtforms import BooleanField, Field, IntegerField

from app.domains.accounts.actor import Actor
from app.domains.questions.actions.drafting import KEPT_FOR, MOST_DRAFTS, discard_draft, save_draft, take_draft
from app.domains.questions.drafts import (
    ASK,
    FIELDS,
    UNDER_A_COMMENT,
    UNDER_AN_ANSWER,
    DraftForm,
    draft_form,
    is_blank,
    names_of,
)
from app.domains.questions.policies import may_answer
from app.domains.questions.queries import (
    DraftView,
    QuestionView,
    draft_list,
    drafts_on,
    question_id_of_answer,
    question_id_of_comment,
)
from app.kernel.errors import Conflict, DomainError, Invalid, TooSoon
from app.kernel.i18n import _, _l
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.forms import Form
from app.web.local_paths import asked_path

pages = Blueprint("drafts", __name__)

TAKEN_SECONDS = 600
KIND_NAMES = {
    ASK: _l("New question"),
    "answer": _l("Answer"),
    "edit-question": _l("Change of a question"),
    "edit-answer": _l("Change of an answer"),
    "comment-question": _l("Comment"),
    "comment-answer": _l("Comment on an answer"),
    "edit-comment": _l("Change of a comment"),
    "version": _l("Answer in another language"),
}


@pages.get("/drafts")
@login_required
def index() -> Any:
    return _list_page()


def _list_page(**discarded: Any) -> Any:
    lines = draft_list(current_actor())
    addresses = {line.form.name: address_of(line.form, line.question_id) for line in lines}
    return render_template(
        "drafts/index.html",
        lines=lines,
        addresses=addresses,
        kind_names=KIND_NAMES,
        kept_days=KEPT_FOR.days,
        most=MOST_DRAFTS,
        discarded=discarded or None,
    )


def address_of(form: DraftForm, question_id: int | None) -> str | None:
    """Where the form stands; None where its page is not there for its owner any more."""
    if form.kind == ASK:
        return url_for("asking.ask")
    if question_id is None:
        return None
    if form.kind == "edit-question":
        return url_for("questions.edit", question_id=question_id)
    if form.kind == "edit-answer":
        return url_for("answers.edit", answer_id=form.target_id)
    if form.kind == "edit-comment":
        return url_for("comments.edit", comment_id=form.target_id)
    if form.kind == "version":
        return url_for("versions.write", answer_id=form.target_id)
    on = form.kind.removeprefix("comment-")
    anchor = "your-answer" if form.kind == "answer" else f"comment-on-{on}-{form.target_id}"
    return url_for("questions.short", question_id=question_id, _anchor=anchor)


@pages.put("/drafts/<form>")
def save(form: str) -> Any:
    """What drafts.js sends while somebody types: JSON {fields, version, writer}, or the form's own fields."""
    actor = current_actor()
    if not actor.is_authenticated:
        raise Unauthorized()  # and no way to the door: the page stays open, its browser keeps the text
    fields, version, writer = _sent()
    try:
        with transaction():
            row = save_draft(actor, form, fields, version=version, writer=writer)
            kept = {"version": row.version, "saved_at": row.updated_at.isoformat()} if row else {"version": 0}
    except Conflict as error:
        return _conflict(error)
    return jsonify(kept)


def _sent() -> tuple[dict[str, Any], int, str]:
    """Fields, version, writer."""
    if not request.is_json:
        return request.form.to_dict(), posted_version(), posted_writer()
    sent = request.get_json(silent=True)
    fields = sent.get("fields") if isinstance(sent, dict) else None
    if not isinstance(sent, dict) or not isinstance(fields, dict):
        raise Invalid(_("The forum did not understand this request."))
    return fields, _version(sent.get("version")), str(sent.get("writer") or "")[:64]


def posted_version() -> int:
    """Which draft the posted form was written on."""
    return _version(request.form.get("draft_version"))


def posted_writer() -> str:
    """The key of the posted form's page."""
    return request.form.get("submission", "")[:64]


def _version(sent: Any) -> int:
    text = str(sent)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


@pages.post("/drafts/<form>")
@login_required
def keep(form: str) -> Any:
    """The form's second button, for browsers without scripts: keep what is typed, and come back to it."""
    place = draft_form(form)
    try:
        with transaction():
            version, writer = posted_version(), posted_writer()
            row = save_draft(current_actor(), form, request.form.to_dict(), version=version, writer=writer)
            question_id = row.question_id if row else _question_id(place)
    except (Invalid, Conflict, TooSoon) as error:
        return _not_saved(place, error)
    flash(_("Saved as a draft.") if row else _("Nothing is written yet."), "success" if row else "info")
    return redirect(asked_path() or address_of(place, question_id) or url_for(".index"), 303)


def _question_id(form: DraftForm) -> int | None:
    if form.kind in UNDER_A_COMMENT:
        return question_id_of_comment(form.target_id or 0)
    return question_id_of_answer(form.target_id or 0) if form.kind in UNDER_AN_ANSWER else form.target_id


def _not_saved(form: DraftForm, error: DomainError, *, discarding: bool = False) -> Any:
    """Why, and the text whole; after a conflict the other one, too, and the choice."""
    typed = {name: request.form.get(name, "") for name in names_of(form, request.form)}
    newer = error.newer if isinstance(error, Conflict) else None
    wait = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, TooSoon) else {}
    page = render_template(
        "drafts/not_saved.html", form=form, typed=typed, error=error, newer=newer, discarding=discarding
    )
    return page, error.status, wait


@pages.post("/drafts/<form>/discard")
@login_required
def discard(form: str) -> Any:
    """The draft goes; its text stays where the button was pressed: in the form, or in the list's line to undo it."""
    actor, place = current_actor(), draft_form(form)
    try:
        with transaction():
            fields = discard_draft(actor, form, version=posted_version(), writer=posted_writer())
    except Conflict as error:
        return _conflict(error) if _wants_json() else _not_saved(place, error, discarding=True)
    if _wants_json():
        return jsonify({"version": 0})
    posted = {name: text for name, text in request.form.items() if name in names_of(place, request.form)}
    return _list_page(form=place, fields=fields if is_blank(posted) else posted)


def _wants_json() -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _conflict(error: Conflict) -> Any:
    """The other page's draft: version, fields, saved_at."""
    return jsonify({"title": str(error), "status": error.status, **error.newer}), error.status


# What the pages with forms need of it.


def page_drafts(question: QuestionView) -> dict[str, DraftView]:
    """What the reader has begun here; asked only where the page has a form for it."""
    actor = current_actor()
    return drafts_on(actor, question.id) if may_answer(actor, question) else {}


def take(actor: Actor, form: str) -> None:
    """Inside the transaction that takes the posted form: its draft is not needed any more."""
    take_draft(actor, form, version=posted_version(), writer=posted_writer())


def taken(response: Response, form: str) -> Response:
    """The form's text is posted: static/js/drafts.js reads the cookie and forgets what this browser kept."""
    response.set_cookie("taken", form, max_age=TAKEN_SECONDS, samesite="Lax")
    return response


def refused(drafts: dict[str, DraftView], form: str) -> dict[str, DraftView]:
    """`drafts`, where this one's form comes back with the text that was sent: on which draft that was written."""
    kept = drafts.get(form, DraftView())
    return drafts | {form: replace(kept, version=posted_version(), fields={}, refused=True)}


def refill(form: Form, kind: str, draft: DraftView | None) -> None:
    """Show the draft in the form's fields, also the ones that it has emptied."""
    if draft is None or draft.refused:
        return
    for name in FIELDS[kind]:
        field: Field | None = form._fields.get(name)
        if field is not None:
            field.data = _as_data(field, draft.fields.get(name, ""))


def _as_data(field: Field, text: str) -> Any:
    if isinstance(field, BooleanField):
        return bool(text)
    if isinstance(field, IntegerField):
        return _version(text) or None
    return text
