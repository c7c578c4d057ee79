"""Password and open sessions."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import fresh_login_required, login_required
from werkzeug.wrappers import Response

from app.domains.accounts.actions import passwords_changing
from app.domains.accounts.actions import sessions as session_actions
from app.domains.accounts.queries import sessions_of, unused_recovery_codes, user_by_id
from app.kernel.errors import Invalid, TooSoon
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.browsers import browser_name
from app.web.accounts.forms import PasswordForm
from app.web.actors import current_actor
from app.web.forms import refuse
from app.web.signing_in import remember


@pages.get("/settings/security")
@login_required
def security() -> Any:
    return _security_page(PasswordForm(formdata=None))


def _security_page(form: PasswordForm, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    user = user_by_id(current_actor().id or 0)
    codes = unused_recovery_codes(user.id)
    page = render_template("accounts/settings_security.html", form=form, user=user, codes=codes)
    return page, status, headers or {}


@pages.post("/settings/security/password")
@fresh_login_required
def change_password() -> Any:
    form = PasswordForm()
    try:
        with transaction():
            actor = current_actor()
            token = passwords_changing.change_password(actor, form.current.data or "", form.password.data or "")
    except (Invalid, TooSoon) as error:
        return _security_page(form, *refuse(form, error))
    remember(token)
    flash(_("Your password is changed. Every other browser is signed out."), "success")
    return redirect(url_for("accounts.security"), 303)


@pages.get("/settings/sessions")
@login_required
def sessions() -> Any:
    actor = current_actor()
    rows = [(row, browser_name(row.browser)) for row in sessions_of(actor.id or 0)]
    return render_template("accounts/settings_sessions.html", sessions=rows, mine=actor.session_id)


@pages.post("/settings/sessions/<int:session_id>/end")
@login_required
def end_session(session_id: int) -> Response:
    with transaction():
        session_actions.end_session(current_actor(), session_id)
    flash(_("That browser is signed out."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@pages.post("/settings/sessions/end-others")
@login_required
def end_other_sessions() -> Response:
    with transaction():
        session_actions.end_other_sessions(current_actor())
    flash(_("Every other browser is signed out."), "success")
    return redirect(url_for("accounts.sessions"), 303)
