"""A one-time link that signs in: for the first administrator and for accounts made on the command line."""

from datetime import timedelta

from app.domains.accounts.actions.links import make_link, use_link
from app.domains.accounts.actions.registering import mark_confirmed
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import LinkPurpose, User
from app.domains.accounts.policies import may_administer, may_use_own_account
from app.extensions import db
from app.kernel.policy import require

VALID_FOR = timedelta(hours=24)


def make_sign_in_link(actor: Actor, user_id: int) -> str:
    """The token of `/login/link/<token>`; the command line acts as SYSTEM."""
    require(may_administer(actor))
    return make_link(LinkPurpose.SIGN_IN, user_id=user_id, valid_for=VALID_FOR)


def use_sign_in_link(token: str) -> User:
    """Who comes in by it. A second factor is asked for all the same."""
    link = use_link(token, LinkPurpose.SIGN_IN)
    user = db.session.get_one(User, link.user_id)
    require(may_use_own_account(Actor(id=user.id, role=user.role.value)))
    mark_confirmed(user)
    return user
