"""Who may work cases. A case is invisible to everybody else, so refusals about one case hide it."""

from typing import Any

from sqlalchemy import ColumnElement, false, true

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_act
from app.domains.escalation.deadlines import NOT_SOLVED_WITHIN
from app.domains.escalation.models import UNANSWERED, Case, CaseState
from app.domains.products.policies import may_manage_products
from app.kernel.clock import now
from app.kernel.i18n import _l
from app.kernel.policy import UNSEEN, YES, Verdict, no

WORKING_ROLES = frozenset({"agent", "lead", "admin", "system"})
LEADING_ROLES = frozenset({"lead", "admin", "system"})


def may_work_queue(actor: Actor, product_id: int | None = None) -> Verdict:
    """Open the staff queue; with a product, work its cases."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.role not in WORKING_ROLES:
        return no(_l("The queue is for the support team."))
    if product_id is None or _serves(actor, product_id):
        return YES
    return no(_l("Another team looks after this product."))


def _serves(actor: Actor, product_id: int) -> bool:
    return actor.role == "system" or actor.serves(product_id)


def may_see_case(actor: Actor, case: Any) -> Verdict:
    """Staff who work its product; for everybody else it is not there."""
    return YES if actor.role in WORKING_ROLES and _serves(actor, case.product_id) else UNSEEN


def cases_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `may_see_case`."""
    if actor.role not in WORKING_ROLES:
        return false()
    if actor.role in ("admin", "system") or not actor.team:
        return true()
    return Case.product_id.in_(actor.team)


def _may_work(actor: Actor, case: Any) -> Verdict:
    seen = may_see_case(actor, case)
    return may_work_queue(actor, case.product_id) if seen else seen


def may_claim(actor: Actor, case: Any) -> Verdict:
    verdict = _may_work(actor, case)
    if not verdict:
        return verdict
    if case.queue == "leads" and actor.role not in LEADING_ROLES:
        return no(_l("This case was raised: a lead takes it. You can still answer the question."))
    if case.state != CaseState.QUEUED:
        return no(_l("Only a case that waits in the queue can be claimed."))
    return YES


def may_release(actor: Actor, case: Any) -> Verdict:
    verdict = _may_work(actor, case)
    if not verdict:
        return verdict
    if case.state != CaseState.ASSIGNED:
        return no(_l("Nobody has claimed this case."))
    if actor.id != case.owner_id and actor.role not in LEADING_ROLES:
        return no(_l("Only its owner or a lead gives a case back."))
    return YES


def may_reassign(actor: Actor, case: Any) -> Verdict:
    verdict = _may_work(actor, case)
    if not verdict:
        return verdict
    if actor.role not in LEADING_ROLES:
        return no(_l("Only a lead hands a case to somebody else."))
    if case.state not in UNANSWERED:
        return no(_l("This case does not wait for an answer."))
    return YES


def may_note(actor: Actor, case: Any) -> Verdict:
    return _may_work(actor, case)


def may_answer_case(actor: Actor, case: Any) -> Verdict:
    """Any agent of the product, claimed or not: the reply is the public answer."""
    return _may_work(actor, case)


def may_raise(actor: Actor, case: Any) -> Verdict:
    verdict = _may_work(actor, case)
    if not verdict:
        return verdict
    if case.state not in UNANSWERED:
        return no(_l("This case does not wait for an answer."))
    return YES


def may_resolve(actor: Actor, case: Any, question: Any) -> Verdict:
    """Its owner or a lead; once answered, every agent of the product. Never without a public answer."""
    verdict = _may_work(actor, case)
    if not verdict:
        return verdict
    if case.state in (CaseState.RESOLVED, CaseState.CANCELLED):
        return no(_l("This case is finished."))
    if question.first_answer_at is None and question.accepted_answer_id is None:
        return no(_l("Nobody has answered yet. Please answer, or close the question with a reason."))
    if case.owner_id not in (None, actor.id) and actor.role not in LEADING_ROLES:
        return no(_l("Only its owner or a lead resolves a case."))
    return YES


def may_ask_staff(actor: Actor, question: Any) -> Verdict:
    """Not wait for the promised time: experts and staff of the product."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.role != "system" and not (actor.is_expert_in(question.product_id) or actor.serves(question.product_id)):
        return no(_l("Only experts and staff call our team before the promised time."))
    if question.closed_at is not None or question.hidden or question.deleted_at is not None:
        return no(_l("This question is not open any more."))
    if question.with_staff:
        return no(_l("Our team has this question already."))
    if question.first_answer_at is not None or question.accepted_answer_id is not None:
        return no(_l("This question has an answer."))
    if not question.escalates:
        return no(_l("Nothing is promised for this question."))
    return YES


def may_say_not_solved(actor: Actor, question: Any) -> Verdict:
    """The asker, of a question that was answered; the action asks for the 14 days."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id != question.asker_id:
        return no(_l("Only the person who asked says whether it is solved."))
    if question.closed_at is not None or question.hidden or question.deleted_at is not None:
        return no(_l("This question is not open any more."))
    if not question.escalates:
        return no(_l("Nothing is promised for this question."))
    if question.with_staff:
        return no(_l("Our team has this question already."))
    if question.first_answer_at is None and question.accepted_answer_id is None:
        return no(_l("Nobody has answered yet; the promise counts."))
    return YES


def may_still_reopen(case: Any) -> Verdict:
    """Within 14 days of the answer or of what settled it."""
    settled = max(filter(None, (case.answered_at, case.resolved_at, case.peer_answered_at)), default=None)
    if settled is not None and now() - settled > NOT_SOLVED_WITHIN:
        return no(_l("This was answered more than two weeks ago. Please ask a new question and link this one."))
    return YES


def may_set_policy(actor: Actor) -> Verdict:
    return may_manage_products(actor)
