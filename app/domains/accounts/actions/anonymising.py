"""Leave: the person goes, what helped others stays without a name."""

from sqlalchemy import delete

from app.domains.accounts.actions.avatars import forget_avatar
from app.domains.accounts.actions.roles import refuse_last_administrator, set_teams
from app.domains.accounts.actions.second_factor import forget_second_factor
from app.domains.accounts.actions.sessions import BY_ACCOUNT, end_all_sessions
from app.domains.accounts.actor import Actor
from app.domains.accounts.events import RoleGranted, UserAnonymised
from app.domains.accounts.mails import notify
from app.domains.accounts.models import ApiToken, Appointment, MailLink, QuietHours, Role, User
from app.domains.accounts.names import name_key
from app.domains.accounts.passwords import matches
from app.domains.accounts.policies import may_anonymise
from app.domains.accounts.queries import user_by_id
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.limits import spend
from app.kernel.mail import forget_mails_to
from app.kernel.policy import require


def delete_my_account(actor: Actor, password: str) -> None:
    """Asks for the password once more: this cannot be taken back."""
    assert actor.id is not None
    require(may_anonymise(actor, actor.id))
    spend(BY_ACCOUNT, actor.id)
    user = user_by_id(actor.id)
    if user.password_hash is not None and not matches(user.password_hash, password[:1000]):
        raise Invalid(fields={"password": [_("This is not your password.")]})
    anonymise(actor, actor.id)


def anonymise(actor: Actor, user_id: int) -> None:
    """Take everything off the account that says who it was; its posts keep an author without a name."""
    require(may_anonymise(actor, user_id))
    user = user_by_id(user_id)
    if user.anonymised_at is not None:
        return
    if user.role == Role.ADMIN:
        refuse_last_administrator(user)
    end_all_sessions(user_id)
    forget_second_factor(user)
    set_teams(user_id, ())
    for kept in (ApiToken, MailLink, QuietHours, Appointment):
        db.session.execute(delete(kept).where(kept.user_id == user_id))
    if user.email is not None:
        forget_mails_to(user.email)
    notify(user, "left")
    if user.role != Role.MEMBER:
        publish(RoleGranted(user_id=user_id, role=Role.MEMBER.value, before=user.role.value, actor_id=actor.id))
    _blank(user)
    publish(UserAnonymised(user_id=user_id, actor_id=actor.id))


def _blank(user: User) -> None:
    # Brackets are no letters of a name: nobody can have registered this one.
    user.name = f"[former {user.id}]"
    user.name_key = name_key(user.name)
    user.email = user.email_key = user.email_confirmed_at = user.password_hash = None
    user.about = user.about_html = ""
    forget_avatar(user)
    user.role, user.customer_id, user.source_url = Role.MEMBER, None, None
    user.timezone, user.language, user.theme, user.anonymised_at = "UTC", "en", "auto", now()
    user.suspended_because = None
