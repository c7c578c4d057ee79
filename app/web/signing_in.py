"""What the browser remembers of a sign-in: the session row's token, nothing else."""

from datetime import timedelta

from flask import current_app, session
from flask_login import login_user

from app.domains.accounts.queries import actor_of_session
from app.kernel.clock import now


def remember(token: str) -> None:
    """Begin a new cookie session that holds this token. Call it after the transaction that opened the row."""
    kept = {name: session[name] for name in ("draft",) if name in session}
    session.clear()  # a new id at sign-in: nothing of the visitor's session stays but the draft
    session.update(kept)
    actor = actor_of_session(token)
    if actor is not None:
        login_user(actor, fresh=True)
        session["seen"] = now().timestamp()
        # The row decides how long; the cookie only has to live as long as the longest row.
        session.permanent = True
        current_app.permanent_session_lifetime = timedelta(days=90)
