"""Pictures and texts that people send along with a post. Facts about one row; the file lies in the uploads folder."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, UtcTime, enum_column


class AttachmentKind(StrEnum):
    IMAGE = "image"
    TEXT = "text"


class Holder(StrEnum):
    """The kinds of post that a file can belong to."""

    QUESTION = "question"
    ANSWER = "answer"
    COMMENT = "comment"


_UNLINKED = text("post_id IS NULL")


class Attachment(Model):
    """One file. It belongs to the first post in which its owner names it, and is seen with that post; until then by
    its owner alone."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("(post_kind IS NULL) = (post_id IS NULL)", name="post_whole"),
        Index("ix_attachment_owner", "owner_id", "created_at"),
        Index("ix_attachment_unlinked", "created_at", sqlite_where=_UNLINKED, postgresql_where=_UNLINKED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    """Of the file, and the last part of its address; of a picture with its size: `<random>-1200x800.webp`."""
    kind: Mapped[AttachmentKind] = mapped_column(enum_column(AttachmentKind))
    bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    original_name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was sent: a second click, or a form that comes back, finds the file of the first."""
    post_kind: Mapped[Holder | None] = mapped_column(enum_column(Holder))
    post_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def address(self) -> str:
        return f"/uploads/{self.name}"
