"""An imported author comes here in person."""

from sqlalchemy import select

from app.domains.accounts.actions.registering import clean_email
from app.domains.accounts.actions.sign_in_links import make_sign_in_link
from app.domains.accounts.actor import SYSTEM
from app.domains.accounts.events import EmailConfirmed
from app.domains.accounts.models import User
from app.domains.accounts.names import email_key
from app.domains.accounts.policies import may_administer
from app.domains.accounts.queries import user_by_name
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require


def claim_imported_user(name: str, email: str) -> str:
    """Give an imported author an address, confirmed by whoever owns the machine; the token of a one-time sign-in link.

    Joins the caller's transaction. Reactions to EmailConfirmed compute the level from what was imported.
    """
    require(may_administer(SYSTEM))
    user = user_by_name(name)
    if user is None or user.anonymised_at is not None:
        raise NotFound(_("Nobody here is called “%(name)s”.", name=name))
    if user.email is not None:
        raise Conflict(_("“%(name)s” has an address already.", name=user.name))
    wanted = clean_email(email)
    if db.session.scalar(select(User.id).where(User.email_key == email_key(wanted))) is not None:
        raise Invalid(_("Another account has this address."))
    user.email, user.email_key, user.email_confirmed_at = wanted, email_key(wanted), now()
    db.session.flush()
    publish(EmailConfirmed(user_id=user.id, actor_id=user.id))
    return make_sign_in_link(SYSTEM, user.id)
