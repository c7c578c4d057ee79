"""The API's door: a token in the header, what it allows, how often it may be used."""

from datetime import timedelta

import structlog
from flask import Flask, Request, g, request
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from app.api.actors import current_actor
from app.domains.accounts.actions.tokens_managing import note_use
from app.domains.accounts.actor import GUEST, Actor
from app.domains.accounts.queries import actor_of_token
from app.domains.accounts.tokens import token_hash
from app.extensions import login_manager
from app.kernel.clock import now
from app.kernel.errors import DomainError, NotAllowed
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.transaction import transaction

CALLS = limit("api_calls", "300/5 minutes", _l("API calls with one token, or of guests from one network address."))
NOTED_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


class NotSignedIn(DomainError):
    """No token, or one that is not valid any more."""

    status = 401


def install(app: Flask) -> None:
    login_manager.request_loader(load_from_token)
    app.after_request(note_call)


def load_from_token(asked: Request) -> Actor | None:
    """The person of an API token, from the header only, under /api/ only."""
    token = sent_token(asked)
    return actor_of_token(token) if token and asked.path.startswith("/api/") else None


def sent_token(asked: Request) -> str:
    kind, _space, token = asked.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def note_call(response: Response) -> Response:
    """Keep `used_at` roughly: at most one write in a minute, and none where nobody came by a token."""
    actor: Actor = g.get("_login_user") or GUEST
    last = actor.token_used_at
    if actor.token_id is not None and (last is None or last <= now() - NOTED_EVERY):
        try:
            with transaction():
                note_use(actor)
        except OperationalError:
            log.warning("tokens.use_not_stored", token=actor.token_id)  # the call itself was done and is answered
    return response


def admit(scope: str, *, guests: bool) -> None:
    """Let the request in: a valid token that may do this, or none at all where guests may read."""
    actor = current_actor()
    spend(CALLS, token_hash(sent_token(request)) if actor.is_authenticated else request.remote_addr)
    if not actor.is_authenticated:
        if "Authorization" in request.headers:
            raise NotSignedIn(_("This token is not valid. Please make a new one in your settings."))
        if not guests:
            raise NotSignedIn(_("Please sign in first."))
    elif actor.scopes and scope not in actor.scopes:
        raise NotAllowed(_("This token may not do this: it lacks the scope “%(scope)s”.", scope=scope))
