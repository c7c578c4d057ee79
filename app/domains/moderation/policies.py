"""Who flags, who decides, who suspends; the log is public."""

from typing import Any

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_act, may_act_as
from app.domains.questions.policies import author_of
from app.kernel.i18n import _l
from app.kernel.policy import YES, Verdict, no


def may_flag(actor: Actor, post: Any) -> Verdict:
    """Anyone signed in, on others' posts."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id == author_of(post):
        return no(_l("This is your own post: you can edit or delete it."))
    return YES


def may_moderate(actor: Actor) -> Verdict:
    """See the queue, decide flags, hide and restore."""
    return may_act_as(actor, "moderator", "lead", "admin")
