"""What reputation does by the clock."""

from app.domains.reputation import comparing, ledger, reviewing, standing
from app.kernel.clock import now
from app.kernel.transaction import transaction


def review_standing() -> None:
    """Every night: catch up, compare the answers whose fourteen days are over, count supporters, review levels."""
    at = now()
    with transaction():
        ledger.advance()
    with transaction():
        cursor = ledger.locked_cursor()
        cursor.compared_until = cursor.reviewed_at = at
        comparing.compare_answers(at)
        standing.refresh_supporters(at)
    with transaction():
        if reviewing.end_start_if_grown():
            standing.refresh_supporters(at)
    _review_everybody()


def _review_everybody() -> None:
    """In portions, so that nobody who writes meanwhile waits long."""
    last = 0
    while True:
        with transaction():
            portion = reviewing.people_to_review(last)
            reviewing.review_levels(portion)
        if not portion:
            return
        last = portion[-1]
