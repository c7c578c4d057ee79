"""Whether a forum runs on a data folder or a database: nothing is put in its place under its feet."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from sqlalchemy import text

from app.config import Settings, has_made_key, take_back_key
from app.extensions import database_is_sqlite, db
from app.kernel.errors import Conflict

LOCK = "running.lock"
PATIENCE_SECONDS = 2.0  # for a command that is just leaving

OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


class ForumRuns(Conflict):
    """Somebody works on these data."""

    def __init__(self, sign: str) -> None:
        super().__init__(f"A forum runs on these data ({sign}): stop it first.")


def running(data_dir: Path) -> IO[str] | None:
    """Says that a forum runs, for as long as the file is open in this process or in one that inherits it.

    None where the folder is being restored or upgraded. Several forums may run on one folder.
    """
    file = (data_dir / LOCK).open("a")
    if _locked(file, fcntl.LOCK_SH):
        return file
    file.close()
    return None


@contextmanager
def nobody_else(data_dir: Path) -> Iterator[None]:
    """While no forum runs, and none may start; ForumRuns with the sign of the one that does."""
    with (data_dir / LOCK).open("a") as file:
        if not _locked(file, fcntl.LOCK_EX):
            raise ForumRuns(f"it holds {data_dir / LOCK}")
        yield


def _locked(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def leave_no_key(settings: Settings) -> None:
    """For a command that needs no forum, unless one has begun to use the key that the command's start has made."""
    if has_made_key(settings):
        with suppress(ForumRuns), nobody_else(settings.data_dir):
            take_back_key(settings)


def require_unused_database() -> None:
    """ForumRuns where anybody else is connected: a web process or a worker that runs by itself, here or elsewhere."""
    db.session.remove()
    db.engine.dispose()
    if not database_is_sqlite(db.engine):
        with db.engine.connect() as connection:
            others = connection.scalar(OTHERS) or 0
        if others:
            raise ForumRuns(f"connections to the database besides this one: {others}")
    elif _is_open_elsewhere(Path(db.engine.url.database or "")):
        raise ForumRuns(f"another process has {db.engine.url.database} open")


def _is_open_elsewhere(path: Path) -> bool:
    """Leaving WAL needs everybody else to have left; the forum's next connection turns it on again.

    It also brings everything that has been written into the one file.
    """
    if not path.exists():
        return False
    with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            return False
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:
            return False  # damaged: a reason to restore
