"""What search does by the clock."""

import structlog

from app.domains.search.engine import IndexBusy
from app.domains.search.rebuild import rebuild_soon, why_rebuild
from app.domains.search.serving import REBUILD, serving
from app.extensions import db

log = structlog.get_logger()


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
