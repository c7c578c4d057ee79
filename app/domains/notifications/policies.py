"""Notices are everybody's own: nobody reads, marks or switches another person's."""

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_use_own_account
from app.kernel.policy import Verdict


def may_read_inbox(actor: Actor) -> Verdict:
    return may_use_own_account(actor)


def may_set_preferences(actor: Actor) -> Verdict:
    return may_use_own_account(actor)
