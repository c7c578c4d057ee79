"""Flags, sanctions, and the public log of what moderators did."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domains.questions.models import PostKind
from app.extensions import Model
from app.kernel.columns import BigId, UtcTime, enum_column


class FlagReason(StrEnum):
    SPAM = "spam"
    RUDE = "rude"
    PERSONAL_DATA = "personal_data"
    OFF_TOPIC = "off_topic"
    WRONG = "wrong"
    OTHER = "other"


class FlagState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Flag(Model):
    """One person's word that a post needs a moderator; once a post."""

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("reporter_id", "kind", "target_id"),
        Index("ix_flag_state", "state", "created_at"),
        Index("ix_flag_target", "kind", "target_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[PostKind] = mapped_column(enum_column(PostKind))
    target_id: Mapped[int] = mapped_column(BigId)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    reporter_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[FlagReason] = mapped_column(enum_column(FlagReason))
    note: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[FlagState] = mapped_column(enum_column(FlagState), default=FlagState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Review(Model):
    """A post that somebody should look at before or soon after it is public."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("kind", "target_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[PostKind] = mapped_column(enum_column(PostKind))
    target_id: Mapped[int] = mapped_column(BigId)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    because: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Sanction(Model):
    """A suspension, with its reason and its end."""

    __tablename__ = "sanction"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ModLogEntry(Model):
    """Append-only and public; a wrong row is explained by another, never removed."""

    __tablename__ = "mod_log_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(60))
    """`question:1`, `answer:2`, `comment:3` or `user:4`."""
    reason: Mapped[str] = mapped_column(Text, default="")
