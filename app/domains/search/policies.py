from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_administer
from app.kernel.policy import Verdict


def may_rebuild(actor: Actor) -> Verdict:
    """Also whoever may look at how search is doing."""
    return may_administer(actor)
