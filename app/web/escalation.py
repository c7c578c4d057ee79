"""The desk: the staff queue, the page of a case, and what askers and experts may say about the promise."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import Optional

from app.domains.accounts.actor import Actor
from app.domains.escalation.actions.answering import answer_case
from app.domains.escalation.actions.claiming import case_to_change, claim_case, reassign_case, release_case
from app.domains.escalation.actions.noting import note_case
from app.domains.escalation.actions.raising import ask_staff_now, raise_case, say_not_solved
from app.domains.escalation.actions.resolving import REASONS, resolve_case
from app.domains.escalation.explaining import clock_name, explanation_lines
from app.domains.escalation.models import Case
from app.domains.escalation.policies import may_work_queue
from app.domains.escalation.queries import case_page, explain, queue_counts, staff_queue
from app.domains.products.queries import all_products
from app.domains.questions.queries import drafts_on
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid
from app.kernel.i18n import _, _l
from app.kernel.policy import require
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.attachments import add_files
from app.web.drafts import refill, refused, take, taken
from app.web.forms import Form, SubmittedForm, show
from app.web.pager import next_url

pages = Blueprint("escalation", __name__)

REASON_NAMES = {
    "answered": _l("The answer says it all"),
    "answered_elsewhere": _l("Answered on another way: phone, mail, visit"),
    "fixed": _l("The product was fixed"),
    "known_limit": _l("It is a known limit of the product"),
    "no_reply": _l("The asker does not reply"),
}
TABS = ("all", "mine", "breached")


class ReplyForm(SubmittedForm):
    body = TextAreaField(_l("Your answer"), description=_l("Everybody can read it. It is marked as official."))
    asks = BooleanField(_l("I am asking for more information: wait for the asker"))
    base_version = IntegerField(validators=[Optional()])
    seen_at = HiddenField()


class NoteForm(Form):
    note = TextAreaField(_l("Note"), description=_l("Only our team reads it."))


class ResolveForm(Form):
    reason = SelectField(_l("Reason"), validate_choice=False)
    note = TextAreaField(_l("Note"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason, REASON_NAMES[reason]) for reason in REASONS]


@pages.get("/staff/queue")
@login_required
def queue() -> Any:
    actor, tab = current_actor(), request.args.get("tab", "all")
    require(may_work_queue(actor))
    rows = staff_queue(
        actor,
        product=request.args.get("product"),
        mine=tab == "mine",
        breached=tab == "breached",
        after=request.args.get("after"),
    )
    return render_template(
        "escalation/queue.html",
        rows=rows.items,
        next_url=next_url(rows.next),
        counts=queue_counts(actor),
        tab=tab if tab in TABS else "all",
        products=[product for product in all_products() if actor.serves(product.id)],
        product=request.args.get("product", ""),
    )


@pages.get("/staff/cases/<int:case_id>")
@login_required
def case(case_id: int) -> Any:
    return case_response(case_id)


def case_response(
    case_id: int,
    *,
    reply: ReplyForm | None = None,
    note: NoteForm | None = None,
    resolve: ResolveForm | None = None,
    newer: Conflict | None = None,
    complaint: Any = "",
    status: int = 200,
) -> Any:
    """The page of a case, with a refused form and its text where there is one."""
    found = case_page(current_actor(), case_id)
    drafts, name = drafts_on(current_actor(), found.question_id), f"answer:{found.question_id}"
    drafts = refused(drafts, name) if reply else drafts
    reply = reply or ReplyForm(formdata=None)
    refill(reply, "answer", drafts.get(name))
    reply.base_version.data, reply.seen_at.data = found.question.version, now().isoformat()
    page = render_template(
        "escalation/case.html",
        case=found,
        question=found.question,
        reply_form=reply,
        draft=drafts.get(name),
        note_form=note or NoteForm(formdata=None),
        resolve_form=resolve or ResolveForm(formdata=None),
        newer=newer.newer.get("posts", []) if newer else None,
        complaint=complaint,
        explanation=explanation_lines(explain(found.question_id)),
        clock_name=clock_name,
        reason_names=REASON_NAMES,
    )
    return page, status


@pages.post("/staff/cases/<int:case_id>/answer")
@login_required
def answer(case_id: int) -> Any:
    """The same public answer as anybody's; a post that arrived meanwhile is shown first, the text kept."""
    form = ReplyForm()
    try:
        add_files(form.body)
        with transaction():
            row = case_to_change(case_id, current_actor())
            answer_case(
                current_actor(),
                row,
                form.body.data or "",
                form.base_version.data,
                seen_at=_instant(form.seen_at.data),
                asks=bool(form.asks.data),
                submission=form.submission.data,
            )
            name = f"answer:{row.question_id}"
            take(current_actor(), name)
    except Invalid as error:
        show(form, error)
        return case_response(case_id, reply=form, status=422)
    except Conflict as error:
        return case_response(case_id, reply=form, newer=error, status=409)
    flash(_("Your answer is published."), "success")
    return taken(_to_case(case_id), name)


