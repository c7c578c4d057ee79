"""Who works here: role and teams, given by an administrator."""

from collections.abc import Iterable

from sqlalchemy import delete, func, select

from app.domains.accounts.actions.sessions import end_all_sessions
from app.domains.accounts.actor import STAFF_ROLES, Actor
from app.domains.accounts.events import RoleGranted
from app.domains.accounts.models import Role, TeamMember, User
from app.domains.accounts.policies import may_grant_roles
from app.domains.accounts.queries import user_by_id
from app.extensions import db
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require


def grant_role(actor: Actor, user_id: int, role: str, product_ids: Iterable[int] = ()) -> User:
    """The role and, for staff, the products they serve (none = all). A change signs the person out everywhere."""
    require(may_grant_roles(actor))
    if role not in set(Role):
        raise Invalid(fields={"role": [_("Please choose a role from the list.")]})
    user = user_by_id(user_id)
    before, after = user.role, Role(role)
    if user.anonymised_at is not None:
        raise Invalid(fields={"role": [_("This account has been deleted.")]})
    if before == Role.ADMIN and after != Role.ADMIN:
        refuse_last_administrator(user)
    changed = set_teams(user_id, product_ids if after in STAFF_ROLES else ())
    if before == after and not changed:
        return user
    user.role = after
    end_all_sessions(user_id)
    publish(RoleGranted(user_id=user_id, role=after.value, before=before.value, actor_id=actor.id))
    return user


def set_teams(user_id: int, product_ids: Iterable[int]) -> bool:
    """Make the person's team rows these; whether anything changed."""
    wanted = set(product_ids)
    present = set(db.session.scalars(select(TeamMember.product_id).where(TeamMember.user_id == user_id)))
    gone = delete(TeamMember).where(TeamMember.user_id == user_id, TeamMember.product_id.in_(present - wanted))
    db.session.execute(gone)
    db.session.add_all(TeamMember(user_id=user_id, product_id=product_id) for product_id in sorted(wanted - present))
    db.session.flush()
    return wanted != present


def refuse_last_administrator(user: User) -> None:
    """A forum without an administrator could not be repaired from the browser."""
    others = select(func.count()).select_from(User).where(User.role == Role.ADMIN, User.id != user.id)
    if not db.session.scalar(others.where(User.anonymised_at.is_(None))):
        sentence = _("This is the only administrator. Make somebody else one first.")
        raise Invalid(fields={"role": [sentence]})
