"""The heart: question, answer, comment, vote, revision. Facts about one row; no queries, no side effects."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, Json, UtcTime, enum_column


class Kind(StrEnum):
    QUESTION = "question"
    PROBLEM = "problem"
    COMPLAINT = "complaint"
    IDEA = "idea"
    PRAISE = "praise"


class ServiceState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    SOLVED = "solved"
    CLOSED = "closed"
    HIDDEN = "hidden"


class PostKind(StrEnum):
    QUESTION = "question"
    ANSWER = "answer"
    COMMENT = "comment"


class CloseReason(StrEnum):
    DUPLICATE = "duplicate"
    OFF_TOPIC = "off_topic"
    UNCLEAR = "unclear"
    NOT_REPRODUCIBLE = "not_reproducible"
    RESOLVED_ELSEWHERE = "resolved_elsewhere"
    SPAM = "spam"


class NoPromise(StrEnum):
    """Why a question does not escalate, for the page to say."""

    IMPORTED = "imported"
    ANNOUNCEMENT = "announcement"
    NO_POLICY = "no_policy"


# Closed ones would pile up: what waits stays few while the forum grows.
_unhelped = text(
    "escalates AND first_answer_at IS NULL AND NOT hidden AND deleted_at IS NULL AND closed_at IS NULL"
)
_unanswered = text("first_answer_at IS NULL AND closed_at IS NULL")


class Question(Model):
    """`version` rises with every change that a concurrent writer must notice (E11)."""

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_active", "active_at", "id"),
        Index("ix_question_new", "created_at", "id"),
        Index("ix_question_votes", "score", "id"),
        Index("ix_question_product_active", "product_id", "active_at", "id"),
        Index("ix_question_product_new", "product_id", "created_at", "id"),
        Index("ix_question_state_active", "service_state", "active_at", "id"),
        Index("ix_question_kind_active", "kind", "active_at", "id"),
        Index("ix_question_asker", "asker_id", "created_at"),
        Index(
            "ix_question_unhelped",
            "created_at",
            sqlite_where=_unhelped,
            postgresql_where=_unhelped,
        ),
        Index("ix_question_unanswered", "created_at", "id", sqlite_where=_unanswered, postgresql_where=_unanswered),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    kind: Mapped[Kind] = mapped_column(enum_column(Kind), default=Kind.QUESTION)
    title: Mapped[str] = mapped_column(String(300))
    slug: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(String(400))
    renderer_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    asker_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcTime)
    active_at: Mapped[datetime] = mapped_column(UtcTime)
    active_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    score: Mapped[int] = mapped_column(default=0)
    up_count: Mapped[int] = mapped_column(default=0)
    down_count: Mapped[int] = mapped_column(default=0)
    answer_count: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)
    view_count: Mapped[int] = mapped_column(default=0)
    accepted_answer_id: Mapped[int | None] = mapped_column(BigId)
    first_answer_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the earliest qualifying answer that still stands was posted (rules/escalation.md); None without one."""
    service_state: Mapped[ServiceState] = mapped_column(enum_column(ServiceState), default=ServiceState.OPEN)
    escalates: Mapped[bool] = mapped_column(default=True)
    with_staff: Mapped[bool] = mapped_column(default=False)
    """Set by escalation: a case of this question waits for staff or is being worked on."""
    no_promise: Mapped[NoPromise | None] = mapped_column(enum_column(NoPromise))
    hidden: Mapped[bool] = mapped_column(default=False)
    hidden_because: Mapped[str | None] = mapped_column(String(300))
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    close_reason: Mapped[CloseReason | None] = mapped_column(enum_column(CloseReason))
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    submission: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form's own key: a double submit finds the row that the first one made."""
    source_url: Mapped[str | None] = mapped_column(String(500))
    source_licence: Mapped[str | None] = mapped_column(String(60))


class QuestionTag(Model):
    """`active_at` is the question's own, told again here so that a tag's list begins where its index begins."""

    __tablename__ = "question_tag"
    __table_args__ = (
        Index("ix_question_tag_tag", "tag_id", "question_id"),
        Index("ix_question_tag_active", "tag_id", "active_at", "question_id"),
    )

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    active_at: Mapped[datetime] = mapped_column(UtcTime)


class Answer(Model):
    """`official` = written by staff of the product; `verified_at` = staff checked a peer's answer; `version_of_id` = it
    says in another language what that answer says."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("version_of_id", "language", name="uq_answer_version_of_id_language"),
        Index("ix_answer_question", "question_id", "created_at"),
        Index("ix_answer_author", "author_id", "created_at"),
        Index("ix_answer_new", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcTime)
    score: Mapped[int] = mapped_column(default=0)
    up_count: Mapped[int] = mapped_column(default=0)
    down_count: Mapped[int] = mapped_column(default=0)
    trusted_up: Mapped[float] = mapped_column(default=0.0)
    trusted_down: Mapped[float] = mapped_column(default=0.0)
    comment_count: Mapped[int] = mapped_column(default=0)
    official: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None] = mapped_column(UtcTime)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    did_not_help: Mapped[bool] = mapped_column(default=False)
    hidden: Mapped[bool] = mapped_column(default=False)
    hidden_because: Mapped[str | None] = mapped_column(String(300))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    submission: Mapped[str | None] = mapped_column(String(64), unique=True)
    source_url: Mapped[str | None] = mapped_column(String(500))
    source_licence: Mapped[str | None] = mapped_column(String(60))
    version_of_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))


class Comment(Model):
    """On a question, or on an answer of it. Its history begins with its first change."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_question", "question_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    renderer_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    hidden: Mapped[bool] = mapped_column(default=False)
    hidden_because: Mapped[str | None] = mapped_column(String(300))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    submission: Mapped[str | None] = mapped_column(String(64), unique=True)
    edited_at: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)


class Vote(Model):
    """One person's voice on one post. Imported votes are anonymous and distinct: no voter."""

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "target_id"),
        Index("ix_vote_target", "kind", "target_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[PostKind] = mapped_column(enum_column(PostKind))
    target_id: Mapped[int] = mapped_column(BigId)
    value: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Revision(Model):
    """What a post said; number 1 is its first text."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("kind", "target_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[PostKind] = mapped_column(enum_column(PostKind))
    target_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int]
    title: Mapped[str | None] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    comment: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class ReadMark(Model):
    """What a person has read; L1 asks for 30 of them."""

    __tablename__ = "read_mark"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcTime)


class Draft(Model):
    """What a person has typed into a form and not yet sent: its owner's alone, nobody else ever reads it."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "form"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    form: Mapped[str] = mapped_column(String(60))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    """The question whose page the form stands on."""
    fields: Mapped[dict[str, str]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(BigId)
    """Never used twice for a form, also where its draft went and came again."""
    writer: Mapped[str] = mapped_column(String(64), default="")
    """The key of the page that saved last."""
    updated_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class PendingQuestion(Model):
    """A guest's whole question, until the link in the mail publishes it."""

    __tablename__ = "pending_question"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    draft: Mapped[dict[str, Any]] = mapped_column(Json)
    name: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
