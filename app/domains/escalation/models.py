"""The promise and what keeps it: policy, ladder, case, clock."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, Json, UtcTime, enum_column


class CaseState(StrEnum):
    ARMED = "armed"
    DISARMED = "disarmed"
    QUEUED = "queued"
    ASSIGNED = "assigned"
    WAITING_ASKER = "waiting_asker"
    WAITING_PRODUCT = "waiting_product"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


# `answered` is live: the asker may still say that it did not help.
LIVE = frozenset(CaseState) - {CaseState.DISARMED, CaseState.RESOLVED, CaseState.CANCELLED}
OWNED = frozenset({CaseState.ASSIGNED, CaseState.WAITING_ASKER, CaseState.WAITING_PRODUCT})
WITH_STAFF = OWNED | {CaseState.QUEUED}
UNANSWERED = frozenset({CaseState.QUEUED, CaseState.ASSIGNED})
"""The states in which a reply of staff is owed."""


class ClockKind(StrEnum):
    PEER = "peer"
    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


class ClockVerdict(StrEnum):
    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"


class Policy(Model):
    """What a product promises. Ordered by `position`; the first whose conditions match wins."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("product_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(120), default="")
    conditions: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    peer_seconds: Mapped[int] = mapped_column(default=4 * 3600)
    first_reply_seconds: Mapped[int] = mapped_column(default=4 * 3600)
    next_reply_seconds: Mapped[int] = mapped_column(default=8 * 3600)
    resolution_seconds: Mapped[int] = mapped_column(default=27 * 3600)
    confirmation_days: Mapped[int] = mapped_column(default=5)
    lease_seconds: Mapped[int] = mapped_column(default=30 * 60)
    version: Mapped[int] = mapped_column(default=1)


class Level(Model):
    """One rung of the ladder: after how long in open time, counted from the rung before, and whom it tells."""

    __tablename__ = "policy_level"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    after_seconds: Mapped[int]
    queue: Mapped[str] = mapped_column(String(60), default="agents")
    """Who works it: `agents` or `leads` of the product."""


_live = text("state NOT IN ('disarmed', 'resolved', 'cancelled')")
_armed = text("state = 'armed'")


class Case(Model):
    """One row a question; reopening starts a new cycle in it."""

    __tablename__ = "case"
    __table_args__ = (
        Index("uq_case_live_question", "question_id", unique=True, sqlite_where=_live, postgresql_where=_live),
        Index("ix_case_armed", "due_at", sqlite_where=_armed, postgresql_where=_armed),
        Index("ix_case_queue", "state", "due_at", "id"),
        Index("ix_case_owner", "owner_id", "state"),
        Index("ix_case_question", "question_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    state: Mapped[CaseState] = mapped_column(enum_column(CaseState))
    cycle: Mapped[int] = mapped_column(default=1)
    level: Mapped[int] = mapped_column(default=0)
    queue: Mapped[str] = mapped_column(String(60), default="agents")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    """Where the peer clock began, or began again."""
    peer_used_seconds: Mapped[int] = mapped_column(default=0)
    """Open time that the peer clock had used up before it began again."""
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """The next promise: the peer window's end while armed, the staff reply's while queued or assigned."""
    level_due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    wake_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    """The next instant at which the sweep must look again for any other reason: lease, reminder, confirmation."""
    queued_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the case ended, resolved or cancelled."""
    peer_answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    after_answer_id: Mapped[int] = mapped_column(BigId, default=0)
    """Answers up to this one were there when the asker last said that it is not solved: only later ones count."""
    because: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


_raised = text("kind IN ('queued', 'raised')")


class CaseEvent(Model):
    """The case's history; replaying it gives the row (E9). Notes are events of kind `note`."""

    __tablename__ = "case_event"
    __table_args__ = (
        Index(
            "uq_case_event_level",
            "case_id",
            "cycle",
            "level",
            unique=True,
            sqlite_where=_raised,
            postgresql_where=_raised,
        ),
        Index("ix_case_event_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[CaseState] = mapped_column(enum_column(CaseState))
    cycle: Mapped[int]
    level: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    owner_id: Mapped[int | None] = mapped_column(BigId)
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Clock(Model):
    """One promise of one cycle. Its verdict is computed at the event and never changes."""

    __tablename__ = "case_clock"
    __table_args__ = (Index("ix_case_clock_case", "case_id", "cycle", "kind"), Index("ix_case_clock_due", "due_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    cycle: Mapped[int]
    kind: Mapped[ClockKind] = mapped_column(enum_column(ClockKind))
    target_seconds: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcTime)
    verdict: Mapped[ClockVerdict] = mapped_column(enum_column(ClockVerdict), default=ClockVerdict.RUNNING)
    pauses: Mapped[list[list[str]]] = mapped_column(Json, default=list)
