"""The transitions that a question's own facts cause, each with its effects (rules/escalation.md, States).

`agreeing.agree` names the step; the question's row is held meanwhile. No person acts here, so no policy is asked.
"""

from datetime import datetime
from typing import Any

from app.domains.accounts.queries import actors_by_id
from app.domains.escalation.agreement import (
    Reply,
    Truth,
    asker_post,
    last_reply_before,
    peer_reply,
    staff_reply,
    standing_of,
)
from app.domains.escalation.deadlines import (
    PEER_GRACE,
    REMIND_ASKER_AFTER,
    Terms,
    confirmed_at,
    next_level_at,
    open_time_after,
    peer_target,
    promise,
    used_after,
)
from app.domains.escalation.models import Case, CaseState, ClockKind
from app.domains.escalation.policies import may_work_queue
from app.domains.escalation.transitions.changing import change_case, open_case
from app.domains.escalation.transitions.clocks import (
    REPLY_CLOCKS,
    pause_resolution,
    recount_clock,
    resume_resolution,
    running,
    start_clock,
    stop_clocks,
    void_clocks,
)
from app.domains.escalation.transitions.queueing import queue_values
from app.kernel.clock import now

AT_REST: dict[str, Any] = {"owner_id": None, "lease_until": None, "due_at": None, "level_due_at": None, "wake_at": None}


def arm(question_id: int, asked_at: datetime, terms: Terms) -> Case:
    """The peer clock starts with the question; the promise is stored as the page has shown it."""
    at, due_at = now(), promise(asked_at, terms)
    case = Case(question_id=question_id, product_id=terms.product_id, policy_id=terms.policy_id, state=CaseState.ARMED)
    case.cycle, case.level, case.queue, case.started_at, case.due_at = 1, 0, "agents", asked_at, due_at
    case.created_at = case.updated_at = at
    case = open_case(case)
    start_clock(case, ClockKind.PEER, asked_at, peer_target(terms), due_at)
    return case


def rearm(case: Case, truth: Truth, terms: Terms) -> None:
    """Waiting again with what is left of the window; a new cycle where staff had it or it had ended."""
    at = now()
    stopped_at = case.answered_at or case.resolved_at or at
    used = used_after(case.peer_used_seconds, case.started_at, stopped_at, terms)
    same_cycle = case.state == CaseState.DISARMED and case.queued_at is None
    due_at = promise(at, terms, used)
    values = AT_REST | {
        "state": CaseState.ARMED,
        "cycle": case.cycle if same_cycle else case.cycle + 1,
        "level": 0,
        "queue": "agents",
        "product_id": terms.product_id,
        "policy_id": terms.policy_id,
        "started_at": at,
        "peer_used_seconds": used,
        "due_at": due_at,
        "queued_at": None,
        "answered_at": None,
        "resolved_at": None,
        "peer_answered_at": None,
        "after_answer_id": 0,
        "because": "",
    }
    if change_case(case, "rearmed", values):
        start_clock(case, ClockKind.PEER, at, peer_target(terms, used), due_at)


def disarm(case: Case, truth: Truth, terms: Terms) -> None:
    """A peer (or an agent of their own accord) was in time, or late but before the sweep: no staff work."""
    assert truth.helped_at is not None
    values = AT_REST | {
        "state": CaseState.DISARMED,
        "answered_at": truth.helped_at,
        "wake_at": confirmed_at(truth.helped_at, terms),
    }
    if change_case(case, "disarmed", values):
        stop_clocks(case, [ClockKind.PEER], truth.helped_at)


def cancel(case: Case) -> None:
    """Closed, hidden, deleted, or nothing is promised any more."""
    at = now()
    if change_case(case, "cancelled", AT_REST | {"state": CaseState.CANCELLED, "resolved_at": at}):
        void_clocks(case, ClockKind, at)


def move(case: Case, truth: Truth, terms: Terms) -> None:
    """Another product: the start stays, the promise is the new one's."""
    recalculate(case, terms, "moved")


def recalculate(case: Case, terms: Terms, kind: str = "recalculated") -> bool:
    """Count what runs again under these terms, every start and pause kept; whether anything changed."""
    values: dict[str, Any] = {"product_id": terms.product_id, "policy_id": terms.policy_id}
    if case.state == CaseState.ARMED:
        values["due_at"] = promise(case.started_at, terms, case.peer_used_seconds)
    elif case.state in (CaseState.QUEUED, CaseState.ASSIGNED):
        values["queue"] = terms.queue_at(case.level)
        values |= _reply_deadlines(case, terms)
    values = {name: value for name, value in values.items() if getattr(case, name) != value}
    if not values or not change_case(case, kind, values):
        return False
    _recount_clocks(case, terms)
    return True


def _recount_clocks(case: Case, terms: Terms) -> None:
    targets = {kind: _reply_seconds(kind, terms) for kind in REPLY_CLOCKS}
    targets[ClockKind.PEER] = peer_target(terms, case.peer_used_seconds)
    targets[ClockKind.RESOLUTION] = terms.resolution_seconds
    for clock in running(case, ClockKind):
        recount_clock(clock, targets[clock.kind], terms)


