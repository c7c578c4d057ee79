"""An archive into an empty database, whatever kind either is: the schema of then, the rows, the schema of now."""

from alembic import command
from sqlalchemy import Table, inspect, text
from sqlalchemy.engine import Connection

from app.backup.archive import Archive
from app.backup.filling import continue_numbering, drop_references, restore_references, rows_of, store
from app.backup.manifest import Manifest, TooNew, Unsound, member_of
from app.backup.rows import columns_of, tables_of
from app.extensions import database_is_sqlite, db
from app.kernel.schema import Dangling, alembic_config, changing_tables, known_revisions


def require_known_schema(found: Manifest) -> None:
    if found.revision not in known_revisions():
        raise TooNew(
            f"version {found.program} made it with the schema {found.revision}, which this version does not know"
        )


def is_empty(connection: Connection) -> bool:
    """No table, or nothing but Alembic's own without a revision."""
    names = inspect(connection).get_table_names()
    if names == ["alembic_version"]:
        return connection.scalar(text("SELECT count(*) FROM alembic_version")) == 0
    return not names


def load(connection: Connection, archive: Archive) -> None:
    """Everything in the caller's transaction (`changing_tables`), so that half of it is nothing."""
    command.upgrade(alembic_config(connection), archive.manifest.revision)
    tables = {table.name: table for table in tables_of(connection)}
    _require_the_same_tables(tables, archive.manifest)
    if not database_is_sqlite(db.engine):
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
    references = drop_references(connection)
    for table in tables.values():
        _load_table(connection, archive, table)
    restore_references(connection, references)
    command.upgrade(alembic_config(connection), "head")


def load_all(archive: Archive) -> None:
    """`load` into the present forum's database, which is empty."""
    with db.engine.connect() as connection:
        connection.execution_options(writes=True)
        try:
            with changing_tables(connection):
                load(connection, archive)
        except Dangling as error:
            raise Unsound(str(error)) from None


def _load_table(connection: Connection, archive: Archive, table: Table) -> None:
    said, where = archive.manifest.tables[table.name], member_of(table.name)
    rows = rows_of(archive.lines(where), said.columns, where)
    stored = store(connection, table, [name for name, _kind in said.columns], rows)
    if stored != said.rows:
        raise Unsound(f"{where} has {stored} rows where {said.rows} were written")
    continue_numbering(connection, table, said.last_id)


def _require_the_same_tables(tables: dict[str, Table], said: Manifest) -> None:
    """Half a backup, or one whose tables are not those of its revision, is none."""
    for name in sorted(tables.keys() ^ said.tables.keys()):
        lacks = "lacks" if name in tables else "has"
        raise Unsound(f"it {lacks} the table {name}, unlike the schema {said.revision} that it names")
    for name, table in tables.items():
        if sorted(columns_of(table)) != sorted(said.tables[name].columns):
            raise Unsound(f"its table {name} has other columns than the schema {said.revision} that it names")
