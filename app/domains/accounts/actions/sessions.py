"""Signing in and out: the session row is the only thing that counts."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import Session, User
from app.domains.accounts.names import email_key, name_key
from app.domains.accounts.passwords import hash_password, matches, needs_rehash
from app.domains.accounts.policies import PRIVILEGED_ROLES, may_use_own_account
from app.domains.accounts.queries import user_by_login
from app.domains.accounts.tokens import new_token, token_hash
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.policy import require

BY_ACCOUNT = limit("sign_in_account", "10/15 minutes", _l("Tries to sign in to one account."))
BY_ADDRESS = limit("sign_in_address", "25/5 minutes", _l("Tries to sign in from one address of the network."))

BROWSER_SESSION = timedelta(hours=12)
STAYS_FOR = timedelta(days=14)
STAFF_STAYS_FOR = timedelta(hours=8)


@dataclass(frozen=True)
class Browser:
    """Where a sign-in comes from, as the person later sees it in the list of sessions."""

    address: str = ""
    name: str = ""


def check_credentials(login: str, password: str, browser: Browser) -> User:
    """The person, or Invalid: the same words and the same time for a wrong name and a wrong password."""
    spend(BY_ADDRESS, browser.address)
    login = login.strip()[:320]
    # A name has as many spellings as one likes; those that lead to one account are counted as one.
    spend(BY_ACCOUNT, email_key(login) if "@" in login else name_key(login))
    user = user_by_login(login)
    right = matches(user.password_hash if user else None, password[:1000])
    if user is None or not right or user.anonymised_at is not None:
        raise Invalid(_("Name or password is not right. Please check both, or choose a new password."))
    return user


def freshen_hash(user: User, password: str) -> None:
    """Hash again where the parameters have been raised since."""
    if user.password_hash and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)


def open_session(user: User, browser: Browser, *, stays: bool, second_factor: bool = False) -> str:
    """A new session row; gives the token for the cookie. Staff stay signed in for a working day only."""
    staff = user.role.value in PRIVILEGED_ROLES
    lifetime = STAFF_STAYS_FOR if staff else STAYS_FOR if stays else BROWSER_SESSION
    token, at = new_token(), now()
    row = Session(token_hash=token_hash(token), user_id=user.id, created_at=at, authenticated_at=at, seen_at=at)
    row.expires_at, row.stays = at + lifetime, stays
    row.address, row.browser = browser.address[:64], browser.name[:300]
    row.second_factor_at = at if second_factor else None
    db.session.add(row)
    user.seen_at = at
    db.session.flush()
    return token


def refresh_session(actor: Actor, password: str) -> None:
    """The password once more, for what only a fresh sign-in may do."""
    require(may_use_own_account(actor))
    spend(BY_ACCOUNT, actor.id)
    user = db.session.get_one(User, actor.id)
    if not matches(user.password_hash, password):
        raise Invalid(fields={"password": [_("This is not your password.")]})
    mine = update(Session).where(Session.id == actor.session_id)
    db.session.execute(mine.values(authenticated_at=now()))


def end_session(actor: Actor, session_id: int | None = None) -> None:
    """Sign one browser out: this one, or another of one's own."""
    require(may_use_own_account(actor))
    wanted = actor.session_id if session_id is None else session_id
    row = db.session.scalar(select(Session).where(Session.id == wanted, Session.user_id == actor.id))
    if row is None:
        raise NotFound()
    db.session.delete(row)


def end_other_sessions(actor: Actor) -> None:
    """Sign every other browser out."""
    require(may_use_own_account(actor))
    assert actor.id is not None
    end_all_sessions(actor.id, except_id=actor.session_id)


def end_all_sessions(user_id: int, *, except_id: int | None = None) -> None:
    """After a change of password, address or role, a suspension, or a lost telephone."""
    every = delete(Session).where(Session.user_id == user_id)
    db.session.execute(every if except_id is None else every.where(Session.id != except_id))


def note_seen(token: str) -> None:
    """The session was used: its idle time begins anew, up to its kind's limit."""
    at = now()
    row = db.session.scalar(select(Session).where(Session.token_hash == token_hash(token), Session.expires_at > at))
    if row is None:
        return
    user = db.session.get_one(User, row.user_id)
    lifetime = STAFF_STAYS_FOR if user.role.value in PRIVILEGED_ROLES else STAYS_FOR if row.stays else BROWSER_SESSION
    absolute = timedelta(hours=24) if user.role.value in PRIVILEGED_ROLES else timedelta(days=90)
    row.seen_at = user.seen_at = at
    row.expires_at = min(at + lifetime, row.created_at + absolute)
