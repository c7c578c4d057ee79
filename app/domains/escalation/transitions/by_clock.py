"""What only the passing of time does to a case. The sweep calls it; no policy is asked."""

from typing import Any

from app.domains.escalation.deadlines import Terms, confirmed_at
from app.domains.escalation.models import Case, CaseState, ClockKind
from app.domains.escalation.transitions.changing import change_case
from app.domains.escalation.transitions.clocks import STAFF_CLOCKS, breach_clocks, void_clocks
from app.domains.escalation.transitions.queueing import queue_values, start_staff_clocks
from app.domains.escalation.transitions.steps import AT_REST
from app.kernel.clock import now


def put_in_queue(case: Case, terms: Terms, where: list[Any]) -> bool:
    """The promised time has passed: armed to level 1, or nothing where `where` does not hold.

    Everything counts from the promised time, so that a sweep that comes late makes no promise longer.
    """
    since = case.due_at
    assert since is not None
    values = queue_values(terms, since, 1, reply_seconds=terms.first_reply_seconds) | {"because": "overdue"}
    if not change_case(case, "queued", values, because="overdue", where=[Case.state == CaseState.ARMED, *where]):
        return False
    breach_clocks(case, [ClockKind.PEER])
    start_staff_clocks(case, terms, since)
    return True


def stand_down(case: Case, terms: Terms) -> bool:
    """The grace after a peer's answer is over and nobody claimed the case."""
    assert case.peer_answered_at is not None
    values = AT_REST | {
        "state": CaseState.DISARMED,
        "answered_at": case.peer_answered_at,
        "wake_at": confirmed_at(case.peer_answered_at, terms),
    }
    done = change_case(case, "stood_down", values, where=[Case.state == CaseState.QUEUED])
    if done:
        void_clocks(case, STAFF_CLOCKS, now())
    return done