def _instant(text: str | None) -> datetime | None:
    """When the form was shown; None where the field is not what we wrote there."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


@pages.post("/staff/cases/<int:case_id>/claim")
@login_required
def claim(case_id: int) -> Any:
    return _do(case_id, claim_case, _("The case is yours."))


@pages.post("/staff/cases/<int:case_id>/release")
@login_required
def release(case_id: int) -> Any:
    return _do(case_id, release_case, _("The case is back in the queue."))


@pages.post("/staff/cases/<int:case_id>/reassign")
@login_required
def reassign(case_id: int) -> Any:
    owner = request.form.get("owner", type=int) or 0

    def hand_over(actor: Actor, row: Case) -> None:
        reassign_case(actor, row, owner)

    return _do(case_id, hand_over, _("The case was handed over."))


@pages.post("/staff/cases/<int:case_id>/raise")
@login_required
def raise_level(case_id: int) -> Any:
    def lift(actor: Actor, row: Case) -> None:
        raise_case(actor, row, request.form.get("note", ""))

    return _do(case_id, lift, _("The case is one level higher."))


@pages.post("/staff/cases/<int:case_id>/note")
@login_required
def note(case_id: int) -> Any:
    form = NoteForm()

    def write(actor: Actor, row: Case) -> None:
        note_case(actor, row, form.note.data or "")

    answer = _do(case_id, write, _("The note is stored."), note=form)
    return taken(answer, f"note:{case_id}") if isinstance(answer, Response) else answer


@pages.post("/staff/cases/<int:case_id>/resolve")
@login_required
def resolve(case_id: int) -> Any:
    form = ResolveForm()

    def end(actor: Actor, row: Case) -> None:
        resolve_case(actor, row, form.reason.data or "", form.note.data or "")

    return _do(case_id, end, _("The case is resolved."), resolve=form)


def _do(case_id: int, action: Callable[[Actor, Case], None], done: str, **forms: Any) -> Any:
    """Run one action on the freshly read case; what is refused is shown on its page, with what was typed."""
    actor = current_actor()
    try:
        with transaction():
            action(actor, case_to_change(case_id, actor))
    except Invalid as error:
        for form in forms.values():
            show(form, error)
        return case_response(case_id, **forms, complaint="" if forms else error.sentence, status=422)
    except Conflict as error:
        return case_response(case_id, **forms, complaint=error.sentence, status=409)
    flash(done, "success")
    return _to_case(case_id)


def _to_case(case_id: int) -> Response:
    return redirect(url_for(".case", case_id=case_id), 303)


@pages.post("/questions/<int:question_id>/escalate")
@login_required
def ask_staff(question_id: int) -> Response:
    """An expert or staff do not wait for the promised time."""
    with transaction():
        ask_staff_now(current_actor(), question_id, request.form.get("reason", ""))
    flash(_("Our team has the question now."), "success")
    return redirect(url_for("questions.short", question_id=question_id), 303)


@pages.post("/questions/<int:question_id>/not-solved")
@login_required
def not_solved(question_id: int) -> Response:
    """The asker says that the answers did not solve it."""
    with transaction():
        say_not_solved(current_actor(), question_id, request.form.get("reason", ""))
    flash(_("Thank you for saying so. Our team looks at it."), "success")
    return redirect(url_for("questions.short", question_id=question_id), 303)
