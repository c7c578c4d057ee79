"""What was learned from the posts, and the page that a product manager reads."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domains.questions.models import PostKind
from app.extensions import Model
from app.kernel.columns import BigId, UtcTime, enum_column

LARGEST_ID = 2**63 - 1  # a larger number, typed by hand, is no row's


class FeedbackType(StrEnum):
    BUG = "bug"
    REQUEST = "request"
    COMPLAINT = "complaint"
    PRAISE = "praise"
    DOCS = "docs"


class ItemState(StrEnum):
    INBOX = "inbox"
    TRIAGED = "triaged"
    UNDER_REVIEW = "under_review"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    SHIPPED = "shipped"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    MERGED = "merged"
    NOT_FEEDBACK = "not_feedback"


class FeedbackItem(Model):
    """One wish, fault or opinion about a product, with everything that was said of it as its sources."""

    __tablename__ = "feedback_item"
    __table_args__ = (
        Index("ix_feedback_item_state", "product_id", "state", "created_at"),
        Index("ix_feedback_item_merged", "merged_into_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    title: Mapped[str] = mapped_column(String(200))
    type: Mapped[FeedbackType] = mapped_column(enum_column(FeedbackType))
    state: Mapped[ItemState] = mapped_column(enum_column(ItemState), default=ItemState.INBOX)
    reason: Mapped[str] = mapped_column(Text, default="")
    release: Mapped[str] = mapped_column(String(300), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    importance: Mapped[int] = mapped_column(default=1)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("feedback_item.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    state_since: Mapped[datetime] = mapped_column(UtcTime)
    acknowledge_by: Mapped[datetime | None] = mapped_column(UtcTime)
    decide_by: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)


class FeedbackItemTag(Model):
    """What an item is about: the tags of its labels, until somebody sorts them."""

    __tablename__ = "feedback_item_tag"

    item_id: Mapped[int] = mapped_column(ForeignKey("feedback_item.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True, index=True)


class FeedbackTransition(Model):
    """History of an item; append-only (F7). `told` counts the people who heard of it."""

    __tablename__ = "feedback_transition"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("feedback_item.id"), index=True)
    from_state: Mapped[ItemState] = mapped_column(enum_column(ItemState, "from_state"))
    to_state: Mapped[ItemState] = mapped_column(enum_column(ItemState, "to_state"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    release: Mapped[str] = mapped_column(String(300), default="")
    told: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UtcTime)


_standing = text("removed_at IS NULL")


class FeedbackLabel(Model):
    """A sentence of a post, and what it is. `confirmed` by a person; a suggestion keeps its confidence."""

    __tablename__ = "feedback_label"
    __table_args__ = (
        Index("ix_feedback_label_target", "kind", "target_id"),
        Index(
            "ix_feedback_label_product", "product_id", "created_at", sqlite_where=_standing, postgresql_where=_standing
        ),
        Index("ix_feedback_label_item", "item_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[PostKind] = mapped_column(enum_column(PostKind))
    target_id: Mapped[int] = mapped_column(BigId)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("feedback_item.id"))
    quote: Mapped[str] = mapped_column(Text, default="")
    type: Mapped[FeedbackType] = mapped_column(enum_column(FeedbackType))
    confirmed: Mapped[bool] = mapped_column(default=True)
    confidence: Mapped[float] = mapped_column(default=1.0)
    labelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class FeedbackLabelTag(Model):
    __tablename__ = "feedback_label_tag"

    label_id: Mapped[int] = mapped_column(ForeignKey("feedback_label.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True, index=True)


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Digest(Model):
    """One product's window, frozen: `content` is the canonical JSON of digest.py, returned as stored."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("product_id", "period", "ends_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    period: Mapped[Period] = mapped_column(enum_column(Period), default=Period.WEEK)
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    content: Mapped[str] = mapped_column(Text)
    is_empty: Mapped[bool] = mapped_column(default=False)
    frozen_at: Mapped[datetime] = mapped_column(UtcTime)
