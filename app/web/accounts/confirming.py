"""Links out of mails that make an address the person's own. Opening a page changes nothing; its button does."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.domains.accounts.actions.links import look_at_link
from app.domains.accounts.actions.passwords_changing import confirm_address
from app.domains.accounts.actions.registering import confirm_email
from app.domains.accounts.actions.sessions import open_session
from app.domains.accounts.models import LinkPurpose, User
from app.domains.accounts.queries import user_by_id
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.entering import enter, this_browser
from app.web.actors import current_actor


@pages.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Any:
    if request.method == "GET":
        address = user_by_id(look_at_link(token, LinkPurpose.CONFIRM_EMAIL).user_id or 0).email
        return render_template("accounts/confirm.html", address=address)
    with transaction():
        user = confirm_email(token)
        session_token = open_session(user, this_browser(), stays=False) if _comes_in(user) else ""
    # Entering clears what the visitor's session held, so the sentence comes after it.
    response = enter(session_token) if session_token else redirect(url_for("accounts.login"), 303)
    flash(_("Your address is confirmed. Welcome!"), "success")
    return response


def _comes_in(user: User) -> bool:
    """The mail box is proof enough for a plain member; roles and second factors come in by the front door."""
    return not current_actor().is_authenticated and user.role.value == "member" and user.totp_confirmed_at is None


@pages.route("/settings/address/<token>", methods=["GET", "POST"])
def confirm_change(token: str) -> Any:
    if request.method == "GET":
        address = look_at_link(token, LinkPurpose.CHANGE_EMAIL).data["email"]
        return render_template("accounts/confirm.html", address=address)
    with transaction():
        confirm_address(token)
    flash(_("Your new address counts from now on. Please sign in again."), "success")
    return redirect(url_for("accounts.login"), 303)
