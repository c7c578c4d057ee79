"""Language and appearance: a cookie for visitors, a column for members."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.actions.profiles import THEMES, choose_language, choose_theme
from app.kernel.languages import supported
from app.kernel.transaction import transaction
from app.web.accounts.blueprint import pages
from app.web.actors import current_actor
from app.web.local_paths import local_path

A_YEAR_SECONDS = 365 * 24 * 3600


@pages.post("/settings/language")
def set_language() -> Response:
    actor, wanted = current_actor(), supported(request.form.get("language"))
    if wanted and actor.is_authenticated:
        with transaction():
            choose_language(actor, wanted)
    return _back("language", wanted)


@pages.post("/settings/theme")
def set_theme() -> Response:
    actor, wanted = current_actor(), request.form.get("theme", "")
    if wanted in THEMES and actor.is_authenticated:
        with transaction():
            choose_theme(actor, wanted)
    return _back("theme", wanted if wanted in THEMES else None)


def _back(name: str, value: str | None) -> Response:
    """To where the person was, with the cookie that this browser keeps also when signed out."""
    response = redirect(local_path(request.form.get("next")) or url_for("home.index"), 303)
    if value:
        response.set_cookie(
            name, value, max_age=A_YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response
