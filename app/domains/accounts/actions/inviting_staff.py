"""Somebody joins the team: an administrator gives name, address and role, a mail brings the link that signs in once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.domains.accounts.actions.links import make_link
from app.domains.accounts.actions.registering import clean_email, create_user, require_free_name
from app.domains.accounts.actions.roles import set_teams
from app.domains.accounts.actor import STAFF_ROLES, Actor
from app.domains.accounts.events import RoleGranted
from app.domains.accounts.models import LinkPurpose, Role, User
from app.domains.accounts.names import clean_name, email_key
from app.domains.accounts.policies import may_grant_roles
from app.domains.accounts.tokens import token_hash
from app.extensions import db
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.mail import send_later
from app.kernel.policy import require
from app.kernel.rendering import absolute_url, mail_from_template

VALID_FOR = timedelta(days=7)  # a colleague may be away; afterwards the person asks for a new password
INVITED_ROLES = tuple(role for role in Role if role != Role.MEMBER)
INVITATIONS = limit("staff_invitations", "50/hour", _l("Colleagues that one administrator invites."))


@dataclass(frozen=True)
class Colleague:
    """What the form holds; `product_ids`: whom they serve, none = all."""

    name: str
    email: str
    role: str
    language: str
    product_ids: tuple[int, ...] = ()


def invite_staff(actor: Actor, wanted: Colleague) -> User:
    """The account, its role and teams, and the promise of a mail. An address that has an account is refused."""
    require(may_grant_roles(actor))
    spend(INVITATIONS, actor.id)
    name, email = clean_name(wanted.name), clean_email(wanted.email)
    if wanted.role not in INVITED_ROLES:
        raise Invalid(fields={"role": [_("Please choose a role from the list.")]})
    if db.session.scalar(select(User.id).where(User.email_key == email_key(email))):
        sentence = _("There is an account with this address already. Give it a role under People.")
        raise Invalid(fields={"email": [sentence]})
    require_free_name(name)
    user = create_user(name=name, email=email, role=Role(wanted.role), language=wanted.language)
    set_teams(user.id, _served(wanted))
    publish(RoleGranted(user_id=user.id, role=wanted.role, before=Role.MEMBER.value, actor_id=actor.id))
    _mail_link(user, actor)
    return user


def _served(wanted: Colleague) -> Iterable[int]:
    return wanted.product_ids if wanted.role in STAFF_ROLES else ()


def _mail_link(user: User, actor: Actor) -> None:
    token = make_link(LinkPurpose.SIGN_IN, user_id=user.id, valid_for=VALID_FOR)
    mail = mail_from_template(
        "accounts/invited",
        key=f"accounts:invited:{token_hash(token)[:24]}",
        recipient=user.email or "",
        language=user.language,
        name=user.name,
        inviter=actor.name,
        days=VALID_FOR.days,
        url=absolute_url("accounts.sign_in_link", token=token),
    )
    send_later(mail)
