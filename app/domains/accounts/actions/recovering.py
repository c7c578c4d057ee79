"""A forgotten password, a lost confirmation mail: the answer is always the same, the mail goes to the owner only."""

from sqlalchemy import select

from app.domains.accounts.actions.links import look_at_link, use_link
from app.domains.accounts.actions.passwords_changing import check_new_password, set_password
from app.domains.accounts.actions.registering import clean_email, mark_confirmed
from app.domains.accounts.actor import Actor
from app.domains.accounts.mails import mail_confirmation_link, mail_reset_link
from app.domains.accounts.models import LinkPurpose, User
from app.domains.accounts.names import email_key
from app.domains.accounts.policies import may_recover, may_use_own_account
from app.extensions import db
from app.kernel.i18n import _l
from app.kernel.jobs import enqueue
from app.kernel.limits import limit, spend
from app.kernel.policy import require

RESET_MAILS = limit("reset_mails", "2/hour; 5/day", _l("Mails with a link for a new password to one address."))
CONFIRM_MAILS = limit("confirm_mails", "2/hour; 5/day", _l("Mails that confirm one address."))
BY_NETWORK = limit("account_mails", "20/hour", _l("Account mails asked for from one address of the network."))


def ask_for_reset(actor: Actor, email: str, *, from_address: str) -> str:
    """Whether or not the address has an account: one job, the same words, the same limit."""
    require(may_recover(actor))
    wanted = clean_email(email)
    spend(BY_NETWORK, from_address)
    spend(RESET_MAILS, email_key(wanted))
    enqueue(mail_reset_link, {"email": wanted})
    return wanted


def reset_password(token: str, password: str) -> User:
    """Use the link up and set the password; every session ends, every other link is void. The token is the right."""
    link = look_at_link(token, LinkPurpose.RESET_PASSWORD)
    user = db.session.get_one(User, link.user_id)
    require(may_use_own_account(Actor(id=user.id, role=user.role.value)))
    check_new_password(password, user)
    use_link(token, LinkPurpose.RESET_PASSWORD)
    set_password(user, password)
    mark_confirmed(user)
    return user


def ask_for_confirmation(actor: Actor, email: str, *, from_address: str) -> str:
    """One more confirmation link, for whoever did not find the first; the answer is always the same."""
    require(may_recover(actor))
    wanted = clean_email(email)
    spend(BY_NETWORK, from_address)
    spend(CONFIRM_MAILS, email_key(wanted))
    user_id = db.session.scalar(select(User.id).where(User.email_key == email_key(wanted)))
    # A number that is nobody's keeps the work, and so the time, the same.
    enqueue(mail_confirmation_link, {"user_id": user_id})
    return wanted
