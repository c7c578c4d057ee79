"""Who is asking, for views: Flask-Login's current user, which is always an Actor."""

from typing import cast

from flask import g
from flask_login import current_user

from app.domains.accounts.actor import Actor


def current_actor() -> Actor:
    """The actor of this request; the visitor is one too. The object itself, not the proxy: a page asks often."""
    return cast(Actor, g.get("_login_user") or current_user._get_current_object())
