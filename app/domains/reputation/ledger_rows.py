"""Ledger rows in and out of the database: load what a batch touches, append, cut off, read back."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, func, insert, or_, select, tuple_

from app.domains.reputation.creditbook import CreditBook
from app.domains.reputation.credits import Credit, Fact, Reason, utc_date
from app.domains.reputation.ledger_events import AnswerAbout
from app.domains.reputation.models import LedgerEntry, LedgerRead
from app.domains.reputation.trust import Place
from app.extensions import db

IN_ONE_STATEMENT = 200  # alternatives; SQLite allows an expression a thousand levels deep
_COLUMNS: tuple[Any, ...] = (
    LedgerEntry.id,
    LedgerEntry.user_id,
    LedgerEntry.event_id,
    LedgerEntry.reason,
    LedgerEntry.answer_id,
    LedgerEntry.occurred_at,
    LedgerEntry.amount,
    LedgerEntry.raw,
    LedgerEntry.x,
    LedgerEntry.giver_id,
    LedgerEntry.counts_from,
    LedgerEntry.source_event_id,
    LedgerEntry.reduced_because,
    LedgerEntry.question_id,
    LedgerEntry.product_id,
)


def entries() -> Select[Any]:
    """Rows in ledger order: ids are given out in it."""
    return select(*_COLUMNS).order_by(LedgerEntry.id)


def credit_of(row: Any) -> Credit:
    return Credit(
        user_id=row.user_id,
        event_id=row.event_id,
        reason=Reason(row.reason),
        answer_id=row.answer_id,
        occurred_at=row.occurred_at,
        amount=row.amount,
        raw=row.raw,
        x=row.x,
        giver_id=row.giver_id,
        counts_from=row.counts_from,
        source_event_id=row.source_event_id,
        reduced_because=tuple(row.reduced_because) if row.reduced_because else None,
    )


def book_for(facts: list[Fact]) -> CreditBook:
    """The book as it stands before these facts, in all that they touch: pairs (both ways), answers, author-days."""
    rows = {row.id: row for where in _touched_by(facts) for row in db.session.execute(entries().where(where))}
    return CreditBook.of(credit_of(rows[row_id]) for row_id in sorted(rows))


def _touched_by(facts: list[Fact]) -> Iterator[Any]:
    pairs = {(fact.giver_id, fact.author_id) for fact in facts if fact.giver_id is not None}
    days = {(fact.author_id, utc_date(fact.occurred_at)) for fact in facts}
    for answer_ids in _portions(sorted({fact.answer_id for fact in facts})):
        yield LedgerEntry.answer_id.in_(answer_ids)
    for some in _portions(sorted(pairs | {(user, giver) for giver, user in pairs})):
        yield tuple_(LedgerEntry.giver_id, LedgerEntry.user_id).in_(some)
    for many in _portions(sorted(days)):
        yield or_(*(_on_day(user_id, datetime.combine(day, time(), UTC)) for user_id, day in many))


def _portions(things: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(things), IN_ONE_STATEMENT):
        yield things[start : start + IN_ONE_STATEMENT]


def _on_day(user_id: int | None, midnight: datetime) -> Any:
    counted = (LedgerEntry.counts_from >= midnight) & (LedgerEntry.counts_from < midnight + timedelta(days=1))
    return and_(LedgerEntry.user_id == user_id, counted)


def append(credits: list[Credit], answers: dict[int, AnswerAbout]) -> None:
    """Store rows behind all others. Ids are places in the ledger, so that a rebuild gives the same ones."""
    if not credits:
        return
    last = db.session.scalar(select(func.max(LedgerEntry.id))) or 0
    rows = [_row_of(last + place, credit, answers[credit.answer_id]) for place, credit in enumerate(credits, start=1)]
    db.session.execute(insert(LedgerEntry.metadata.tables["ledger_entry"]), rows)


def _row_of(row_id: int, credit: Credit, answer: AnswerAbout) -> dict[str, Any]:
    return {
        "id": row_id,
        "user_id": credit.user_id,
        "event_id": credit.event_id,
        "source_event_id": credit.source_event_id,
        "reason": credit.reason.value,
        "answer_id": credit.answer_id,
        "question_id": answer.question_id,
        "product_id": answer.product_id,
        "giver_id": credit.giver_id,
        "amount": credit.amount,
        "raw": credit.raw,
        "x": credit.x,
        "reduced_because": list(credit.reduced_because) if credit.reduced_because else None,
        "counts_from": credit.counts_from,
        "occurred_at": credit.occurred_at,
    }


def cut_off_from(place: Place) -> tuple[set[int], set[int]]:
    """Take away every row from `place` on, and forget that its events were read; the users and answers concerned."""
    at, event_id = place
    earlier = (LedgerEntry.occurred_at < at) | ((LedgerEntry.occurred_at == at) & (LedgerEntry.event_id < event_id))
    newest_first = select(LedgerEntry.id).where(earlier).order_by(LedgerEntry.id.desc()).limit(1)
    last_kept = db.session.scalar(newest_first) or 0
    gone = db.session.execute(
        select(LedgerEntry.user_id, LedgerEntry.answer_id).where(LedgerEntry.id > last_kept).distinct()
    ).all()
    db.session.execute(delete(LedgerEntry).where(LedgerEntry.id > last_kept))
    later = (LedgerRead.occurred_at > at) | ((LedgerRead.occurred_at == at) & (LedgerRead.event_id >= event_id))
    db.session.execute(delete(LedgerRead).where(LedgerRead.occurred_at >= at, later))
    return {row.user_id for row in gone}, {row.answer_id for row in gone}


def credits_where(where: Iterable[Any]) -> list[Credit]:
    """Rows in ledger order."""
    return [credit_of(row) for row in db.session.execute(entries().where(*where))]
