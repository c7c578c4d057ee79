"""Language and appearance: a cookie for visitors, a column for members."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug.wrappers import Response

from app.domains.accounts.actions.profiles import THEMES, choose_language, choose_preferences, choose_theme
from app.domains.accounts.queries import user_by_id
from app.kernel.i18n import _, in_language
from app.kernel.languages import supported
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.accounts.forms import PreferencesForm
from app.web.actors import current_actor
from app.web.context import theme
from app.web.local_paths import local_path

A_YEAR_SECONDS = 365 * 24 * 3600


@pages.post("/settings/language")
def set_language() -> Response:
    actor, wanted = current_actor(), supported(request.form.get("language"))
    if wanted and actor.is_authenticated:
        with transaction():
            choose_language(actor, wanted)
    return _kept(_back(), language=wanted)


@pages.post("/settings/theme")
def set_theme() -> Response:
    actor, wanted = current_actor(), request.form.get("theme", "")
    if wanted in THEMES and actor.is_authenticated:
        with transaction():
            choose_theme(actor, wanted)
    return _kept(_back(), theme=wanted if wanted in THEMES else None)


@pages.route("/settings/preferences", methods=["GET", "POST"])
@login_required
def preferences() -> Any:
    actor, form = current_actor(), PreferencesForm()
    if request.method == "GET":
        user = user_by_id(actor.id or 0)
        form.process(data={"language": supported(user.language), "timezone": user.timezone, "theme": theme()})
        return render_template("accounts/settings_preferences.html", form=form)
    chosen = {name: request.form.get(name, "") for name in ("language", "timezone", "theme")}
    with transaction():
        choose_preferences(actor, **chosen)
    with in_language(supported(chosen["language"]) or actor.language):
        flash(_("Saved."), "success")
    answer = redirect(url_for("accounts.preferences"), 303)
    wanted = chosen["theme"] if chosen["theme"] in THEMES else None
    return _kept(answer, language=supported(chosen["language"]), theme=wanted)


def _back() -> Response:
    """To where the person was."""
    return redirect(local_path(request.form.get("next")) or url_for("home.index"), 303)


def _kept(response: Response, **chosen: str | None) -> Response:
    """With the cookies that this browser keeps also when signed out."""
    for name, value in chosen.items():
        if value:
            response.set_cookie(
                name, value, max_age=A_YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure
            )
    return response
