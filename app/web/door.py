"""How people come in: Flask-Login is the only door, the session row the only key."""

from datetime import timedelta
from typing import Any

from flask import Flask, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.actions.sessions import note_seen
from app.domains.accounts.actor import Actor, guest
from app.domains.accounts.queries import actor_of_session
from app.extensions import login_manager
from app.kernel.clock import now
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.context import guest_language, guest_timezone

FRESH_FOR = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=5)


def install(app: Flask) -> None:
    login_manager.user_loader(load_user)
    login_manager.anonymous_user = visitor  # type: ignore[assignment]
    login_manager.unauthorized_handler(to_sign_in)
    login_manager.needs_refresh_handler(to_refresh)
    login_manager.session_protection = None  # the session row knows the browser; a changed address ends nothing
    app.after_request(note_visit)


def for_api() -> bool:
    """Calls of programs. The page that explains them is a page like any other."""
    return request.path.startswith("/api/") and request.endpoint != "api.docs"


def load_user(token: str) -> Actor | None:
    """The person of the browser's session row. The API takes tokens only, so that no other site can use a cookie."""
    if for_api():
        return None
    actor = actor_of_session(token)
    if actor is not None and actor.authenticated_at is not None:
        _note_freshness(actor.authenticated_at > now() - FRESH_FOR)
    return actor


def _note_freshness(is_fresh: bool) -> None:
    """For Flask-Login, which asks the session. The cookie is not written for it: each answer that writes the cookie
    takes along what another one, asked for at the same time, has put there, such as "Your question is published"."""
    was_modified = session.modified
    session["_fresh"] = is_fresh
    session.modified = was_modified


def visitor() -> Actor:
    return guest(guest_language(), guest_timezone(), request.cookies.get("theme", "auto"))


def to_sign_in() -> Any:
    """What a page for members shows a visitor: sign in, and come back here."""
    if request.headers.get("HX-Request") or request.method != "GET":
        flash(_("Please sign in to go on. What you typed is kept in this browser."), "notice")
    return _to("accounts.login")


def to_refresh() -> Response:
    """Password, address, tokens, roles and export ask for the password again after half an hour."""
    flash(_("Please enter your password again before you change this."), "notice")
    return _to("accounts.refresh")


def _to(endpoint: str) -> Response:
    back = request.full_path.rstrip("?") if request.method == "GET" else _referring_path()
    return redirect(url_for(endpoint, next=back), 303)


def note_visit(response: Response) -> Response:
    """Keep `seen_at` roughly: at most one write in five minutes, and none where nobody is signed in."""
    actor = g.get("_login_user")
    seen_at = actor.session_seen_at if actor is not None else None
    if seen_at is not None and seen_at < now() - NOTED_EVERY:
        with transaction():
            note_seen(actor.session_token)
    return response


def _referring_path() -> str:
    """Where the form stood, without the host: a foreign referrer leads home."""
    from urllib.parse import urlsplit

    parts = urlsplit(request.referrer or "")
    own = parts.netloc == request.host
    return (parts.path + (f"?{parts.query}" if parts.query else "")) if own and parts.path else "/"
