"""Take a case, give it back, hand it on."""

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import actor_by_id
from app.domains.escalation.deadlines import open_time_after
from app.domains.escalation.models import UNANSWERED, Case, CaseState
from app.domains.escalation.policies import may_claim, may_reassign, may_release, may_see_case, may_work_queue
from app.domains.escalation.queries.terms import terms_of_case
from app.domains.escalation.transitions.changing import change_case
from app.domains.escalation.transitions.queueing import give_back
from app.domains.questions.actions.posting import locked_question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import _
from app.kernel.policy import require


def case_to_change(case_id: int, actor: Actor) -> Case:
    """The row, freshly read and held after its question; NotFound where the actor may not see it."""
    question_id = db.session.scalar(select(Case.question_id).where(Case.id == case_id))
    if question_id is None:
        raise NotFound()
    locked_question(question_id)
    found = select(Case).where(Case.id == case_id).execution_options(populate_existing=True)
    case = db.session.scalars(found.with_for_update()).one()
    require(may_see_case(actor, case))
    return case


def claim_case(actor: Actor, case: Case) -> None:
    """The actor works it from now on, under a lease in open time; again is the same. Conflict: somebody was faster."""
    require(may_work_queue(actor, case.product_id))
    if case.state == CaseState.ASSIGNED and case.owner_id == actor.id:
        return
    if case.state == CaseState.ASSIGNED:
        raise Conflict(_("Somebody else has just claimed this case."), newer={"owner": case.owner_id})
    require(may_claim(actor, case))
    values = {"state": CaseState.ASSIGNED, "owner_id": actor.id, **_lease(case)}
    if not change_case(case, "claimed", values, actor_id=actor.id, where=[Case.state == CaseState.QUEUED]):
        raise Conflict(_("Somebody else has just claimed this case."))


def _lease(case: Case) -> dict[str, object]:
    terms = terms_of_case(case)
    until = open_time_after(now(), terms.lease_seconds, terms)
    return {"lease_until": until, "wake_at": until}


def renew_lease(actor: Actor, case: Case) -> None:
    """Work on a case keeps it with its owner."""
    require(may_work_queue(actor, case.product_id))
    if case.state == CaseState.ASSIGNED and case.owner_id == actor.id:
        change_case(case, "lease_renewed", _lease(case), actor_id=actor.id)


def release_case(actor: Actor, case: Case) -> None:
    """Back to the queue; every clock goes on."""
    require(may_release(actor, case))
    give_back(case, because="by_hand", actor_id=actor.id)


def reassign_case(actor: Actor, case: Case, user_id: int) -> None:
    """A lead hands the case to somebody who works this product; the old owner is told."""
    require(may_reassign(actor, case))
    verdict = may_work_queue(actor_by_id(user_id), case.product_id)
    if not verdict:
        raise Invalid(fields={"owner": [verdict.reason]})
    values = {"state": CaseState.ASSIGNED, "owner_id": user_id, **_lease(case)}
    if not change_case(case, "reassigned", values, actor_id=actor.id, where=[Case.state.in_(UNANSWERED)]):
        raise Conflict(_("This case has changed. Please look at it again."))
