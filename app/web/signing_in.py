"""What the browser remembers of a sign-in: the session row's token, nothing else."""

from flask import session
from flask_login import login_user

from app.domains.accounts.queries import actor_of_session


def remember(token: str) -> None:
    """Begin a new cookie session that holds this token. Call it after the transaction that opened the row."""
    kept = {name: session[name] for name in ("draft",) if name in session}
    session.clear()  # a new id at sign-in: nothing of the visitor's session stays but the draft
    session.update(kept)
    actor = actor_of_session(token)
    if actor is not None:
        login_user(actor, fresh=True)
        session.permanent = True
