"""Who may do what with invitations. Boards and their reasons are public."""

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_act, may_use_own_account
from app.kernel.i18n import _l
from app.kernel.policy import YES, Verdict, no


def may_decline(actor: Actor, invited_id: int) -> Verdict:
    """One's own invitation."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    return YES if actor.id == invited_id else no(_l("Only the person who was asked declines."))


def may_choose_invitations(actor: Actor) -> Verdict:
    return may_use_own_account(actor)
