"""The schema's history: which revision a database has, which ones this program knows, and the way from one to the next.

A change of the schema is one transaction on both databases: whatever stops it, the old schema and all rows stay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from app.config import ROOT
from app.extensions import database_is_sqlite, db
from app.kernel.errors import Conflict

MIGRATIONS = ROOT / "migrations"


class SchemaIsNewer(Conflict):
    """The database was changed by a version of the program that is newer than this one."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database has the schema of a newer version (revision {revision}), which this program does not know: "
            "install that version again, or restore a backup that this one made."
        )


class Dangling(Conflict):
    """A change of the schema would leave a row that refers to one that is not there."""

    def __init__(self, table: str, row: int, missing: str) -> None:
        super().__init__(f"Row {row} of the table {table} refers to a row of {missing} that is not there.")


def alembic_config(connection: Connection | None = None) -> Config:
    """For Alembic's commands; with `connection` they run inside the caller's transaction."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}


def newest_revision() -> str:
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def revision_of(connection: Connection) -> str | None:
    """None where no migration has run."""
    return MigrationContext.configure(connection).get_current_revision()


def require_known_revision() -> str | None:
    """The database's revision; SchemaIsNewer where this program has never heard of it."""
    with db.engine.connect() as connection:
        found = revision_of(connection)
    if found is not None and found not in known_revisions():
        raise SchemaIsNewer(found)
    return found


def upgrade_schema(to: str = "head") -> None:
    """Bring the schema up, on SQLite and PostgreSQL alike; two processes at once take turns on the write lock."""
    with db.engine.connect() as connection:
        connection.execution_options(writes=True)
        with changing_tables(connection):
            command.upgrade(alembic_config(connection), to)


@contextmanager
def changing_tables(connection: Connection) -> Iterator[None]:
    """A transaction in which SQLite may rebuild a table that others refer to: nothing dangles when it ends.

    With its foreign keys on, SQLite refuses to drop the old table, or deletes what cascades from it.
    """
    if not database_is_sqlite(connection.engine):
        with connection.begin():
            yield
        return
    # Inside of a transaction the pragma does nothing, so it goes past SQLAlchemy, which would begin one.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    changes = driver.total_changes
    try:
        with connection.begin():
            yield
            if driver.total_changes != changes:  # a look at every row is not for a start that changes nothing
                _require_whole(connection)
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _require_whole(connection: Connection) -> None:
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        table, row, missing, _key = dangling
        raise Dangling(table, row, missing)
