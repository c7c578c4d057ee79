"""Becoming a member: register, confirm the address."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from app.domains.accounts.actions.links import use_link
from app.domains.accounts.actor import Actor
from app.domains.accounts.easy_passwords import is_easy
from app.domains.accounts.events import EmailConfirmed, UserRegistered
from app.domains.accounts.mails import mail_account_exists
from app.domains.accounts.models import LinkPurpose, Role, User
from app.domains.accounts.names import clean_name, email_key, name_key
from app.domains.accounts.passwords import hash_password
from app.domains.accounts.policies import may_register, may_use_own_account
from app.extensions import db
from app.kernel.clock import known_zones, now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _, _l
from app.kernel.jobs import enqueue
from app.kernel.languages import supported
from app.kernel.limits import limit, spend
from app.kernel.policy import require

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
SIGN_UPS = limit("sign_up", "5/30 minutes", _l("New accounts from one address of the network."))
BY_TARGET = limit("sign_up_target", "5/hour", _l("Tries to register one e-mail address."))


@dataclass(frozen=True)
class Registration:
    name: str
    email: str
    password: str
    language: str = "en"
    timezone: str = "UTC"


def register(actor: Actor, wanted: Registration, *, from_address: str) -> User | None:
    """A new member whose address is not yet confirmed.

    None where the address has an account already: its owner is told by mail, the visitor sees the same page.
    """
    require(may_register(actor))
    spend(SIGN_UPS, from_address)
    name, email = clean_name(wanted.name), clean_email(wanted.email)
    spend(BY_TARGET, email_key(email))
    check_password(wanted.password, name, email)
    # Names are public and addresses are not: a taken name is said before anybody looks for the address.
    require_free_name(name)
    hashed = hash_password(wanted.password)  # before the look-up, so that both ways cost the same time
    if db.session.scalar(select(User.id).where(User.email_key == email_key(email))):
        enqueue(mail_account_exists, {"email": email})
        return None
    return create_user(name=name, email=email, password_hash=hashed, language=wanted.language, timezone=wanted.timezone)


def create_user(
    *,
    name: str,
    email: str | None,
    password_hash: str | None = None,
    role: Role = Role.MEMBER,
    language: str = "en",
    timezone: str = "UTC",
    confirmed: bool = False,
) -> User:
    """The row and its event. Asks no policy: `register`, the command line and imports have done so."""
    user = User(name=name, name_key=name_key(name), email=email, password_hash=password_hash, role=role)
    user.email_key = email_key(email) if email else None
    user.language = supported(language) or "en"
    user.timezone = clean_timezone(timezone)
    user.created_at = now()
    user.email_confirmed_at = now() if confirmed else None
    user.level = 0
    db.session.add(user)
    db.session.flush()
    publish(UserRegistered(user_id=user.id, actor_id=user.id))
    if confirmed:
        publish(EmailConfirmed(user_id=user.id, actor_id=user.id))
    return user


def confirm_email(token: str) -> User:
    """What the link in the mail does; the token is the right."""
    link = use_link(token, LinkPurpose.CONFIRM_EMAIL)
    user = db.session.get_one(User, link.user_id)
    require(may_use_own_account(Actor(id=user.id, role=user.role.value)))
    mark_confirmed(user)
    return user


def mark_confirmed(user: User) -> None:
    """Somebody has come by a link that went to the account's address; the first time is told to whom it concerns."""
    if user.email is not None and user.email_confirmed_at is None:
        user.email_confirmed_at = now()
        publish(EmailConfirmed(user_id=user.id, actor_id=user.id))


def clean_email(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise Invalid(fields={"email": [_("This is not an e-mail address. An example: ann@example.com")]}) from None


def clean_timezone(timezone: str) -> str:
    return timezone if timezone in known_zones() else "UTC"


def check_password(password: str, *about: str) -> None:
    """Length and nothing else a person must guess at; only the very worst are refused. `about`: name and address."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        sentence = _(
            "A password has %(low)s to %(high)s characters. Four words in a row are a good one.",
            low=SHORTEST_PASSWORD,
            high=LONGEST_PASSWORD,
        )
        raise Invalid(fields={"password": [sentence]})
    if is_easy(password, *about):
        sentence = _(
            "This password is too easy to guess: it is little more than a row of keys, a repetition, a very common "
            "word or your own name. Please choose another, for example four words in a row."
        )
        raise Invalid(fields={"password": [sentence]})


def require_free_name(name: str, *, except_user_id: int | None = None) -> None:
    taken = db.session.scalar(select(User.id).where(User.name_key == name_key(name)))
    if taken is not None and taken != except_user_id:
        raise Invalid(fields={"name": [_("Somebody already has this name, or one that looks like it.")]})
