"""A new password, a new address: both end what the old ones opened."""

from sqlalchemy import select, update

from app.domains.accounts.actions.links import use_link, void_links
from app.domains.accounts.actions.registering import check_password, clean_email, mark_confirmed
from app.domains.accounts.actions.sessions import BY_ACCOUNT, end_all_sessions
from app.domains.accounts.actor import Actor
from app.domains.accounts.mails import mail_change_link, notify
from app.domains.accounts.models import LinkPurpose, Session, User
from app.domains.accounts.names import email_key
from app.domains.accounts.passwords import hash_password, matches
from app.domains.accounts.policies import may_use_own_account
from app.domains.accounts.tokens import new_token, token_hash
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.i18n import _, _l
from app.kernel.jobs import enqueue
from app.kernel.limits import limit, spend
from app.kernel.policy import require

CREDENTIAL_LINKS = (LinkPurpose.RESET_PASSWORD, LinkPurpose.CHANGE_EMAIL, LinkPurpose.SIGN_IN)
CHANGE_MAILS = limit("change_mails", "5/hour", _l("Confirmation mails of one account to a new address."))


def change_password(actor: Actor, current: str, wanted: str) -> str:
    """Signs every other browser out; gives the new token of this one."""
    require(may_use_own_account(actor))
    spend(BY_ACCOUNT, actor.id)
    user = db.session.get_one(User, actor.id)
    # Whoever came by a link of a mail has no password yet; their sign-in is fresh, which the page demands.
    if user.password_hash is not None and not matches(user.password_hash, current[:1000]):
        raise Invalid(fields={"current": [_("This is not your password.")]})
    check_new_password(wanted, user)
    set_password(user, wanted, keep_session=actor.session_id)
    return renew_session(actor)


def check_new_password(wanted: str, user: User) -> None:
    check_password(wanted, user.name, user.email or "")


def set_password(user: User, wanted: str, *, keep_session: int | None = None) -> None:
    """The hash, and the end of everything that the old password had opened."""
    user.password_hash = hash_password(wanted)
    end_all_sessions(user.id, except_id=keep_session)
    void_links(user.id, *CREDENTIAL_LINKS)
    notify(user, "password_changed")


def renew_session(actor: Actor) -> str:
    """A new token for this browser's row, so that a copied cookie dies with the old password."""
    require(may_use_own_account(actor))
    token = new_token()
    mine = update(Session).where(Session.id == actor.session_id, Session.user_id == actor.id)
    db.session.execute(mine.values(token_hash=token_hash(token), authenticated_at=now()))
    return token


def ask_for_address(actor: Actor, email: str) -> str:
    """Send a link to the new address; the old one counts until it is used. Answers alike for a taken address."""
    require(may_use_own_account(actor))
    spend(CHANGE_MAILS, actor.id)
    wanted = clean_email(email)
    user = db.session.get_one(User, actor.id)
    if user.email_key == email_key(wanted):
        raise Invalid(fields={"email": [_("This is your address already.")]})
    enqueue(mail_change_link, {"user_id": user.id, "email": wanted})
    return wanted


def confirm_address(token: str) -> User:
    """What the link in the mail to the new address does; the token is the right."""
    link = use_link(token, LinkPurpose.CHANGE_EMAIL)
    user = db.session.get_one(User, link.user_id)
    require(may_use_own_account(Actor(id=user.id, role=user.role.value)))
    wanted = link.data["email"]
    if db.session.scalar(select(User.id).where(User.email_key == email_key(wanted), User.id != user.id)):
        raise Invalid(_("This address belongs to another account by now."))
    if user.email_confirmed_at is not None:
        notify(user, "address_changed", recipient=user.email)
    user.email, user.email_key = wanted, email_key(wanted)
    mark_confirmed(user)
    end_all_sessions(user.id)
    void_links(user.id, *CREDENTIAL_LINKS, LinkPurpose.CONFIRM_EMAIL)
    return user
