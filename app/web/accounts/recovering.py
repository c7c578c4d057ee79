"""A forgotten password."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.domains.accounts.actions import recovering
from app.domains.accounts.actions.links import look_at_link
from app.domains.accounts.models import LinkPurpose
from app.kernel.errors import Invalid, TooSoon
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.entering import this_browser
from app.web.accounts.forms import AddressForm, ResetForm
from app.web.actors import current_actor
from app.web.forms import refuse


@pages.route("/login/forgot", methods=["GET", "POST"])
def forgot() -> Any:
    form = AddressForm()
    if request.method == "GET":
        return render_template("accounts/forgot.html", form=form)
    try:
        with transaction():
            recovering.ask_for_reset(current_actor(), form.email.data or "", from_address=this_browser().address)
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/forgot.html", form=form), status, headers
    purpose: dict[str, Any] = {"for": "reset"}
    return redirect(url_for("accounts.check_mail", address=form.email.data, **purpose), 303)


@pages.route("/login/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Any:
    form = ResetForm()
    if request.method == "GET":
        look_at_link(token, LinkPurpose.RESET_PASSWORD)
        return render_template("accounts/reset.html", form=form)
    try:
        with transaction():
            recovering.reset_password(token, form.password.data or "")
    except Invalid as error:
        refuse(form, error)
        return render_template("accounts/reset.html", form=form), 422
    flash(_("Your new password is set, and every browser is signed out. Please sign in."), "success")
    return redirect(url_for("accounts.login"), 303)
