from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_act, may_act_as
from app.kernel.i18n import _l
from app.kernel.policy import YES, Verdict, no


def may_manage_products(actor: Actor) -> Verdict:
    """Create and change products, calendars and kinds."""
    return may_act_as(actor, "admin")


def may_appoint(actor: Actor, product_id: int) -> Verdict:
    """Name experts of a product: its lead, or an administrator."""
    verdict = may_act(actor)
    if not verdict or actor.role in ("admin", "system"):
        return verdict
    if actor.role == "lead" and actor.serves(product_id):
        return YES
    return no(_l("Only a lead of this product or an administrator appoints experts."))
