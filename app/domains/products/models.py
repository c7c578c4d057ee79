"""What the company sells, who looks after it, and when they work."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, Json, UtcTime


class Calendar(Model):
    """Open hours as `calendars.Calendar.to_json` writes them."""

    __tablename__ = "calendar"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    hours: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)


class Product(Model):
    """Every question belongs to one."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    position: Mapped[int] = mapped_column(default=0)
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)


class QuestionKindRule(Model):
    """How a product takes one kind of question; no row = openly, with the peer window."""

    __tablename__ = "question_kind_rule"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    opens_privately: Mapped[bool] = mapped_column(default=False)
    skips_peer_window: Mapped[bool] = mapped_column(default=False)


class GuideField(Model):
    """What a product asks of whoever asks about it: its version, the device. `kind` None = of every kind of question.
    Labels and helps by language."""

    __tablename__ = "product_guide_field"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    kind: Mapped[str | None] = mapped_column(String(32))
    label: Mapped[dict[str, str]] = mapped_column(Json)
    help: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
