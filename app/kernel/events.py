"""What has happened: an append-only table, and `publish`, which promises the reactions in the same transaction."""

import types
import typing
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from flask import current_app
from sqlalchemy import Index, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model, db
from app.kernel import jobs
from app.kernel.clock import now
from app.kernel.columns import BigId, Json, UtcTime
from app.kernel.rows import write_rows
from app.kernel.transaction import in_transaction


class EventRow(Model):
    """One thing that happened; never changed afterwards. Activity page, audit and ledger key."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_kind_occurred", "kind", "occurred_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A frozen dataclass of ids and plain values, named in the past tense; subclasses add their own.

    `actor_id` is who did it, None for the clock. `event_id` and `occurred_at` are set when it was loaded.
    """

    KINDS: ClassVar[dict[str, type["Event"]]] = {}

    actor_id: int | None = None
    event_id: int = 0
    occurred_at: datetime | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Event.KINDS[cls.__name__] = cls


_EVENTS: Any = EventRow.__table__
_STORE_MANY = _EVENTS.insert()
_STORE = _EVENTS.insert().returning(EventRow.id)
_BY_ID = select(EventRow.id, EventRow.kind, EventRow.payload, EventRow.actor_id, EventRow.occurred_at).where(
    EventRow.id.in_(bindparam("ids", expanding=True))
)
ENVELOPE = {"actor_id", "event_id", "occurred_at"}


def publish(event: Event, *, at: datetime | None = None) -> int:
    """Store the event and one job for each of its reactions, in the caller's transaction; gives the event's id."""
    row = record(event, at=at)
    jobs.enqueue_all(current_app.extensions["wiring"].reactions_to(type(event)), row)
    return row


def record(event: Event, *, at: datetime | None = None) -> int:
    """Store the event without its reactions: for imports, which rebuild what the reactions would have built."""
    if not in_transaction():
        raise RuntimeError("events are published inside a transaction")
    event_id: int = write_rows(_STORE, _row(event, at or now())).scalar_one()
    return event_id


def record_all(happened: Iterable[tuple[Event, datetime]]) -> None:
    """`record` for many at once, each with its true time."""
    if not in_transaction():
        raise RuntimeError("events are published inside a transaction")
    if rows := [_row(event, at) for event, at in happened]:
        write_rows(_STORE_MANY, *rows)


def _row(event: Event, at: datetime) -> dict[str, Any]:
    payload = {name: value for name, value in asdict(event).items() if name not in ENVELOPE}
    return {"kind": type(event).__name__, "occurred_at": at, "actor_id": event.actor_id, "payload": payload}


def load(event_ids: list[int]) -> dict[int, Event]:
    """Events by id; kinds that no longer exist are left out."""
    rows = db.session.execute(_BY_ID, {"ids": event_ids}) if event_ids else ()
    return {row.id: event_of(row) for row in rows if row.kind in Event.KINDS}


def event_of(row: Any) -> Event:
    """The dataclass of a stored row; fields that a newer version dropped are ignored."""
    kind = Event.KINDS[row.kind]
    known = {field.name for field in fields(kind)} - ENVELOPE
    hints = _hints(kind)  # type: ignore[arg-type]
    payload = {name: _restored(hints[name], value) for name, value in row.payload.items() if name in known}
    return kind(**payload, actor_id=row.actor_id, event_id=row.id, occurred_at=row.occurred_at)


@cache
def _hints(kind: type[Event]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _restored(hint: Any, value: Any) -> Any:
    """JSON knows no tuples."""
    if isinstance(value, list):
        origin = typing.get_origin(hint)
        options = typing.get_args(hint) if origin is types.UnionType else (hint,)
        if any((typing.get_origin(option) or option) is tuple for option in options):
            return tuple(value)
    return value


def rows_page(kind: str | None = None, before_id: int | None = None, limit: int = 100) -> list[EventRow]:
    """Stored events for the administrator, newest first."""
    found = select(EventRow).order_by(EventRow.id.desc()).limit(limit)
    if kind:
        found = found.where(EventRow.kind == kind)
    return list(db.session.scalars(found if before_id is None else found.where(EventRow.id < before_id)))


def acts_of(actor_id: int) -> list[dict[str, Any]]:
    """Everything that one actor did, in its order, as plain values: for the export of a person's data."""
    columns = (EventRow.kind, EventRow.occurred_at, EventRow.payload)
    found = select(*columns).where(EventRow.actor_id == actor_id).order_by(EventRow.id)
    return [dict(row._mapping) for row in db.session.execute(found)]
