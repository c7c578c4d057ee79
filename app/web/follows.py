"""The choice of how much one wants to hear of a question, tag or product: what its forms send."""

from flask import Flask, request

from app.domains.accounts.actor import Actor
from app.domains.follows import actions
from app.domains.follows.models import FollowKind, FollowLevel
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l

LEVELS = (
    (FollowLevel.WATCHING, _l("Watching"), _l("What is new comes to your inbox, and by mail as you have set it.")),
    (FollowLevel.TRACKING, _l("Tracking"), _l("What is new comes to your inbox, without mail.")),
    (FollowLevel.NORMAL, _l("Normal"), _l("You hear of what is yours, and where you are named or asked.")),
    (FollowLevel.MUTED, _l("Muted"), _l("You hear nothing, unless you are asked to do something; lists leave it out.")),
)


def install(app: Flask) -> None:
    """For `_macros/follow.html`, which is used by pages and parts alike."""
    app.jinja_env.globals["follow_levels"] = LEVELS


def set_sent_level(actor: Actor, kind: FollowKind, target_id: int) -> None:
    """`level` of the four, or `follow`, which only goes on and off."""
    level = request.form.get("level")
    if level is not None:
        if level not in set(FollowLevel):
            raise Invalid(_("Please choose one of the four."))
        actions.follow(actor, kind, target_id, FollowLevel(level))
    elif request.form.get("follow") == "0":
        actions.unfollow(actor, kind, target_id)
    else:
        actions.follow(actor, kind, target_id)
