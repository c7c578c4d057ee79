"""Into the queue, back to it, and up its ladder. Whoever calls has asked the policy, or is the clock."""

from datetime import datetime
from typing import Any

from app.domains.escalation.deadlines import PEER_GRACE, Terms, next_level_at, open_time_after
from app.domains.escalation.models import UNANSWERED, Case, CaseState, ClockKind
from app.domains.escalation.transitions.changing import change_case
from app.domains.escalation.transitions.clocks import start_clock
from app.kernel.clock import now


def queue_values(terms: Terms, since: datetime, level: int, *, reply_seconds: int) -> dict[str, Any]:
    """The columns of a case that enters the queue; `since` is when it should have."""
    return {
        "state": CaseState.QUEUED,
        "level": level,
        "queue": terms.queue_at(level),
        "owner_id": None,
        "lease_until": None,
        "due_at": open_time_after(since, reply_seconds, terms),
        "level_due_at": next_level_at(level, since, terms),
        "queued_at": now(),
        "answered_at": None,
        "resolved_at": None,
        "peer_answered_at": None,
        "wake_at": None,
    }


def start_staff_clocks(case: Case, terms: Terms, since: datetime) -> None:
    """First reply and resolution, from the moment that was promised."""
    start_clock(case, ClockKind.FIRST_REPLY, since, terms.first_reply_seconds, case.due_at)
    resolution = open_time_after(since, terms.resolution_seconds, terms)
    start_clock(case, ClockKind.RESOLUTION, since, terms.resolution_seconds, resolution)


def give_back(case: Case, *, because: str, actor_id: int | None = None) -> bool:
    """Without asking: its owner released it, or the lease has run out."""
    values = {"state": CaseState.QUEUED, "owner_id": None, "lease_until": None, "wake_at": after_grace(case)}
    owned = [Case.state == CaseState.ASSIGNED]
    return change_case(case, "released", values, actor_id=actor_id, because=because, where=owned)


def after_grace(case: Case) -> datetime | None:
    """When an unclaimed case leaves the queue because a peer has answered; None where nobody has."""
    return case.peer_answered_at + PEER_GRACE if case.peer_answered_at else None


def lift(
    case: Case, terms: Terms, since: datetime, *, because: str, actor_id: int | None = None, note: str = ""
) -> bool:
    """L_n to L_n+1, exactly once a cycle: its owner stays, the next queue is told. Asks nobody; the sweep uses it."""
    level = case.level + 1
    values = {"level": level, "queue": terms.queue_at(level), "level_due_at": next_level_at(level, since, terms)}
    still = [Case.state.in_(UNANSWERED), Case.level == case.level, Case.cycle == case.cycle]
    return change_case(case, "raised", values, actor_id=actor_id, because=because, note=note, where=still)
