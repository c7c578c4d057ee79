"""`flask restore FILE`: a forum out of an archive, in one step that happens or does not.

Everything is built beside what is there: SQLite's file under another name, PostgreSQL's tables in one transaction,
key and uploads in a folder. Then names change, under a mark that keeps a forum from starting half-way.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

from app.backup.archive import Archive, sync_folder
from app.backup.loading import is_empty, load, load_all, require_known_schema
from app.backup.manifest import DEMO_MARK, SECRET, UPLOADS, Manifest, moment
from app.backup.occupied import DATABASE_FILES, database_file, forum_in
from app.backup.running import nobody_else, require_unused_database
from app.backup.scratch import ROOM_FOR_INDEXES, complaints_of_doctor, require_room, scratch_forum
from app.config import Settings, take_back_key
from app.domains.search.serving import serving
from app.extensions import database_is_sqlite, db
from app.kernel.clock import now
from app.kernel.errors import Conflict
from app.kernel.schema import changing_tables

UNFINISHED = "restore.unfinished"
STAGE = ".restoring"
BESIDE_DATABASE = (SECRET, DEMO_MARK, UPLOADS.rstrip("/"))


@dataclass(frozen=True)
class Aside:
    """Where is what was here before: files, and the tables of a forum where the database is PostgreSQL's."""

    folder: Path
    schema: str | None = None


@dataclass(frozen=True)
class Restored:
    """`aside` is None where there was nothing before; `broken` is what doctor finds."""

    manifest: Manifest
    aside: Aside | None
    broken: list[str]
    other_key: bool


def is_unfinished(settings: Settings) -> bool:
    """Whether a restore was killed between the first new name and the last."""
    return (settings.data_dir / UNFINISHED).exists()


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Restored:
    """Into an empty data folder and database, or, with `replace`, into a place that is first moved aside.

    Unsound where the archive is none; Conflict where there is a forum, or one runs. Then nothing has changed, and
    nothing is made before the whole file has been read.
    """
    with nobody_else(settings.data_dir):
        take_back_key(settings)  # nobody else's, and nothing is signed here
        with Archive(path) as archive:
            is_taken = _require_place(settings, archive, replace)
            archive.check()
            aside = _swap(settings, archive)
            if not is_taken:
                _without_remains(settings, aside)
            (settings.data_dir / UNFINISHED).unlink(missing_ok=True)
            shutil.rmtree(serving().root, ignore_errors=True)
            serving().want_rebuild("restored")
            broken = complaints_of_doctor(archive.manifest)
        return Restored(archive.manifest, aside if aside.folder.exists() else None, broken, _has_other_key(settings))


def _require_place(settings: Settings, archive: Archive, replace: bool) -> bool:
    """Whether there is a forum, which may be moved aside then."""
    require_known_schema(archive.manifest)
    require_unused_database()
    found = forum_in(settings)
    if found and not replace:
        choice = f"Choose another {found.setting}, or add REPLACE=1 (`--replace`): it is then moved aside."
        raise Conflict(f"There is a forum already ({found.place}). {choice}")
    require_room(settings.data_dir, archive.manifest.size * ROOM_FOR_INDEXES, "To restore this backup")
    return found is not None


def _swap(settings: Settings, archive: Archive) -> Aside:
    stage = settings.data_dir / STAGE
    shutil.rmtree(stage, ignore_errors=True)  # of one that was killed
    try:
        _unpack(archive, stage)
        swap = _swap_sqlite if database_is_sqlite(db.engine) else _swap_postgresql
        return swap(settings, archive, stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _unpack(archive: Archive, stage: Path) -> None:
    """Key, mark and uploads, in a folder that a rename away is their place."""
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


# SQLite: the file is built under another name ---------------------------------------------------------------------


def _swap_sqlite(settings: Settings, archive: Archive, stage: Path) -> Aside:
    database, draft = database_file(settings), stage / "huzhu.db"
    with scratch_forum(settings, draft):
        load_all(archive)
    db.engine.dispose()
    (settings.data_dir / UNFINISHED).touch()
    aside = _free_folder(database.parent)
    _move_aside(settings, aside)
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
    """With PostgreSQL a SQLite file too: a start that has lost its DATABASE_URL would serve the old forum."""
    database = database_file(settings)
    for name in BESIDE_DATABASE:
        _move(settings.data_dir / name, aside)
    for end in DATABASE_FILES:
        _move(database.with_name(database.name + end), aside)


def _move(path: Path, folder: Path) -> None:
    if path.exists():
        shutil.move(path, folder / path.name)


def _move_in(settings: Settings, stage: Path) -> None:
    for name in BESIDE_DATABASE:
        if (stage / name).exists():
            (stage / name).rename(settings.data_dir / name)
    sync_folder(settings.data_dir)


def _without_remains(settings: Settings, aside: Aside) -> None:
    """An empty place leaves nothing; a key stays that is not the backup's."""
    key = aside.folder / SECRET
    if key.exists() and key.read_bytes().strip() == (settings.data_dir / SECRET).read_bytes().strip():
        key.unlink()
    for end in DATABASE_FILES:
        (aside.folder / f"{database_file(settings).name}{end}").unlink(missing_ok=True)
    with suppress(OSError):  # something else is in it, and stays
        aside.folder.rmdir()


def _has_other_key(settings: Settings) -> bool:
    """Whether SECRET_KEY stands in the way of the key that the forum had."""
    return bool(settings.secret_key) and settings.secret_key != (settings.data_dir / SECRET).read_text("utf-8").strip()
