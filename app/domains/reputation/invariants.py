"""What must always hold of the ledger; each a query that finds no row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.domains.reputation import ledger
from app.domains.reputation.models import LedgerEntry, Standing, StandingScope
from app.extensions import db
from app.kernel.invariants import Invariant

BATCH = 100
A_HAIR = 1e-6  # credits; sums of the same rows in another order differ by less


def passed_unread() -> Sequence[Any]:
    number = ledger.unread_behind()
    return [(number,)] if number else []


def standings_disagree() -> Sequence[Any]:
    """Site standings whose total is not the sum of the person's rows."""
    total = func.sum(LedgerEntry.amount)
    found = select(LedgerEntry.user_id, total).outerjoin(
        Standing, (Standing.user_id == LedgerEntry.user_id) & (Standing.scope == StandingScope.SITE)
    )
    grouped = found.group_by(LedgerEntry.user_id, Standing.credit_total)
    differs = func.abs(func.coalesce(Standing.credit_total, 0.0) - total) > A_HAIR
    return list(db.session.execute(grouped.having(differs).limit(BATCH)))


def reversed_twice() -> Sequence[Any]:
    """Credits of which more was taken back than was given."""
    key = (LedgerEntry.user_id, LedgerEntry.answer_id, LedgerEntry.source_event_id)
    positive = LedgerEntry.reason.not_like("downvote%")
    total = func.sum(LedgerEntry.amount)
    found = select(*key, total).where(positive).group_by(*key).having(total < -A_HAIR)
    return list(db.session.execute(found.limit(BATCH)))


INVARIANTS = (
    Invariant("R1", "The ledger has read every event that it has passed.", passed_unread),
    Invariant("R2", "Everybody's standing is the sum of their ledger rows.", standings_disagree),
    Invariant("R3", "Nothing is taken back that was not given.", reversed_twice),
)
