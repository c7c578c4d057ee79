"""Who there is: people, their browsers, their tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, Json, UtcTime, enum_column


class Role(StrEnum):
    MEMBER = "member"
    AGENT = "agent"
    LEAD = "lead"
    MODERATOR = "moderator"
    PM = "pm"
    ADMIN = "admin"


class Tier(StrEnum):
    STANDARD = "standard"
    PLUS = "plus"
    VIP = "vip"


class Customer(Model):
    """The company or household that an account belongs to; never shown publicly."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    tier: Mapped[Tier] = mapped_column(enum_column(Tier), default=Tier.STANDARD)


class User(Model):
    """A person with an account. `level` is L0-L4, set only by reputation; an imported author has no address."""

    __tablename__ = "user"
    __table_args__ = (Index("ix_user_role", "role"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    name_key: Mapped[str] = mapped_column(String(80), unique=True)
    email: Mapped[str | None] = mapped_column(String(320))
    email_key: Mapped[str | None] = mapped_column(String(320), unique=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(enum_column(Role), default=Role.MEMBER)
    level: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(8), default="en")
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    about: Mapped[str] = mapped_column(Text, default="")
    about_html: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)
    suspended_until: Mapped[datetime | None] = mapped_column(UtcTime)
    suspended_because: Mapped[str | None] = mapped_column(String(500))
    anonymised_at: Mapped[datetime | None] = mapped_column(UtcTime)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    totp_last_step: Mapped[int] = mapped_column(BigId, default=0)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    source_url: Mapped[str | None] = mapped_column(String(500))
    """Where an imported author is at home; None for people who registered here."""
    avatar: Mapped[str | None] = mapped_column(String(60))
    """The name of a file among the uploads; None = a letter on a colour."""


class Session(Model):
    """One signed-in browser. Ending the row signs the browser out; its cookie holds a token whose hash this is."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    authenticated_at: Mapped[datetime] = mapped_column(UtcTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    stays: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(300), default="")


class ApiToken(Model):
    """A key for programs; shown once, kept as a hash."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[list[str]] = mapped_column(Json, default=list)
    by_command_line: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RecoveryCode(Model):
    """Stands in once for the authenticator app."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class LinkPurpose(StrEnum):
    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # nosec B105  # a purpose
    CHANGE_EMAIL = "change_email"
    SIGN_IN = "sign_in"
    PUBLISH_QUESTION = "publish_question"
    SOLVED = "solved"
    NOT_YET = "not_yet"


class MailLink(Model):
    """A single-use link out of a mail; its token is kept as a hash. `data` is the purpose's own."""

    __tablename__ = "mail_link"
    __table_args__ = (Index("ix_mail_link_user_purpose", "user_id", "purpose"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_column(LinkPurpose))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class QuietHours(Model):
    """Local minutes of the day in which nothing rings; `starts` after `ends` means over midnight."""

    __tablename__ = "quiet_hours"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]


class TeamMember(Model):
    """Staff who serve a product. Staff without any row serve all products.

    Here and not among the products, because every request loads it with the person.
    """

    __tablename__ = "team_member"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)


class Appointment(Model):
    """An expert by hand: a lead or administrator said so, and it is shown."""

    __tablename__ = "appointment"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    appointed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    appointed_at: Mapped[datetime] = mapped_column(UtcTime)
