"""A guest asks: text first, name and address after, published by the link in the mail."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.actions.links import look_at_link
from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import LinkPurpose
from app.domains.accounts.queries import user_by_id
from app.domains.escalation.queries import promises_by_product
from app.domains.questions.actions.asking import QuestionDraft
from app.domains.questions.actions.pending import keep_pending, name_asker, pending_of_link, publish_pending
from app.domains.questions.drafts import ASK
from app.domains.questions.queries import pending_question
from app.domains.search.queries import similar_questions
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.mail import send_later
from app.kernel.rendering import absolute_url, mail_from_template
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.context import locale
from app.web.drafts import taken
from app.web.forms import GuestForm, draft_key, show
from app.web.signing_in import remember

pages = Blueprint("guests", __name__)


def keep_guest_question(guest: Actor, draft: QuestionDraft) -> Response:
    """The text is safe on the server and in this browser; next the guest sees similar answers and the promise."""
    with transaction():
        keep_pending(guest, draft_key(), draft, locale())
    return taken(redirect(url_for("guests.almost"), 303), ASK)


@pages.route("/questions/ask/almost", methods=["GET", "POST"])
def almost() -> Any:
    row = pending_question(draft_key())
    if row is None or row.question_id is not None:
        return redirect(url_for("asking.ask"), 303)
    form = GuestForm()
    if request.method == "POST":
        try:
            return _send_link(form, row.id)
        except Invalid as error:
            show(form, error)
    similar = similar_questions(current_actor(), row.draft["title"], row.draft["body"], limit=5)
    promise = promises_by_product().get(row.draft["product"])
    page = render_template("questions/almost.html", form=form, draft=row.draft, similar=similar, promise=promise)
    return page, 422 if form.errors else 200


def _send_link(form: GuestForm, pending_id: int) -> Response:
    with transaction():
        row = pending_of_link(pending_id)
        token = name_asker(
            current_actor(), row, form.name.data or "", form.email.data or "", from_address=request.remote_addr or ""
        )
        mail = mail_from_template(
            "questions/publish",
            key=f"publish:{row.id}:{token[:8]}",
            recipient=row.email,
            language=row.language,
            name=row.name,
            title=row.draft["title"],
            url=absolute_url("guests.publish", token=token),
        )
        send_later(mail)
        address = row.email
    return redirect(url_for("accounts.check_mail", address=address), 303)


@pages.route("/questions/publish/<token>", methods=["GET", "POST"])
def publish(token: str) -> Any:
    """Opening shows the question and one button, so that mail scanners publish nothing."""
    if request.method == "GET":
        row = pending_of_link(look_at_link(token, LinkPurpose.PUBLISH_QUESTION).data["pending_id"])
        return render_template("questions/publish.html", draft=row.draft, name=row.name, token=token)
    with transaction():
        question, user_id = publish_pending(current_actor(), token)
        user = user_by_id(user_id)
        session_token = open_session(user, _browser(), stays=True) if _may_enter(user) else ""
        slug = question.slug
    if session_token:
        remember(session_token)
    flash(_("Your question is published. Choose a password in the settings to sign in later."), "success")
    return redirect(url_for("questions.show_question", question_id=question.id, slug=slug), 303)


def _may_enter(user: Any) -> bool:
    """The link signs in a newcomer only: whoever has a password or a role comes in by the front door."""
    return user.password_hash is None and user.role.value == "member" and user.totp_confirmed_at is None


def _browser() -> Browser:
    return Browser(request.remote_addr or "", request.headers.get("User-Agent", ""))


