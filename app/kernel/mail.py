"""Send one message; where no mail server is set, keep it for `/admin/mail`."""

import smtplib
import ssl
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import String, Text, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model, db
from app.kernel.clock import now
from app.kernel.columns import BigId, Json, UtcTime
from app.kernel.jobs import enqueue, outbound
from app.kernel.rows import read_rows
from app.kernel.transaction import transaction

TIMEOUT_SECONDS = 20
# A server that has read the message and is given up on too early has it, and gets it a second time.
ANSWER_SECONDS = 120


class KeptMail(Model):
    """A message that no server could be asked to carry."""

    __tablename__ = "kept_mail"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    recipient: Mapped[str] = mapped_column(String(320), index=True)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


_MAILS: Any = KeptMail.__table__
_KEPT: Any = select(KeptMail.id).where(KeptMail.key == bindparam("key"))


@dataclass(frozen=True)
class Mail:
    """One message to one address. `key` makes a repeat recognisable: it is the Message-ID's left half."""

    key: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def send(mail: Mail) -> None:
    """Hand the message over; raises what smtplib raises, so that the job is tried again."""
    config = current_app.extensions["config"]
    if config.smtp_url:
        _carry(config.smtp_url, as_message(mail, config.mail_from))
        return
    with transaction():
        if not read_rows(_KEPT, {"key": mail.key}).first():
            shown = {**asdict(mail), "headers": headers_of(mail, config.mail_from)}
            db.session.execute(_MAILS.insert(), {**shown, "created_at": now()})


def send_later(mail: Mail) -> None:
    """Promise the message in the caller's transaction; the same key is promised once."""
    enqueue(send_promised, {"mail": asdict(mail)}, key=f"mail:{mail.key}")


@outbound
def send_promised(mail: dict[str, Any]) -> None:
    send(Mail(**mail))


def as_message(mail: Mail, sender: str) -> EmailMessage:
    """The message as it goes over the wire: text first, HTML beside it."""
    message = EmailMessage(policy=SMTP)
    for name, value in headers_of(mail, sender).items():
        message[name] = value
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def headers_of(mail: Mail, sender: str) -> dict[str, str]:
    """In their order, as somebody reads them."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return {
        "From": sender,
        "To": mail.recipient,
        "Subject": " ".join(mail.subject.split())[:300],
        "Date": format_datetime(now()),
        "Message-ID": f"<{mail.key.replace(':', '.')}@{domain}>",
        "Auto-Submitted": "auto-generated",
        **mail.headers,
    }


def _carry(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    host, port = parts.hostname or "localhost", parts.port or (465 if secure else 25)
    context = ssl.create_default_context()
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        if secure
        else smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    )
    with server:
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        if server.sock is not None:
            server.sock.settimeout(ANSWER_SECONDS)
        server.send_message(message)


def kept_mails(limit: int = 100, recipient: str | None = None) -> list[KeptMail]:
    """Kept messages, newest first."""
    found = select(KeptMail).order_by(KeptMail.id.desc()).limit(limit)
    return list(db.session.scalars(found.where(KeptMail.recipient == recipient) if recipient else found))


def kept_mail(mail_id: int) -> KeptMail | None:
    return db.session.get(KeptMail, mail_id)


def forget_mails_to(recipient: str) -> None:
    """Who was written to has left."""
    db.session.execute(delete(KeptMail).where(KeptMail.recipient == recipient))
