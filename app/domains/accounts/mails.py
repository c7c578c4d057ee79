"""The mails about an account, written by the worker: so a page answers in the same time for every address."""

from datetime import timedelta
from typing import Any

from app.domains.accounts.actions.links import make_link, void_links
from app.domains.accounts.models import LinkPurpose, User
from app.domains.accounts.queries import user_by_email, user_by_id
from app.domains.accounts.tokens import new_token, token_hash
from app.kernel.i18n import _l
from app.kernel.jobs import enqueue
from app.kernel.mail import send_later
from app.kernel.rendering import absolute_url, mail_from_template

CONFIRM_WITHIN = timedelta(days=3)
RESET_WITHIN = timedelta(hours=1)

NOTICES = {
    "password_changed": _l("Your password was changed."),
    "address_changed": _l("The e-mail address of your account was changed. This address is no longer used."),
    "second_factor_on": _l("An authenticator app was set up. From now on, signing in asks for a code as well."),
    "second_factor_off": _l("The authenticator app was taken off your account. Signing in asks for the password only."),
    "recovery_code_used": _l("A recovery code was used to sign in. Each code works only once."),
    "token_made": _l("A new API token was made. Programs that hold it act in your name."),
    "role_changed": _l("Your role in the forum was changed. Please sign in again."),
    "left": _l("Your account was deleted as you asked. What you wrote stays, without your name."),
}


def mail_confirmation_link(user_id: int | None) -> None:
    """The first link of a new account, or one more; nobody's address, or one that is confirmed, needs none."""
    if user_id is None:
        return
    user = user_by_id(user_id)
    if user.email is None or user.email_confirmed_at is not None or user.anonymised_at is not None:
        return
    token = make_link(LinkPurpose.CONFIRM_EMAIL, user_id=user.id, valid_for=CONFIRM_WITHIN)
    _send("confirm", user, token, url=absolute_url("accounts.confirm", token=token))


def mail_account_exists(email: str) -> None:
    """Somebody registered with an address that has an account: only its owner learns of it."""
    user = user_by_email(email)
    if user is None:
        return
    if user.email_confirmed_at is None:
        mail_confirmation_link(user.id)
        return
    urls = {"url": absolute_url("accounts.login"), "forgot_url": absolute_url("accounts.forgot")}
    _send("exists", user, make_mark(user), **urls)


def mail_reset_link(email: str) -> None:
    """A single-use link to choose a new password; an address without an account gets nothing."""
    user = user_by_email(email)
    if user is None or user.anonymised_at is not None:
        return
    void_links(user.id, LinkPurpose.RESET_PASSWORD)
    token = make_link(LinkPurpose.RESET_PASSWORD, user_id=user.id, valid_for=RESET_WITHIN)
    _send("reset", user, token, url=absolute_url("accounts.reset", token=token))


def mail_change_link(user_id: int, email: str) -> None:
    """To the new address: the link that makes it the account's. To one that is taken: a word to its owner."""
    owner = user_by_email(email)
    if owner is not None and owner.id != user_id:
        mail_account_exists(email)
        return
    user = user_by_id(user_id)
    void_links(user.id, LinkPurpose.CHANGE_EMAIL)
    token = make_link(LinkPurpose.CHANGE_EMAIL, user_id=user.id, valid_for=CONFIRM_WITHIN, data={"email": email})
    _send("change_email", user, token, recipient=email, url=absolute_url("accounts.confirm_change", token=token))


def mail_notice(user_id: int, kind: str, recipient: str, name: str, mark: str) -> None:
    """What changed in the account, so that its owner can object."""
    user = user_by_id(user_id)
    url = absolute_url("accounts.forgot")
    _send("notice", user, mark, recipient=recipient, name=name, sentence=NOTICES[kind], url=url, forgot=kind != "left")


def notify(user: User, kind: str, *, recipient: str | None = None) -> None:
    """Promise a notice in the caller's transaction; an account without an address hears nothing."""
    to = recipient or user.email
    if to:
        about = {"user_id": user.id, "kind": kind, "recipient": to, "name": user.name, "mark": make_mark(user)}
        enqueue(mail_notice, about)


def make_mark(user: User) -> str:
    """A word that no other mail has."""
    return f"{user.id}.{new_token()}"


def _send(template: str, user: User, mark: str, *, recipient: str | None = None, **context: Any) -> None:
    mail = mail_from_template(
        f"accounts/{template}",
        key=f"accounts:{template}:{token_hash(mark)[:24]}",
        recipient=recipient or user.email or "",
        language=user.language,
        **{"name": user.name, **context},
    )
    send_later(mail)
