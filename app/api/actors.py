"""Who is asking, for calls: the owner of the token, or the visitor. The object itself, not the proxy."""

from typing import cast

from flask_login import current_user

from app.domains.accounts.actor import Actor


def current_actor() -> Actor:
    return cast(Actor, current_user._get_current_object())
