"""Who wants to hear of what: one table for questions, tags, products, people and feedback items."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, UtcTime, enum_column


class FollowKind(StrEnum):
    QUESTION = "question"
    TAG = "tag"
    PRODUCT = "product"
    PERSON = "person"
    FEEDBACK = "feedback"


class FollowLevel(StrEnum):
    MUTED = "muted"
    NORMAL = "normal"
    TRACKING = "tracking"
    WATCHING = "watching"


class Follow(Model):
    __tablename__ = "follow"
    __table_args__ = (Index("ix_follow_target", "kind", "target_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    kind: Mapped[FollowKind] = mapped_column(enum_column(FollowKind), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    level: Mapped[FollowLevel] = mapped_column(enum_column(FollowLevel), default=FollowLevel.WATCHING)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
