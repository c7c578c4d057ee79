"""Higher: by the clock, by hand, by an expert who does not want to wait, by an asker who is not helped."""

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.escalation.deadlines import Terms, first_level_of
from app.domains.escalation.models import Case, CaseState, ClockKind
from app.domains.escalation.notes import checked_note
from app.domains.escalation.policies import may_ask_staff, may_raise, may_say_not_solved, may_still_reopen
from app.domains.escalation.queries.terms import terms_of_case
from app.domains.escalation.transitions.agreeing import agree
from app.domains.escalation.transitions.changing import change_case
from app.domains.escalation.transitions.clocks import void_clocks
from app.domains.escalation.transitions.queueing import lift, queue_values, start_staff_clocks
from app.domains.questions.actions.accepting import withdraw_acceptance
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.models import Answer
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, NotAllowed
from app.kernel.i18n import _
from app.kernel.policy import require


def raise_case(actor: Actor, case: Case, note: str = "") -> None:
    """One level higher, by hand."""
    require(may_raise(actor, case))
    terms = terms_of_case(case)
    if case.level >= terms.top_level:
        raise Conflict(_("This case is at the highest level already. Write a note, or answer the question."))
    text = checked_note(note, needed=False)
    lift(case, terms, now(), because="by_hand", actor_id=actor.id, note=text)


def ask_staff_now(actor: Actor, question_id: int, reason: str = "") -> Case:
    """An expert or staff do not wait for the promised time: straight to level 1, the reason kept."""
    question = question_to_change(question_id, actor)
    require(may_ask_staff(actor, question))
    note = checked_note(reason, needed=False, field="reason")
    case = agree(question_id)
    if case is None or case.state != CaseState.ARMED:
        raise Conflict(_("Nothing is promised for this question, or our team has it already."))
    terms, at = terms_of_case(case), now()
    values = queue_values(terms, at, 1, reply_seconds=terms.first_reply_seconds) | {"because": "asked"}
    armed = [Case.state == CaseState.ARMED]
    if not change_case(case, "queued", values, actor_id=actor.id, because="asked", note=note, where=armed):
        raise Conflict(_("This case has changed. Please look at it again."))
    void_clocks(case, [ClockKind.PEER], at)
    start_staff_clocks(case, terms, at)
    return case


def say_not_solved(actor: Actor, question_id: int, reason: str = "") -> Case:
    """The asker, within 14 days of an answer: the next cycle, at level 2 from the second time on."""
    question = question_to_change(question_id, actor)
    require(may_say_not_solved(actor, question))
    note = checked_note(reason, needed=False, field="reason")
    case = agree(question_id)
    if case is None:
        raise NotAllowed(_("Nothing is promised for this question."))
    require(may_still_reopen(case))
    if question.accepted_answer_id is not None:
        withdraw_acceptance(actor, question, db.session.get_one(Answer, question.accepted_answer_id))
    _reopen(actor, case, terms_of_case(case), note)
    return case


def _reopen(actor: Actor, case: Case, terms: Terms, note: str) -> None:
    at, cycle = now(), case.cycle + 1
    settled = (CaseState.DISARMED, CaseState.ANSWERED, CaseState.RESOLVED)
    level = first_level_of(cycle, terms)
    seen = select(Answer.id).where(Answer.question_id == case.question_id).order_by(Answer.id.desc()).limit(1)
    values = queue_values(terms, at, level, reply_seconds=terms.first_reply_seconds) | {
        "cycle": cycle,
        "because": "not_solved",
        "started_at": at,
        "peer_used_seconds": 0,
        "after_answer_id": db.session.scalar(seen) or 0,
    }
    reopened = change_case(
        case, "queued", values, actor_id=actor.id, because="not_solved", note=note, where=[Case.state.in_(settled)]
    )
    if not reopened:
        raise Conflict(_("Our team has this question already."))
    void_clocks(case, ClockKind, at)
    start_staff_clocks(case, terms, at)
