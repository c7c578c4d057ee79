"""`flask restore FILE`: a forum out of an archive, in one step that happens or does not.

Everything is built beside what is there: SQLite's file under another name, PostgreSQL's tables in one transaction,
key and uploads in a folder. Then names change, under a mark that keeps a forum from starting half-way.
"""

import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from app.backup.archive import Archive, sync_folder
from app.backup.loading import is_empty, load, load_all, require_known_schema
from app.backup.manifest import DEMO_MARK, SECRET, UPLOADS, Manifest, moment
from app.backup.running import nobody_else, require_unused_database
from app.backup.scratch import ROOM_FOR_INDEXES, complaints_of_doctor, require_room, scratch_forum
from app.config import Settings
from app.domains.search.serving import serving
from app.extensions import database_is_sqlite, db
from app.kernel.clock import now
from app.kernel.errors import Conflict
from app.kernel.schema import changing_tables

UNFINISHED = "restore.unfinished"
STAGE = ".restoring"
DATABASE_FILES = ("", "-wal", "-shm", "-journal")
JUST_NOW_SECONDS = 60.0
BESIDE_DATABASE = (SECRET, DEMO_MARK, UPLOADS.rstrip("/"))


@dataclass(frozen=True)
class Aside:
    """Where the old forum is: its files, and its tables where the database is PostgreSQL's."""

    folder: Path
    schema: str | None = None


@dataclass(frozen=True)
class Restored:
    """`aside` is None where there was no forum; `broken` is what doctor finds."""

    manifest: Manifest
    aside: Aside | None
    broken: list[str]
    other_key: bool


def is_unfinished(settings: Settings) -> bool:
    """Whether a restore was killed between the first new name and the last."""
    return (settings.data_dir / UNFINISHED).exists()


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Restored:
    """Into an empty data folder and database, or, with `replace`, into a place that is first moved aside.

    Unsound where the archive is none; Conflict where there is a forum, or one runs. Then nothing has changed.
    """
    with nobody_else(settings.data_dir), Archive(path) as archive:
        require_known_schema(archive.manifest)
        require_unused_database()
        place = _forum_in(settings.data_dir)
        if place and not replace:
            raise Conflict(f"There is a forum already: {place}. --replace moves it aside first.")
        require_room(settings.data_dir, archive.manifest.size * ROOM_FOR_INDEXES, "To restore this backup")
        stage = _staged(settings.data_dir, archive)
        try:
            swap = _swap_sqlite if database_is_sqlite(db.engine) else _swap_postgresql
            aside = swap(settings, archive, stage)
            if not place:
                _without_remains(aside)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        (settings.data_dir / UNFINISHED).unlink(missing_ok=True)
        shutil.rmtree(serving().root, ignore_errors=True)
        serving().want_rebuild("restored")
        broken = complaints_of_doctor(archive.manifest)
        return Restored(archive.manifest, aside if place else None, broken, _has_other_key(settings))


def _forum_in(data_dir: Path) -> str | None:
    """Where there is something that a restore must not lose; a database too damaged to be read is such a thing."""
    try:
        with db.engine.connect() as connection:
            free = is_empty(connection)
    except OperationalError:
        raise
    except DatabaseError:
        free = False
    if not free:
        return db.engine.url.render_as_string(hide_password=True)
    uploads = data_dir / UPLOADS
    return str(uploads) if uploads.is_dir() and any(uploads.iterdir()) else None


def _staged(data_dir: Path, archive: Archive) -> Path:
    """Key, mark and uploads, unpacked and checked, in a folder that a rename away is their place."""
    stage = data_dir / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    for name in archive.manifest.members:
        if name in BESIDE_DATABASE or name.startswith(UPLOADS):
            target = stage / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(target, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                for chunk in archive.chunks(name):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
    return stage


# SQLite: the file is built under another name ---------------------------------------------------------------------


def _swap_sqlite(settings: Settings, archive: Archive, stage: Path) -> Aside:
    database, draft = Path(db.engine.url.database or ""), stage / "huzhu.db"
    with scratch_forum(settings, draft):
        load_all(archive)
    db.engine.dispose()
    (settings.data_dir / UNFINISHED).touch()
    aside = _free_folder(database.parent)
    _move_aside(settings, aside)
    for end in DATABASE_FILES:
        _move(database.with_name(database.name + end), aside)
    shutil.move(draft, database)  # a database of its own address may lie on another disk
    _move_in(settings, stage)
    sync_folder(database.parent)
    return Aside(aside)


# PostgreSQL: the old tables move into a schema of their own, in the transaction that makes the new ones ------------


def _swap_postgresql(settings: Settings, archive: Archive, stage: Path) -> Aside:
    schema = None
    with db.engine.connect() as connection, changing_tables(connection):
        if not is_empty(connection):
            schema = _move_tables(connection)
        load(connection, archive)
        (settings.data_dir / UNFINISHED).touch()
    aside = _free_folder(settings.data_dir)
    _move_aside(settings, aside)
    _move_in(settings, stage)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return Aside(aside, schema)


def _move_tables(connection: Connection) -> str:
    """Indexes, constraints and sequences go with their table."""
    names = text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    tables, schema = list(connection.scalars(names)), f"before_restore_{moment(now())}"
    connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} SET SCHEMA {schema}")
    return schema


# Files ------------------------------------------------------------------------------------------------------------


def _free_folder(beside: Path) -> Path:
    """A new folder for what was there before."""
    for number in count(1):
        folder = beside / f"before-restore-{moment(now())}{f'-{number}' if number > 1 else ''}"
        if not folder.exists():
            break
    folder.mkdir(mode=0o700)
    return folder


def _move_aside(settings: Settings, aside: Path) -> None:
    for name in BESIDE_DATABASE:
        _move(settings.data_dir / name, aside)


def _move(path: Path, folder: Path) -> None:
    if path.exists():
        shutil.move(path, folder / path.name)


def _move_in(settings: Settings, stage: Path) -> None:
    for name in BESIDE_DATABASE:
        if (stage / name).exists():
            (stage / name).rename(settings.data_dir / name)
    sync_folder(settings.data_dir)


def _without_remains(aside: Aside) -> None:
    """An empty place leaves nothing, or the key that this command's own start has made."""
    key = aside.folder / SECRET
    if key.exists() and time.time() - key.stat().st_mtime < JUST_NOW_SECONDS:
        key.unlink()
    for end in DATABASE_FILES:
        (aside.folder / f"huzhu.db{end}").unlink(missing_ok=True)
    with suppress(OSError):  # something else is in it, and stays
        aside.folder.rmdir()


def _has_other_key(settings: Settings) -> bool:
    """Whether SECRET_KEY stands in the way of the key that the forum had."""
    return bool(settings.secret_key) and settings.secret_key != (settings.data_dir / SECRET).read_text("utf-8").strip()
