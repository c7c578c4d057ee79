"""Sign in, with a second step where there is one; the password once more; sign out."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import login_required, logout_user
from werkzeug.wrappers import Response

from app.domains.accounts.actions.links import look_at_link
from app.domains.accounts.actions.second_factor import pass_second_factor
from app.domains.accounts.actions.sessions import (
    check_credentials,
    end_session,
    freshen_hash,
    open_session,
    refresh_session,
)
from app.domains.accounts.actions.sign_in_links import use_sign_in_link
from app.domains.accounts.models import LinkPurpose
from app.domains.accounts.queries import user_by_id
from app.kernel.errors import Invalid, TooSoon
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.entering import enter, first_step_passed, halfway, this_browser
from app.web.accounts.forms import CodeForm, LoginForm, RefreshForm
from app.web.actors import current_actor
from app.web.forms import refuse
from app.web.landing import landing_url
from app.web.local_paths import asked_path, local_path


@pages.route("/login", methods=["GET", "POST"])
def login() -> Any:
    actor = current_actor()
    if actor.is_authenticated:
        return redirect(asked_path() or landing_url(actor), 303)
    form = LoginForm(next=asked_path() or "")
    if request.method == "GET":
        return render_template("accounts/login.html", form=form)
    try:
        # Outside of a transaction: hashing takes long, and nobody else shall wait for it.
        user = check_credentials(form.login.data or "", form.password.data or "", this_browser())
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/login.html", form=form), status, headers
    with transaction():
        freshen_hash(user_by_id(user.id), form.password.data or "")
    return first_step_passed(user, stays=bool(form.stays.data), then=asked_path())


@pages.route("/login/code", methods=["GET", "POST"])
def second_step() -> Any:
    kept = halfway()
    if kept is None:
        flash(_("Please begin again: the code is asked for within ten minutes of the password."), "info")
        return redirect(url_for("accounts.login"), 303)
    form = CodeForm()
    if request.method == "GET":
        return render_template("accounts/second_step.html", form=form)
    try:
        with transaction():
            user = user_by_id(kept["user"])
            pass_second_factor(user, form.code.data or "")
            token = open_session(user, this_browser(), stays=kept["stays"], second_factor=True)
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/second_step.html", form=form), status, headers
    return enter(token, kept["next"])


@pages.route("/login/link/<token>", methods=["GET", "POST"])
def sign_in_link(token: str) -> Any:
    """A one-time link of the command line; opening it changes nothing."""
    if request.method == "GET":
        name = user_by_id(look_at_link(token, LinkPurpose.SIGN_IN).user_id or 0).name
        return render_template("accounts/sign_in_link.html", name=name)
    with transaction():
        user = use_sign_in_link(token)
    return first_step_passed(user, stays=False, then=None)


@pages.route("/login/refresh", methods=["GET", "POST"])
@login_required
def refresh() -> Any:
    """The password once more, before what only a fresh sign-in may do."""
    actor = current_actor()
    form = RefreshForm(next=asked_path() or "")
    has_password = user_by_id(actor.id or 0).password_hash is not None
    if request.method == "GET":
        return render_template("accounts/refresh.html", form=form, has_password=has_password)
    try:
        with transaction():
            refresh_session(actor, form.password.data or "")
    except (Invalid, TooSoon) as error:
        status, headers = refuse(form, error)
        return render_template("accounts/refresh.html", form=form, has_password=has_password), status, headers
    session["_fresh"] = True
    return redirect(local_path(form.next.data) or url_for("accounts.settings"), 303)


@pages.post("/logout")
def logout() -> Response:
    actor = current_actor()
    if actor.is_authenticated:
        with transaction():
            end_session(actor)
    logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("home.index"), 303)
