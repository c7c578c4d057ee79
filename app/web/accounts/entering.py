"""Coming in: the session row, the cookie, and the first page."""

from typing import Any

from flask import flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.models import User
from app.domains.accounts.queries import user_by_id
from app.domains.accounts.tokens import token_hash
from app.kernel.clock import now
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.context import exact
from app.web.landing import landing_url
from app.web.local_paths import local_path
from app.web.signing_in import remember

SECOND_STEP_SECONDS = 600


def this_browser() -> Browser:
    return Browser(request.remote_addr or "", request.headers.get("User-Agent", ""))


def first_step_passed(user: User, *, stays: bool, then: str | None) -> Response:
    """In, or on to the code where the person has an authenticator app."""
    if user.totp_confirmed_at is None:
        with transaction():
            token = open_session(user_by_id(user.id), this_browser(), stays=stays)
        return enter(token, then)
    session["halfway"] = {
        "user": user.id,
        "until": now().timestamp() + SECOND_STEP_SECONDS,
        "stays": stays,
        "next": then or "",
        "proof": _proof(user),
    }
    return redirect(url_for("accounts.second_step"), 303)


def halfway() -> dict[str, Any] | None:
    """Who gave the password in this browser within ten minutes, and has not changed it since."""
    kept: dict[str, Any] | None = session.get("halfway")
    if not kept or kept["until"] < now().timestamp():
        return None
    return kept if kept["proof"] == _proof(user_by_id(kept["user"])) else None


def _proof(user: User) -> str:
    return token_hash(f"{user.id}:{user.password_hash}:{user.totp_confirmed_at}")[:24]


def enter(token: str, then: str | None = None) -> Response:
    """Give this browser its session, and lead the person to where they wanted, or to their work."""
    remember(token)
    actor = current_actor()
    if actor.suspended_until is not None and actor.suspended_until > now():
        sentence = _("Your account is suspended until %(date)s. Reason: %(reason)s")
        flash(sentence % {"date": exact(actor.suspended_until), "reason": actor.suspended_because}, "warning")
    return redirect(local_path(then) or landing_url(actor), 303)
