"""What must happen next to a case so that it agrees with its question as it is now. Pure.

One step at a time, from the truth alone: the same truth gives the same row, whatever order the news came in.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domains.escalation.models import LIVE, CaseState


class Step(StrEnum):
    """The transitions that a question's own facts ask for (rules/escalation.md, the table of states)."""

    ARM = "arm"
    REARM = "rearm"
    CANCEL = "cancel"
    MOVE = "move"
    DISARM = "disarm"
    NOTICE_PEER = "notice_peer"
    FORGET_PEER = "forget_peer"
    ANSWER = "answer"
    ANSWER_BY_PEER = "answer_by_peer"
    RETURN = "return"
    REQUEUE = "requeue"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class Reply:
    """A qualifying answer: visible, not the asker's own, not marked as no help."""

    id: int
    at: datetime
    author_id: int
    official: bool


@dataclass(frozen=True)
class Truth:
    """The question as it is now. `replies` by id; `asker_posts`: when the asker commented or answered, in order."""

    eligible: bool
    """Visible, open, escalating, and its product promises something."""
    product_id: int
    accepted_at: datetime | None = None
    replies: tuple[Reply, ...] = ()
    asker_posts: tuple[datetime, ...] = ()

    @property
    def helped_at(self) -> datetime | None:
        """When the first help that still stands came; also the asker's own answer, once accepted."""
        times = [reply.at for reply in self.replies]
        return min(times) if times else self.accepted_at


@dataclass(frozen=True)
class Standing:
    """What of a case the decision needs."""

    state: CaseState
    product_id: int
    after_answer_id: int = 0
    answered_at: datetime | None = None
    peer_answered_at: datetime | None = None


def standing_of(case: Any) -> Standing:
    return Standing(case.state, case.product_id, case.after_answer_id, case.answered_at, case.peer_answered_at)


def next_step(case: Standing | None, truth: Truth) -> Step | None:
    """The next transition, or None where case and question agree."""
    if case is None:
        return Step.ARM if truth.eligible else None
    if not truth.eligible:
        return Step.CANCEL if case.state in LIVE else None
    if case.state == CaseState.CANCELLED:
        return None if truth.helped_at else Step.REARM
    if case.product_id != truth.product_id:
        return Step.MOVE
    return _RULES[case.state](case, truth)


def _armed(case: Standing, truth: Truth) -> Step | None:
    return Step.DISARM if truth.helped_at else None


def _disarmed(case: Standing, truth: Truth) -> Step | None:
    if not truth.helped_at:
        return Step.REARM
    return Step.RESOLVE if truth.accepted_at else None


def _unanswered(case: Standing, truth: Truth) -> Step | None:
    if staff_reply(case, truth):
        return Step.ANSWER
    if truth.accepted_at:
        return Step.ANSWER_BY_PEER
    first = peer_reply(case, truth)
    if first and case.peer_answered_at != first.at:
        return Step.NOTICE_PEER
    return Step.FORGET_PEER if case.peer_answered_at and not first else None


def _waiting_asker(case: Standing, truth: Truth) -> Step | None:
    if truth.accepted_at:
        return Step.ANSWER_BY_PEER
    if asker_post(case, truth):
        return Step.RETURN
    return Step.ANSWER if staff_reply(case, truth) else None


def _answered(case: Standing, truth: Truth) -> Step | None:
    if truth.accepted_at:
        return Step.RESOLVE
    if asker_post(case, truth):
        return Step.RETURN
    return None if _new(case, truth) else Step.REQUEUE


def _resolved(case: Standing, truth: Truth) -> Step | None:
    return None if truth.helped_at else Step.REARM


_RULES = {
    CaseState.ARMED: _armed,
    CaseState.DISARMED: _disarmed,
    CaseState.QUEUED: _unanswered,
    CaseState.ASSIGNED: _unanswered,
    CaseState.WAITING_PRODUCT: _unanswered,
    CaseState.WAITING_ASKER: _waiting_asker,
    CaseState.ANSWERED: _answered,
    CaseState.RESOLVED: _resolved,
}


def staff_reply(case: Standing, truth: Truth) -> Reply | None:
    """The first reply of staff that this case has not yet counted."""
    return next((reply for reply in _new(case, truth) if reply.official), None)


def peer_reply(case: Standing, truth: Truth) -> Reply | None:
    return next((reply for reply in _new(case, truth) if not reply.official), None)


def asker_post(case: Standing, truth: Truth) -> datetime | None:
    """When the asker wrote again after our reply."""
    return next((at for at in truth.asker_posts if case.answered_at and at > case.answered_at), None)


def last_reply_before(truth: Truth, at: datetime) -> int:
    """The id up to which answers were there when the asker wrote at `at`."""
    return max((reply.id for reply in truth.replies if reply.at <= at), default=0)


def _new(case: Standing, truth: Truth) -> list[Reply]:
    return [reply for reply in truth.replies if reply.id > case.after_answer_id]
