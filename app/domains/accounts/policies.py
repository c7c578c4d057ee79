"""Who may do what with accounts. Second factor and suspension are asked here, once for every other policy."""

from flask import current_app

from app.domains.accounts.actor import Actor
from app.kernel.clock import now
from app.kernel.i18n import _l
from app.kernel.policy import YES, Verdict, no

PRIVILEGED_ROLES = frozenset({"agent", "lead", "moderator", "pm", "admin"})


def needs_second_factor(actor: Actor) -> bool:
    """A privileged person who has not yet shown the second factor that this forum asks for."""
    required = current_app.extensions["config"].second_factor_required
    if actor.role not in PRIVILEGED_ROLES or actor.via != "session":
        return False
    return required and not actor.second_factor_passed


def may_act(actor: Actor) -> Verdict:
    """The common door of every policy that changes something."""
    if actor.role == "system":
        return YES
    if not actor.is_authenticated:
        return no(_l("Please sign in first."))
    if actor.suspended_until is not None and actor.suspended_until > now():
        return no(_l("Your account is suspended until %(date)s.", date=f"{actor.suspended_until:%Y-%m-%d}"))
    if needs_second_factor(actor):
        return no(_l("Your role needs a second factor: please set up an authenticator app in the settings."))
    if not actor.confirmed:
        return no(_l("Please confirm your e-mail address first: the link is in the mail that we sent you."))
    return YES


def may_act_as(actor: Actor, *roles: str) -> Verdict:
    """`may_act`, and one of these roles."""
    verdict = may_act(actor)
    if not verdict or actor.role == "system":
        return verdict
    return YES if actor.role in roles else no(_l("Your role does not allow this."))


def may_register(actor: Actor) -> Verdict:
    if actor.is_authenticated:
        return no(_l("You already have an account."))
    return YES


def may_edit_profile(actor: Actor, user_id: int) -> Verdict:
    if not actor.is_authenticated:
        return no(_l("Please sign in first."))
    if actor.id == user_id or actor.role == "admin":
        return YES
    return no(_l("This is somebody else's profile."))


def may_use_own_account(actor: Actor) -> Verdict:
    """Password, address, tokens, sessions, second factor: one's own, also while suspended or not yet confirmed."""
    if actor.is_authenticated or actor.role == "system":
        return YES
    return no(_l("Please sign in first."))


def may_use_api(actor: Actor) -> Verdict:
    return may_act(actor)


def may_administer(actor: Actor) -> Verdict:
    return may_act_as(actor, "admin")


def may_see_admin(actor: Actor) -> Verdict:
    return may_administer(actor)


def may_recover(_actor: Actor) -> Verdict:
    """Ask for a mail about an account that one cannot enter: everybody; limits and the mail box are the guard."""
    return YES


def may_grant_roles(actor: Actor) -> Verdict:
    return may_administer(actor)


def may_anonymise(actor: Actor, user_id: int) -> Verdict:
    """Delete an account: one's own, also while suspended; another's only as administrator."""
    return may_use_own_account(actor) if actor.id == user_id else may_administer(actor)


def may_suspend(actor: Actor, role: str) -> Verdict:
    """Moderators suspend members; only an administrator suspends staff and moderators."""
    verdict = may_act_as(actor, "moderator", "lead", "admin")
    if verdict and role != "member" and actor.role not in ("admin", "system"):
        return no(_l("Only an administrator may suspend a member of staff."))
    return verdict
