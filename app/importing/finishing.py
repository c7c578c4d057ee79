"""What reactions would have built from an import's events, built once at its end."""

from collections.abc import Callable

from app.domains.reputation import ledger
from app.importing.tagging import recount_tags
from app.kernel.transaction import transaction


def finish(report: Callable[[str], object]) -> None:
    """Tag counts, ledger and standings, search index; opens its own transactions."""
    with transaction():
        recount_tags()
    with transaction():
        events = ledger.rebuild()
    report(f"ledger: {events} events read")
