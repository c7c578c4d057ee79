"""`flask backup FILE`: a forum as it stands at one instant, while it runs."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from app.backup import manifest
from app.backup.archive import CHUNK, Archive, Writer, new_file
from app.backup.manifest import DEMO_MARK, SECRET, UPLOADS, Manifest, Table
from app.backup.occupied import database_file
from app.backup.rows import columns_of, last_id_of, lines_of, tables_of
from app.backup.running import leave_no_key
from app.config import ROOT, Settings, secret_key
from app.extensions import database_is_sqlite, db
from app.kernel.clock import now
from app.kernel.errors import Conflict
from app.kernel.schema import revision_of


def write_backup(settings: Settings, path: Path) -> Manifest:
    """One archive with database, key and uploads; gives what it says of itself. Nothing under `path` until it is whole.

    The search index is left out: it is built from the rows.
    """
    _require_file(settings)
    with new_file(path) as file:
        with Writer(file) as writer:
            made = _fill(writer, settings)
        file.flush()
        with Archive(Path(file.name)):  # what the reader would refuse is no backup
            return made


def _require_file(settings: Settings) -> None:
    """Before SQLite makes one by being asked: in a folder that was mistyped it would pass for a forum."""
    if database_is_sqlite(db.engine) and not database_file(settings).exists():
        leave_no_key(settings)
        sentence = f"There is no forum in {database_file(settings)}: nothing to back up. DATA_DIR names its folder."
        raise Conflict(sentence)


def _fill(writer: Writer, settings: Settings) -> Manifest:
    made_at = now()
    with one_instant() as connection:
        revision = revision_of(connection)
        if revision is None:
            raise Conflict("There is no forum in this database: nothing to back up.")
        tables = {table.name: _add_table(writer, connection, table) for table in tables_of(connection)}
    writer.add(SECRET, [secret_key(settings).encode()])
    _add_files(writer, settings)
    made = Manifest(
        program=program_version(),
        revision=revision,
        database="sqlite" if database_is_sqlite(db.engine) else "postgresql",
        made_at=made_at,
        tables=tables,
        members=writer.members,
    )
    writer.finish(made)
    return made


@contextmanager
def one_instant() -> Iterator[Connection]:
    """A connection that sees one state of the database for as long as it reads, and holds nobody up.

    SQLite's readers have that by themselves under WAL.
    """
    with db.engine.connect() as connection:
        if not database_is_sqlite(db.engine):
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection
        connection.rollback()


def _add_table(writer: Writer, connection: Connection, table: sa.Table) -> Table:
    rows = 0

    def counted() -> Iterator[bytes]:
        nonlocal rows
        for lines in lines_of(connection, table):
            rows += lines.count(b"\n")
            yield lines

    writer.add(manifest.member_of(table.name), counted())
    return Table(columns=columns_of(table), rows=rows, last_id=last_id_of(connection, table))


def _add_files(writer: Writer, settings: Settings) -> None:
    """The mark of a demonstration, and uploads; one that is removed meanwhile is not missed."""
    if settings.demo_mark.is_file():
        writer.add(DEMO_MARK, [settings.demo_mark.read_bytes()])
    for name, path in uploads_of(settings.data_dir):
        if not manifest.is_upload(name):
            raise Conflict(f"The upload {name!r} has a name that no backup can hold: rename it.")
        with suppress(FileNotFoundError), path.open("rb") as file:
            writer.add(name, iter(partial(file.read, CHUNK), b""))


def uploads_of(data_dir: Path) -> list[tuple[str, Path]]:
    """Plain files only: a link may lead out of the data folder."""
    found = sorted((data_dir / UPLOADS).rglob("*"))
    return [(path.relative_to(data_dir).as_posix(), path) for path in found if path.is_file() and not path.is_symlink()]


@cache
def program_version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])
