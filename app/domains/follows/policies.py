from app.domains.accounts.actor import Actor
from app.kernel.i18n import _l
from app.kernel.policy import YES, Verdict, no


def may_follow(actor: Actor) -> Verdict:
    return YES if actor.is_authenticated or actor.role == "system" else no(_l("Please sign in first."))