def _reply_deadlines(case: Case, terms: Terms) -> dict[str, Any]:
    clocks = running(case, REPLY_CLOCKS)
    if not clocks:
        return {}
    since = clocks[0].started_at
    values: dict[str, Any] = {"due_at": open_time_after(since, _reply_seconds(clocks[0].kind, terms), terms)}
    if case.level == 1 or clocks[0].kind == ClockKind.NEXT_REPLY:
        values["level_due_at"] = next_level_at(case.level, since, terms)
    return values


def _reply_seconds(kind: ClockKind, terms: Terms) -> int:
    return terms.first_reply_seconds if kind == ClockKind.FIRST_REPLY else terms.next_reply_seconds


def notice_peer(case: Case, truth: Truth, terms: Terms) -> None:
    """A peer was faster than staff: the case stays for a grace, and leaves the queue if nobody claims it."""
    found = peer_reply(standing_of(case), truth)
    assert found is not None
    wake_at = found.at + PEER_GRACE if case.state == CaseState.QUEUED else case.wake_at
    change_case(case, "peer_answered", {"peer_answered_at": found.at, "wake_at": wake_at})


def forget_peer(case: Case, truth: Truth, terms: Terms) -> None:
    wake_at = None if case.state == CaseState.QUEUED else case.wake_at
    change_case(case, "peer_answer_gone", {"peer_answered_at": None, "wake_at": wake_at})


def answer(case: Case, truth: Truth, terms: Terms) -> None:
    """The public reply of staff is the answer; on an unclaimed case it claims it in the same statement."""
    reply = staff_reply(standing_of(case), truth)
    assert reply is not None
    claimed = case.state == CaseState.QUEUED
    if change_case(case, "answered", _answered(reply.at, terms), actor_id=reply.author_id, data={"claimed": claimed}):
        stop_clocks(case, REPLY_CLOCKS, reply.at)
        resume_resolution(case, reply.at, terms)


def answer_by_peer(case: Case, truth: Truth, terms: Terms) -> None:
    """The asker accepted a peer's answer: nothing is left for staff to do."""
    assert truth.accepted_at is not None
    if change_case(case, "answered", _answered(truth.accepted_at, terms), because="accepted_peer"):
        void_clocks(case, REPLY_CLOCKS, truth.accepted_at)


def _answered(at: datetime, terms: Terms) -> dict[str, Any]:
    return AT_REST | {"state": CaseState.ANSWERED, "answered_at": at, "wake_at": confirmed_at(at, terms)}


def wait_for_asker(case: Case, reply: Reply, terms: Terms) -> None:
    """Staff's reply asks something: met, and the resolution clock pauses until the asker writes."""
    values = AT_REST | {
        "state": CaseState.WAITING_ASKER,
        "owner_id": reply.author_id,
        "answered_at": reply.at,
        "after_answer_id": reply.id,
        "wake_at": reply.at + REMIND_ASKER_AFTER,
    }
    if change_case(case, "waiting_asker", values, actor_id=reply.author_id):
        stop_clocks(case, REPLY_CLOCKS, reply.at)
        pause_resolution(case, reply.at)


def come_back(case: Case, truth: Truth, terms: Terms) -> None:
    """The asker wrote again: to whoever answered, or to the queue where they do not work it any more."""
    at = asker_post(standing_of(case), truth)
    assert at is not None
    owner_id = _still_working(case.owner_id or _last_author(case, truth), case.product_id)
    lease = open_time_after(at, terms.lease_seconds, terms) if owner_id else None
    values = queue_values(terms, at, max(case.level, 1), reply_seconds=terms.next_reply_seconds) | {
        "state": CaseState.ASSIGNED if owner_id else CaseState.QUEUED,
        "owner_id": owner_id,
        "lease_until": lease,
        "wake_at": lease,
        "after_answer_id": last_reply_before(truth, at),
    }
    if change_case(case, "returned", values, because="asker_wrote"):
        resume_resolution(case, at, terms)
        start_clock(case, ClockKind.NEXT_REPLY, at, terms.next_reply_seconds, case.due_at)


def _last_author(case: Case, truth: Truth) -> int | None:
    last = case.answered_at
    official = [reply for reply in truth.replies if reply.official and last is not None and reply.at <= last]
    return official[-1].author_id if official else None


def _still_working(user_id: int | None, product_id: int) -> int | None:
    actor = actors_by_id([user_id]).get(user_id) if user_id else None
    return user_id if actor is not None and may_work_queue(actor, product_id) else None


def requeue(case: Case, truth: Truth, terms: Terms) -> None:
    """The reply is gone and nobody else has helped: the promise stands, so the queue has it again."""
    at = now()
    values = queue_values(terms, at, max(case.level, 1), reply_seconds=terms.next_reply_seconds)
    if change_case(case, "returned", values, because="reply_gone"):
        start_clock(case, ClockKind.NEXT_REPLY, at, terms.next_reply_seconds, case.due_at)


def resolve_accepted(case: Case, truth: Truth, terms: Terms) -> None:
    assert truth.accepted_at is not None
    resolve(case, truth.accepted_at, because="accepted")


def resolve(case: Case, at: datetime, *, because: str, actor_id: int | None = None, note: str = "") -> bool:
    values = AT_REST | {"state": CaseState.RESOLVED, "resolved_at": at, "because": because}
    done = change_case(case, "resolved", values, actor_id=actor_id, because=because, note=note)
    if done:
        stop_clocks(case, [ClockKind.RESOLUTION], at)
        void_clocks(case, (ClockKind.PEER, *REPLY_CLOCKS), at)
    return done
