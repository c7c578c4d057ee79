"""Credit for help given, and who was asked to help."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, Json, UtcTime, enum_column


class LedgerEntry(Model):
    """One credit, positive or negative, by rules/ranking.md; applied in order of (occurred_at, event_id, id).

    `amount` counts; `raw` is what it would have been without damping and cap. `counts_from` is the moment that
    windows and fading use: a reversal carries the time of what it takes back, so that both leave exactly nothing.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("user_id", "event_id", "reason", "answer_id", "source_event_id", name="uq_ledger_entry_key"),
        Index("ix_ledger_user", "user_id", "counts_from"),
        Index("ix_ledger_answer", "answer_id"),
        Index("ix_ledger_pair", "giver_id", "user_id"),
        Index("ix_ledger_time", "counts_from"),
        Index("ix_ledger_product", "product_id", "counts_from"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    event_id: Mapped[int] = mapped_column(BigId)
    source_event_id: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(40))
    answer_id: Mapped[int] = mapped_column(BigId)
    question_id: Mapped[int] = mapped_column(BigId)
    product_id: Mapped[int] = mapped_column(BigId)
    giver_id: Mapped[int | None] = mapped_column(BigId)
    amount: Mapped[float]
    raw: Mapped[float]
    x: Mapped[float]
    reduced_because: Mapped[list[str] | None] = mapped_column(Json)
    counts_from: Mapped[datetime] = mapped_column(UtcTime)
    occurred_at: Mapped[datetime] = mapped_column(UtcTime)


class StandingScope(StrEnum):
    SITE = "site"
    PRODUCT = "product"
    TAG = "tag"


class Standing(Model):
    """A person's help points on the site, in a product or on a tag, by forward decay (see ranking.py)."""

    __tablename__ = "standing"
    __table_args__ = (
        Index("ix_standing_board", "scope", "scope_id", "points_30"),
        Index("ix_standing_strength", "scope", "scope_id", "points_365"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    scope: Mapped[StandingScope] = mapped_column(enum_column(StandingScope), primary_key=True)
    scope_id: Mapped[int] = mapped_column(BigId, primary_key=True, default=0)
    points_30: Mapped[float] = mapped_column(default=0.0)
    points_365: Mapped[float] = mapped_column(default=0.0)
    credit_total: Mapped[float] = mapped_column(default=0.0)
    wins: Mapped[float] = mapped_column(default=0.0)
    comparisons: Mapped[float] = mapped_column(default=0.0)
    meetings: Mapped[int] = mapped_column(default=0)
    """Comparisons counted one by one; `wins` and `comparisons` weigh repeated meetings less. Site rows only."""
    supporter_trust: Mapped[float] = mapped_column(default=0.0)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class LedgerCursor(Model):
    """The one row that the ledger's only reader locks; how far it has come.

    `compared_until` and `reviewed_at` are the moments as of which comparisons and supporters were last counted:
    a rebuild counts as of the same moments and so gives the same bytes.
    """

    __tablename__ = "ledger_cursor"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    occurred_at: Mapped[datetime | None] = mapped_column(UtcTime)
    event_id: Mapped[int] = mapped_column(BigId, default=0)
    compared_until: Mapped[datetime | None] = mapped_column(UtcTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class LedgerRead(Model):
    """One event that the ledger has read: whom and what it was about, and the giver's trust at that moment.

    So a repeated wake-up costs one look, an event that arrives late is noticed, and what somebody said while
    their voice had no weight is found again when it has one.
    """

    __tablename__ = "ledger_read"
    __table_args__ = (
        Index("ix_ledger_read_place", "occurred_at", "event_id"),
        Index("ix_ledger_read_giver", "giver_id"),
        Index("ix_ledger_read_post", "post"),
    )

    event_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    occurred_at: Mapped[datetime] = mapped_column(UtcTime)
    giver_id: Mapped[int | None] = mapped_column(BigId)
    """Who voted, accepted or verified; for changes of trust (level, role, address) whose trust it was."""
    post: Mapped[str | None] = mapped_column(String(32))
    """`answer:7` or `question:3`."""
    weight: Mapped[float | None]


class LevelReview(Model):
    """What the nightly review of a person's level must remember until the next night."""

    __tablename__ = "level_review"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    below_since: Mapped[datetime | None] = mapped_column(UtcTime)
    """The first night on which less was earned than is held."""
    admitted_at_start_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When L1 was reached while the site was starting up."""


class Response(StrEnum):
    NONE = "none"
    ANSWERED = "answered"
    DECLINED = "declined"


class Invitation(Model):
    """Somebody was asked to answer, and why; once a question."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("question_id", "user_id"),
        Index("ix_invitation_user", "user_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    because: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """`{"code": "answers_on_tag", "tag": "refund", "n": 6}`: templates make the sentence."""
    response: Mapped[Response] = mapped_column(enum_column(Response), default=Response.NONE)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    responded_at: Mapped[datetime | None] = mapped_column(UtcTime)


class WhyNobody(StrEnum):
    """Nobody to ask; all had their share of invitations; all in quiet hours; some the one, some the other; whoever is
    left wants none of this, or is not reached."""

    NOBODY = "nobody"
    SHARE = "share"
    QUIET = "quiet"
    SHARE_OR_QUIET = "share_or_quiet"
    UNWILLING = "unwilling"


class NobodyAsked(Model):
    """Nobody was asked to answer a question, and why: told on its page."""

    __tablename__ = "nobody_asked"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    why: Mapped[WhyNobody] = mapped_column(enum_column(WhyNobody))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


PER_WEEK = 10  # who has chosen nothing


class InvitationSetting(Model):
    """How often a person wants to be asked; no row = the defaults. `unlimited`: whenever something fits."""

    __tablename__ = "invitation_setting"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    opted_out: Mapped[bool] = mapped_column(default=False)
    per_week: Mapped[int] = mapped_column(default=PER_WEEK)
    unlimited: Mapped[bool] = mapped_column(default=False)
