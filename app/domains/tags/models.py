"""What a question is about, in the product's own words."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, UtcTime


class Tag(Model):
    """`name` is the key as well: lower case, NFKC, a hyphen for a space."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_popular", "question_count", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    question_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Synonym(Model):
    """Another word for a tag; whoever types it gets the tag."""

    __tablename__ = "tag_synonym"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), index=True)
