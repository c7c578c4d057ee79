"""The authenticator app: picture, first code, recovery codes shown once, off."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import fresh_login_required

from app.domains.accounts.actions import second_factor as actions
from app.domains.accounts.policies import needs_second_factor
from app.domains.accounts.queries import user_by_id
from app.kernel.errors import Invalid, TooSoon
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.forms import CodeForm
from app.web.actors import current_actor
from app.web.forms import refuse


@pages.route("/settings/security/second-factor", methods=["GET", "POST"])
@fresh_login_required
def second_factor() -> Any:
    actor = current_actor()
    if user_by_id(actor.id or 0).totp_confirmed_at is not None:
        return redirect(url_for("accounts.security"), 303)
    form = CodeForm()
    if request.method == "GET":
        return _set_up_page(form)
    try:
        with transaction():
            codes = actions.confirm_set_up(actor, form.code.data or "")
    except (Invalid, TooSoon) as error:
        return _set_up_page(form, *refuse(form, error))
    return render_template("accounts/recovery_codes.html", codes=codes)


def _set_up_page(form: CodeForm, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    with transaction():
        set_up = actions.begin_set_up(current_actor())
    required = needs_second_factor(current_actor())
    page = render_template("accounts/second_factor.html", form=form, set_up=set_up, required=required)
    return page, status, headers or {}


@pages.route("/settings/security/recovery-codes", methods=["GET", "POST"])
@fresh_login_required
def recovery_codes() -> Any:
    """New codes for a code of the app; shown in the answer and never again."""
    form = CodeForm()
    if request.method == "GET":
        return render_template("accounts/recovery_codes_renew.html", form=form)
    try:
        with transaction():
            codes = actions.renew_recovery_codes(current_actor(), form.code.data or "")
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/recovery_codes_renew.html", form=form), status, headers
    return render_template("accounts/recovery_codes.html", codes=codes)


@pages.route("/settings/security/second-factor/off", methods=["GET", "POST"])
@fresh_login_required
def second_factor_off() -> Any:
    form = CodeForm()
    if request.method == "GET":
        return render_template("accounts/second_factor_off.html", form=form)
    try:
        with transaction():
            actions.turn_off(current_actor(), form.code.data or "")
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/second_factor_off.html", form=form), status, headers
    flash(_("The authenticator app is taken off your account."), "success")
    return redirect(url_for("accounts.security"), 303)
