"""The one ordered reader of events: from what people did to the rows that say what it was worth.

It reads by (occurred_at, event id) under the lock of one row, so that a rebuild gives the same bytes. An event that
turns up behind the place it has reached (another process committed later, or wrote an older time) takes the reader
back: every row from there on is cut off and read anew. That is exact, and cheap because such events are seconds old;
imports, whose events are years old, end with one `rebuild`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.domains.questions.actions.voting import forget_trust, set_trust
from app.domains.questions.models import Answer
from app.domains.reputation import comparing, ledger_rows, standing
from app.domains.reputation.creditbook import CreditBook
from app.domains.reputation.credits import AnswerState, Fact
from app.domains.reputation.ledger_events import READ_KINDS, unread_events
from app.domains.reputation.ledger_facts import FactReader
from app.domains.reputation.models import LedgerCursor, LedgerEntry, LedgerRead, Standing
from app.domains.reputation.trust import BEGINNING, Place, place_of
from app.extensions import db
from app.kernel.events import Event, EventRow

EVENTS_AT_ONCE = 1_000
EVENTS_AT_ONCE_IN_REBUILD = 10_000


@dataclass
class _Changes:
    """What must be brought into line when the reading is done. `refolded` people are added up from nothing."""

    touched: set[int] = field(default_factory=set)
    refolded: set[int] = field(default_factory=set)
    answers: set[int] = field(default_factory=set)
    """Whose rows were cut off; those that are read again say their own trust."""
    trust: dict[int, tuple[float, float]] = field(default_factory=dict)


def read(event: Event) -> None:
    """Let the ledger know of this event and of all that wait with it. Joins the caller's transaction."""
    if _has_read(event.event_id):
        return
    cursor = locked_cursor()
    if _has_read(event.event_id):  # by whoever held the lock
        return
    changes, reached = _Changes(), _place_of(cursor)
    if reached is not None and place_of(event) <= reached:
        _take_back(cursor, place_of(event), changes)
    _read_on(cursor, changes)


def advance() -> int:
    """Read what has happened since the last time; how many events. Joins the caller's transaction."""
    return _read_on(locked_cursor(), _Changes())


def rebuild() -> int:
    """Forget ledger and standings and compute them from the events; how many were read. The same bytes.

    Joins the caller's transaction. For an import: `record` the events with their own times, then call this once.
    """
    cursor = locked_cursor()
    for table in (LedgerEntry, LedgerRead, Standing):
        db.session.execute(delete(table))
    forget_trust()
    cursor.occurred_at, cursor.event_id = None, 0
    number = _read_all(cursor)
    standing.refold()
    if cursor.compared_until is not None:
        comparing.compare_answers(cursor.compared_until)
    standing.refresh_supporters(cursor.reviewed_at)
    return number


def locked_cursor() -> LedgerCursor:
    """The row that only one reader at a time may hold; made where it is missing."""
    found = select(LedgerCursor).where(LedgerCursor.id == 1).with_for_update()
    cursor = db.session.scalar(found.execution_options(populate_existing=True))
    if cursor is not None:
        return cursor
    try:
        with db.session.begin_nested():
            db.session.add(LedgerCursor(id=1, event_id=0))
    except IntegrityError:
        pass  # another process made it at this moment
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def unread_behind() -> int:
    """How many events the reader has passed without reading them: none, or somebody forgot to rebuild (doctor)."""
    place = _place_of(db.session.get(LedgerCursor, 1))
    if place is None:
        return 0
    at, event_id = place
    passed = (EventRow.occurred_at < at) | ((EventRow.occurred_at == at) & (EventRow.id <= event_id))
    found = select(func.count()).select_from(EventRow).outerjoin(LedgerRead, LedgerRead.event_id == EventRow.id)
    return db.session.scalar(found.where(EventRow.kind.in_(READ_KINDS), passed, LedgerRead.event_id.is_(None))) or 0


def follow_question(question_id: int, product_id: int) -> None:
    """A question was moved or got other tags: its credits follow it."""
    locked_cursor()
    db.session.flush()
    under = LedgerEntry.answer_id.in_(select(Answer.id).where(Answer.question_id == question_id))
    helped = set(db.session.scalars(select(LedgerEntry.user_id).where(under).distinct()))
    if helped:
        moved = update(LedgerEntry).where(under, LedgerEntry.product_id != product_id).values(product_id=product_id)
        db.session.execute(moved, execution_options={"synchronize_session": False})
        standing.refold(helped)


def _has_read(event_id: int) -> bool:
    return db.session.scalar(select(LedgerRead.event_id).where(LedgerRead.event_id == event_id)) is not None


def _place_of(cursor: LedgerCursor | None) -> Place | None:
    return (cursor.occurred_at, cursor.event_id) if cursor is not None and cursor.occurred_at is not None else None


def _take_back(cursor: LedgerCursor, place: Place, changes: _Changes) -> None:
    users, answers = ledger_rows.cut_off_from(place)
    changes.refolded |= users
    changes.answers |= answers
    cursor.occurred_at, cursor.event_id = place[0], place[1] - 1


def _read_on(cursor: LedgerCursor, changes: _Changes) -> int:
    reader = FactReader(_place_of(cursor) or BEGINNING)
    number = 0
    while events := unread_events(_place_of(cursor), READ_KINDS, EVENTS_AT_ONCE):
        facts = reader.facts_of(events)
        _write(facts, ledger_rows.book_for(facts), reader, changes)
        cursor.occurred_at, cursor.event_id = place_of(events[-1])
        number += len(events)
    _settle(cursor, reader, changes)
    return number


def _read_all(cursor: LedgerCursor) -> int:
    """From the first event to the last, with the whole book in memory."""
    reader, book, number = FactReader(None), CreditBook(), 0
    while events := unread_events(_place_of(cursor), READ_KINDS, EVENTS_AT_ONCE_IN_REBUILD):
        ledger_rows.append(list(book.fold(reader.facts_of(events))), reader.answers)
        cursor.occurred_at, cursor.event_id = place_of(events[-1])
        number += len(events)
    set_trust({answer_id: (state.trusted_up, state.trusted_down) for answer_id, state in book.answers.items()})
    return number


def _write(facts: Iterable[Fact], book: CreditBook, reader: FactReader, changes: _Changes) -> None:
    credits = list(book.fold(facts))
    ledger_rows.append(credits, reader.answers)
    about = [(credit, reader.answers[credit.answer_id]) for credit in credits if credit.user_id not in changes.refolded]
    standing.enter(standing.Entered.of(credit, answer) for credit, answer in about)
    changes.touched |= {credit.user_id for credit in credits}
    for answer_id in {credit.answer_id for credit in credits}:
        state = book.answers[answer_id]
        changes.trust[answer_id] = (state.trusted_up, state.trusted_down)


def _settle(cursor: LedgerCursor, reader: FactReader, changes: _Changes) -> None:
    for answer_id in changes.answers - changes.trust.keys():
        state = AnswerState.of(ledger_rows.credits_where([LedgerEntry.answer_id == answer_id]))
        changes.trust[answer_id] = (state.trusted_up, state.trusted_down)
    set_trust(changes.trust)
    standing.refold(changes.refolded)
    supported = changes.touched | changes.refolded
    if reader.trust_changed:
        supported |= standing.supported_by(reader.trust_changed)
    standing.refresh_supporters(cursor.reviewed_at, supported)
