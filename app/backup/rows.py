"""Tables as lines of JSON, one row each, the same from either database and for either database.

A value is written as both databases can say it: a time as UTC text to the microsecond, JSON as its text. The tables
are those that the database has, not those that the program's models describe: a backup is made before an upgrade too.
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    cast,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy import DateTime as Time
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import Text, TypeEngine

from app.backup.manifest import Kind
from app.extensions import database_is_sqlite
from app.kernel.errors import Conflict

AT_ONCE = 1_000  # rows

# The first that fits: PostgreSQL's and SQLite's own types derive from these.
KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (JSON, "json"),
    (Time, "time"),
    (Boolean, "truth"),
    (Float, "number"),
    (Integer, "integer"),
    (String, "text"),
)


def tables_of(connection: Connection) -> list[Table]:
    """All tables that the forum's database has, Alembic's own left out, by name."""
    found = MetaData()
    found.reflect(bind=connection)
    return [table for name, table in sorted(found.tables.items()) if name != "alembic_version"]


def columns_of(table: Table) -> list[tuple[str, Kind]]:
    return [(column.name, kind_of(column)) for column in table.columns]


def kind_of(column: Column[Any]) -> Kind:
    for sort, kind in KINDS:
        if isinstance(column.type, sort):
            return kind
    raise Conflict(f"{column.table.name}.{column.name} has the type {column.type}, which a backup cannot hold.")


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """The table's rows in the order of their keys, some at a time, each row a line."""
    kinds = columns_of(table)
    plain = _plain_in_sqlite if database_is_sqlite(connection.engine) else _plain_in_postgresql
    chosen = select(*[plain(table.c[name], kind).label(name) for name, kind in kinds])
    ordered = chosen.order_by(*table.primary_key.columns)
    rows = connection.execute(ordered, execution_options={"stream_results": True, "yield_per": AT_ONCE})
    for batch in rows.partitions():
        yield "".join([json.dumps(list(row), ensure_ascii=False) + "\n" for row in batch]).encode()


def _plain_in_sqlite(column: Column[Any], kind: Kind) -> ColumnElement[Any]:
    """SQLite keeps times and JSON as the text that is wanted."""
    return type_coerce(column, Text) if kind in ("time", "json") else column


def _plain_in_postgresql(column: Column[Any], kind: Kind) -> ColumnElement[Any]:
    if kind == "time":
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    return cast(column, Text) if kind == "json" else column


def last_id_of(connection: Connection, table: Table) -> int | None:
    """How far PostgreSQL has counted: rows may be gone whose number nobody shall get again. SQLite does not count."""
    sequence = sequence_of(connection, table)
    if sequence is None:
        return None
    # PostgreSQL's own name of the sequence, as it quotes it.
    return connection.scalar(text(f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}"))  # nosec B608


def sequence_of(connection: Connection, table: Table) -> str | None:
    """What numbers this table's rows, where PostgreSQL does it."""
    if database_is_sqlite(connection.engine) or "id" not in table.c:
        return None
    return connection.scalar(text("SELECT pg_get_serial_sequence(quote_ident(:name), 'id')"), {"name": table.name})
