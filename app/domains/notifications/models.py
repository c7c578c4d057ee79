"""What a person was told, how they want to be told, and what goes out live."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, Json, UtcTime, enum_column

_unread = text("read_at IS NULL")
_held = text("mail_due_at IS NOT NULL")


class Frequency(StrEnum):
    """How often a kind of notice comes by mail."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class MailWaits(StrEnum):
    """Why a mail waits longer than until its reader may have read it: for the end of quiet hours, or for a round-up."""

    QUIET = "quiet"
    DAILY = "daily"
    WEEKLY = "weekly"


class Notification(Model):
    """One person heard of one event: the pair is unique, so that a repeated reaction tells nobody twice."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        Index("ix_notification_inbox", "user_id", "id"),
        Index("ix_notification_event", "event_id"),
        Index("ix_notification_unread", "user_id", sqlite_where=_unread, postgresql_where=_unread),
        Index("ix_notification_held", "mail_due_at", sqlite_where=_held, postgresql_where=_held),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    event_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(60))
    """Names the template `notifications/_<kind>.html` and the mail switch."""
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcTime)
    mail_due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """Until then its mail is held; None where none is held, because it is promised, not wanted or urgent."""
    mail_waits: Mapped[MailWaits | None] = mapped_column(enum_column(MailWaits))


class Preference(Model):
    """How often a kind of notification also comes by mail; no row = the kind's default."""

    __tablename__ = "preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    frequency: Mapped[Frequency] = mapped_column(enum_column(Frequency))


class AwayMail(Model):
    """When somebody who was away was last looked at, so that they are told once a week at most."""

    __tablename__ = "away_mail"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(UtcTime)


class LiveEvent(Model):
    """A live message is first a row; clients resume by its id. `room` is `user:5`, `question:12` or `staff:3`
    (those who serve product 3). One event says one thing in a room once; what no event caused (presence, a count
    after reading) has no `event_id`.
    """

    __tablename__ = "live_event"
    __table_args__ = (
        UniqueConstraint("event_id", "room", "kind"),
        Index("ix_live_event_room", "room", "id"),
        Index("ix_live_event_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int | None] = mapped_column(BigId)
    room: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Presence(Model):
    """Who has a question open: heartbeat every 10 s, gone after 30 s. `visitor` is `user:5`, so that one person in two
    windows is one reader, or a guest's page's random key.
    """

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_question", "question_id", "seen_at"),)

    visitor: Mapped[str] = mapped_column(String(40), primary_key=True)
    question_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(BigId)
    writing: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
