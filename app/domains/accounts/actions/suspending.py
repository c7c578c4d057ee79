"""Suspend and lift: a suspended person reads on, and changes nothing."""

from datetime import datetime

from app.domains.accounts.actions.sessions import end_all_sessions
from app.domains.accounts.actor import Actor
from app.domains.accounts.events import SuspensionLifted, UserSuspended
from app.domains.accounts.models import User
from app.domains.accounts.policies import may_suspend
from app.domains.accounts.queries import user_by_id
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require

LONGEST_REASON = 500


def suspend(actor: Actor, user_id: int, *, until: datetime, reason: str) -> User:
    """The person is signed out everywhere and told why at the next sign-in."""
    user = user_by_id(user_id)
    require(may_suspend(actor, user.role.value))
    reason = reason.strip()
    complaints = {
        "until": [] if until > now() else [_("Please choose a day that is still to come.")],
        "reason": []
        if reason and len(reason) <= LONGEST_REASON
        else [_("Please give a reason of at most %(n)s characters: the person reads it.", n=LONGEST_REASON)],
        "user": [_("Nobody suspends themselves.")] if actor.id == user_id else [],
    }
    found = {name: sentences for name, sentences in complaints.items() if sentences}
    if found:
        raise Invalid(fields=found)
    user.suspended_until, user.suspended_because = until, reason
    end_all_sessions(user_id)
    publish(UserSuspended(user_id=user_id, until=until.isoformat(), reason=reason, actor_id=actor.id))
    return user


def lift_suspension(actor: Actor, user_id: int) -> User:
    user = user_by_id(user_id)
    require(may_suspend(actor, user.role.value))
    if user.suspended_until is not None:
        user.suspended_until, user.suspended_because = None, None
        publish(SuspensionLifted(user_id=user_id, actor_id=actor.id))
    return user
