"""`Idempotency-Key`: a repeated POST gets the first one's result."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, Text, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model, db
from app.kernel.clock import now
from app.kernel.columns import UtcTime

KEPT_FOR = timedelta(hours=24)


class RepeatedMeanwhile(Exception):
    """The same request was stored by a twin while this one was at work: undo this one, and answer as the twin."""


class FirstResult(Model):
    """What the first request with this key, by this actor and to this path, was answered; `asked` is a digest of what
    it had sent."""

    __tablename__ = "first_result"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    asked: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


def first_result(key: str) -> FirstResult | None:
    return db.session.get(FirstResult, key)


def begin(key: str, asked: str) -> FirstResult:
    """Take the key, before anything else of its transaction: a twin waits here until this one has ended.

    RepeatedMeanwhile where the twin was faster. Whoever begins fills in `status` and `body` at the end.
    """
    row = FirstResult(key=key, asked=asked, status=0, body="", created_at=now())
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise RepeatedMeanwhile from None
    return row


def forget_old() -> int:
    gone: Any = db.session.execute(delete(FirstResult).where(FirstResult.created_at < now() - KEPT_FOR))
    return int(gone.rowcount)
