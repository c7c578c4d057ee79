"""What reactions would have built from an import's events, built once at its end."""

import sys
from collections.abc import Callable

from app.domains.reputation import ledger
from app.domains.search.engine import IndexBusy
from app.domains.search.rebuild import rebuild
from app.extensions import db
from app.importing.tagging import recount_tags
from app.kernel.transaction import transaction


def finish(report: Callable[[str], object]) -> None:
    """Tag counts, ledger and standings, search index; opens its own transactions."""
    with transaction():
        recount_tags()
    with transaction():
        events = ledger.rebuild()
    report(f"ledger: {events} events read")
    db.session.rollback()
    _index(report)


def _index(report: Callable[[str], object]) -> None:
    try:
        built = rebuild(_show)
    except IndexBusy:
        report("search: another process rebuilds the index; the worker will catch up with these questions")
    else:
        report(f"search: {built.documents} questions indexed with {built.engine}")


def _show(progress: object) -> None:
    print(f"index {progress}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
