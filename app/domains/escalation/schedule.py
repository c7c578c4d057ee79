"""What the clock does to cases, every few seconds. No timer lives in memory: each due row is found by an index."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import exists, select

from app.domains.escalation.deadlines import GIVE_UP_AFTER, PEER_GRACE, TOLD_AGAIN_AFTER, Terms
from app.domains.escalation.models import LIVE, UNANSWERED, Case, CaseState
from app.domains.escalation.queries.helping import qualifying_answers, unhelped
from app.domains.escalation.queries.terms import terms_of
from app.domains.escalation.transitions.agreeing import agree, case_row
from app.domains.escalation.transitions.by_clock import put_in_queue, stand_down
from app.domains.escalation.transitions.changing import change_case
from app.domains.escalation.transitions.queueing import give_back, lift
from app.domains.escalation.transitions.steps import resolve
from app.domains.questions.actions.posting import locked_question
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction

log = structlog.get_logger()

AT_ONCE = 500
"""Due rows that one sweep takes up; the rest waits a few seconds for the next."""


def sweep_overdue() -> dict[str, int]:
    """Adopt, queue, raise, wake. Each case in a transaction of its own, so that workers may race and one bad row
    stops nothing. Counts of what this worker did."""
    counts = {"adopted": 0, "queued": 0, "raised": 0, "resolved": 0}
    _each(_without_case(), _adopt, counts)
    _each(_due(Case.due_at, [CaseState.ARMED]), _queue, counts)
    _each(_due(Case.level_due_at, UNANSWERED), _raise, counts)
    _each(_due(Case.wake_at, frozenset(CaseState)), _wake, counts)
    return counts


def _each(question_ids: list[int], work: Callable[[Question], str | None], counts: dict[str, int]) -> None:
    """Whoever holds a question just now (an answer being posted, another worker) goes first; we look again later."""
    for question_id in question_ids:
        try:
            with transaction():
                question = locked_question(question_id, wait=False)
                did = work(question) if question is not None else None
        except Exception:
            log.exception("escalation.sweep_failed", question=question_id)
            continue
        if did is not None:
            counts[did] += 1


# --- what is due: plain reads, so that an idle sweep takes no lock ---


def _without_case() -> list[int]:
    """Questions nobody has helped and no live case watches: a lost job, a restored backup, a late arming."""
    live = exists().where(Case.question_id == Question.id, Case.state.in_(LIVE))
    found = select(Question.id).where(*unhelped(), ~live).order_by(Question.created_at).limit(AT_ONCE)
    return _ids(found)


def _due(column: Any, states: Any) -> list[int]:
    due = [Case.state.in_(states), column <= now()]
    return _ids(select(Case.question_id).where(*due).order_by(column, Case.id).limit(AT_ONCE))


def _ids(found: Any) -> list[int]:
    ids = list(db.session.scalars(found))
    db.session.rollback()
    return ids


# --- one case at a time, its question held ---


def _adopt(question: Question) -> str | None:
    before = case_row(question.id)
    was_live = before is not None and before.state in LIVE
    case = agree(question.id)
    return "adopted" if case is not None and case.state in LIVE and not was_live else None


def _queue(question: Question) -> str | None:
    """One conditional UPDATE that asks again: an answer that is stored but not yet processed still counts."""
    case, terms = _with_terms(question)
    if case is None or terms is None or case.due_at is None or case.due_at > now():
        return None
    helped = exists().where(*qualifying_answers(), Question.id == Case.question_id)
    waiting = exists().where(Question.id == Case.question_id, Question.product_id == Case.product_id, *unhelped())
    if put_in_queue(case, terms, [Case.due_at <= now(), waiting, ~helped]):
        return "queued"
    agree(question.id)
    return None


def _raise(question: Question) -> str | None:
    """To the next level once its time has come, level by level where the sweep comes late; past the top, told daily."""
    agree(question.id)
    case, terms = _with_terms(question)
    raised = None
    while case is not None and terms is not None and _level_is_due(case):
        since = case.level_due_at
        assert since is not None
        if case.level >= terms.top_level:
            _tell_again(case, since)
        elif lift(case, terms, since, because="overdue"):
            raised = "raised"
        else:
            return raised
    return raised


def _level_is_due(case: Case) -> bool:
    return case.state in UNANSWERED and case.level_due_at is not None and case.level_due_at <= now()


def _tell_again(case: Case, since: datetime) -> None:
    missed = (now() - since) // TOLD_AGAIN_AFTER + 1
    change_case(case, "still_waiting", {"level_due_at": since + missed * TOLD_AGAIN_AFTER})


def _wake(question: Question) -> str | None:
    """Lease, grace, reminder, confirmation: whatever the case asked to be woken for."""
    agree(question.id)
    case, terms = _with_terms(question)
    if case is None or terms is None or case.wake_at is None or case.wake_at > now():
        return None
    did = _WAKING.get(case.state, _forget_wake)(case, terms)
    return "resolved" if did and case.state == CaseState.RESOLVED else None


def _lapse(case: Case, terms: Terms) -> bool:
    return give_back(case, because="lease")


def _end_grace(case: Case, terms: Terms) -> bool:
    if case.peer_answered_at is None or case.peer_answered_at + PEER_GRACE > now():
        return _forget_wake(case, terms)
    return stand_down(case, terms)


def _confirm(case: Case, terms: Terms) -> bool:
    """Nobody has challenged the answer for days; dated to the end of that time."""
    return resolve(case, case.wake_at or now(), because="confirmed")


def _remind_or_give_up(case: Case, terms: Terms) -> bool:
    asked_at = case.answered_at or case.updated_at
    if now() >= asked_at + GIVE_UP_AFTER:
        return resolve(case, asked_at + GIVE_UP_AFTER, because="no_reply")
    return change_case(case, "reminded", {"wake_at": asked_at + GIVE_UP_AFTER})


def _forget_wake(case: Case, terms: Terms) -> bool:
    return change_case(case, "woken", {"wake_at": None})


_WAKING: dict[CaseState, Callable[[Case, Terms], bool]] = {
    CaseState.ASSIGNED: _lapse,
    CaseState.QUEUED: _end_grace,
    CaseState.DISARMED: _confirm,
    CaseState.ANSWERED: _confirm,
    CaseState.WAITING_ASKER: _remind_or_give_up,
}


def _with_terms(question: Question) -> tuple[Case | None, Terms | None]:
    return case_row(question.id), terms_of(question.product_id, question.kind.value, question.language)
