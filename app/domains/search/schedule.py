"""What search does by the clock."""

from datetime import timedelta

import structlog
from sqlalchemy import delete

from app.domains.search.engine import IndexBusy
from app.domains.search.models import SearchMiss
from app.domains.search.rebuild import rebuild_soon, why_rebuild
from app.domains.search.serving import REBUILD, serving
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction

log = structlog.get_logger()

MISSES_KEPT_FOR = timedelta(days=100)  # longer than the longest digest looks back


def check_index() -> None:
    """Rebuild an index that is missing, broken, of the wrong engine or incomplete; else tidy up behind the last one."""
    because = why_rebuild()
    db.session.rollback()
    if because is not None:
        log.info("search.rebuild_due", because=because)
        rebuild_soon()
        return
    try:
        with serving().locked(REBUILD, 0):
            serving().remove_leftovers()
    except IndexBusy:
        pass


def forget_misses() -> None:
    with transaction():
        db.session.execute(delete(SearchMiss).where(SearchMiss.created_at < now() - MISSES_KEPT_FOR))
