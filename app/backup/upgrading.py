"""`make upgrade`: room, a backup, a rehearsal on a copy of it, and only then the forum's own schema."""

import shlex
from collections.abc import Callable
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.backup.archive import require_folder
from app.backup.manifest import moment
from app.backup.running import nobody_else, require_unused_database
from app.backup.scratch import require_room
from app.backup.verifying import verify
from app.backup.writing import uploads_of, write_backup
from app.config import Settings, whereabouts
from app.extensions import database_is_sqlite, db
from app.kernel.clock import now
from app.kernel.errors import Conflict, DomainError
from app.kernel.schema import newest_revision, require_known_revision, upgrade_schema

GROWS_TIMES = 2  # SQLite's log holds every page that a migration touches


class UpgradeStopped(DomainError):
    """Nothing has changed; the sentence says why, and which backup was made."""


def upgrade(settings: Settings, folder: Path, report: Callable[[str], object]) -> Path:
    """Bring the schema up behind a backup in `folder`; gives the backup. Whatever fails, the old data stay."""
    require_folder(folder)
    with nobody_else(settings.data_dir):
        require_unused_database()
        revision = require_known_revision()
        if revision is None:
            raise Conflict("There is no forum in this database yet: nothing to upgrade.")
        _require_room(settings, folder)
        path = folder / f"huzhu-{moment(now())}-{revision}.zip"
        try:
            made = write_backup(settings, path)
            report(f"Backup: {path} ({made.row_count} rows, {path.stat().st_size >> 10} KB)")
            verify(settings, path)
            report("Rehearsed on a copy: the backup restores, the schema comes up, every invariant holds.")
            upgrade_schema()
        except (DomainError, SQLAlchemyError, CommandError, OSError) as error:
            raise UpgradeStopped(_stopped(error, settings, path)) from error
        except Exception as error:  # a migration may fail in any way
            raise UpgradeStopped(_stopped(error, settings, path)) from error
        report(f"Schema: {revision} -> {newest_revision()}")
        return path


def way_back(settings: Settings, path: Path) -> str:
    """The command that brings the backup back to where this forum is."""
    command = f".venv/bin/flask --app wsgi restore --replace {shlex.quote(str(path))}"
    return " ".join([*whereabouts(settings), command])


def _stopped(error: Exception, settings: Settings, path: Path) -> str:
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    kept = f" The backup: {way_back(settings, path)}" if path.exists() else ""
    return f"The upgrade stopped, and the data are as they were: {lines[0].rstrip('.')}.{kept}"


def _require_room(settings: Settings, folder: Path) -> None:
    """For the backup and, with SQLite, for the migration too, which may be on the same disk."""
    database = _database_size()
    backup = database + sum(path.stat().st_size for _name, path in uploads_of(settings.data_dir))
    migration = database * GROWS_TIMES if database_is_sqlite(db.engine) else 0
    same_disk = folder.stat().st_dev == settings.data_dir.stat().st_dev
    require_room(folder, backup + migration if same_disk else backup, "The upgrade")
    require_room(settings.data_dir, migration, "The upgrade")


def _database_size() -> int:
    """Bytes."""
    if database_is_sqlite(db.engine):
        return Path(db.engine.url.database or "").stat().st_size
    with db.engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
