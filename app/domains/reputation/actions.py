"""What people do with invitations."""

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.reputation.events import InvitationDeclined
from app.domains.reputation.models import Invitation, InvitationSetting, Response
from app.domains.reputation.policies import may_choose_invitations, may_decline
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid, NotFound
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require

MOST_PER_WEEK = 50


def decline_invitation(actor: Actor, question_id: int) -> None:
    """Not this one, thank you: it leaves the person's list, and nobody is shown why. Again is the same."""
    mine = select(Invitation).where(Invitation.question_id == question_id, Invitation.user_id == actor.id)
    invitation = db.session.scalar(mine)
    if invitation is None:
        raise NotFound()
    require(may_decline(actor, invitation.user_id))
    if invitation.response != Response.NONE:
        return
    invitation.response, invitation.responded_at = Response.DECLINED, now()
    publish(InvitationDeclined(question_id=question_id, user_id=invitation.user_id, actor_id=actor.id))


def choose_invitations(actor: Actor, *, opted_out: bool, per_week: int, unlimited: bool = False) -> None:
    """How often the person wants to be asked; `unlimited`: whenever something fits, whatever waits already."""
    require(may_choose_invitations(actor))
    if not 1 <= per_week <= MOST_PER_WEEK:
        raise Invalid(fields={"per_week": [_("Please choose a number from 1 to %(n)s.", n=MOST_PER_WEEK)]})
    setting = db.session.get(InvitationSetting, actor.id)
    if setting is None:
        setting = InvitationSetting(user_id=actor.id)
        db.session.add(setting)
    setting.opted_out, setting.per_week, setting.unlimited = opted_out, per_week, unlimited
    db.session.flush()
