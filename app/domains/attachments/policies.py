"""Who may send a file, take it back, and see it as long as no post holds it; afterwards the post decides."""

from typing import Any

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_act
from app.kernel.policy import UNSEEN, YES, Verdict


def may_attach(actor: Actor) -> Verdict:
    """Whoever may post. A visitor has no account that the day's limit could count."""
    return may_act(actor)


def may_see_unlinked(actor: Actor, attachment: Any) -> Verdict:
    """Whoever sees hidden posts sees this too: what is in no post may be the next one to look into."""
    own = actor.id is not None and attachment.owner_id == actor.id
    return YES if own or actor.sees_hidden else UNSEEN


def may_forget(actor: Actor, attachment: Any) -> Verdict:
    """Its owner; for others it is not there to be taken away."""
    return may_attach(actor) if actor.id is not None and attachment.owner_id == actor.id else UNSEEN
