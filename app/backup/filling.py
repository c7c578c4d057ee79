"""Lines of JSON back into the tables of an empty database, of either kind."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Table, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from app.backup.manifest import Kind, Unsound
from app.backup.rows import AT_ONCE, sequence_of
from app.extensions import database_is_sqlite

LARGEST = 2**63

Row = list[Any]


def rows_of(lines: Iterable[bytes], kinds: list[tuple[str, Kind]], where: str) -> Iterator[Row]:
    """Rows whose every value is of its column's kind; Unsound with the line otherwise."""
    read = [READ[kind] for _name, kind in kinds]
    for number, line in enumerate(lines, 1):
        try:
            values = json.loads(line)
            if not isinstance(values, list) or len(values) != len(read):
                raise ValueError
            yield [None if value is None else of(value) for of, value in zip(read, values, strict=True)]
        except (ValueError, TypeError, RecursionError):
            raise Unsound(f"line {number} of {where} is no row of that table") from None


def _integer(value: Any) -> int:
    if type(value) is not int or not -LARGEST <= value < LARGEST:
        raise ValueError(value)
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError(value)
    return float(value)


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(value)
    return value


def _time(value: Any) -> str:
    """As SQLAlchemy writes it into SQLite, and as PostgreSQL reads it where its zone is UTC."""
    return datetime.fromisoformat(_text(value)).strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")


def _json(value: Any) -> str:
    json.loads(_text(value))
    return str(value)


READ: dict[Kind, Callable[[Any], Any]] = {
    "integer": _integer,
    "number": _number,
    "truth": _truth,
    "text": _text,
    "time": _time,
    "json": _json,
}


def store(connection: Connection, table: Table, columns: list[str], rows: Iterator[Row]) -> int:
    """Put the rows into an empty table; gives how many. The rows may refer to what is not there yet."""
    put = _put_into_sqlite if database_is_sqlite(connection.engine) else _put_into_postgresql
    try:
        return put(connection, table, columns, rows)
    except (DatabaseError, psycopg.Error) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise Unsound(f"a row of {table.name} does not fit into this database: {reason}") from None


def _put_into_sqlite(connection: Connection, table: Table, columns: list[str], rows: Iterator[Row]) -> int:
    quoted = connection.dialect.identifier_preparer.quote
    names, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
    # Names of our own tables and columns, quoted; every value is bound.
    statement, stored = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({marks})", 0  # nosec B608
    while batch := [tuple(row) for row in islice(rows, AT_ONCE)]:
        connection.exec_driver_sql(statement, batch)
        stored += len(batch)
    return stored


def _put_into_postgresql(connection: Connection, table: Table, columns: list[str], rows: Iterator[Row]) -> int:
    """COPY: a tenth of the time of INSERT."""
    quoted = connection.dialect.identifier_preparer.quote
    statement, stored = f"COPY {quoted(table.name)} ({', '.join(map(quoted, columns))}) FROM STDIN", 0
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            stored += 1
    return stored


def continue_numbering(connection: Connection, table: Table, last_id: int | None) -> None:
    """PostgreSQL counts on from where the other forum stood, or from the highest number."""
    sequence = sequence_of(connection, table)
    if sequence is None:
        return
    highest = max(connection.scalar(select(func.max(table.c.id))) or 0, last_id or 0)
    if highest:
        connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})


FOREIGN_KEYS = text(
    "SELECT conrelid::regclass::text AS place, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS says"
    " FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def drop_references(connection: Connection) -> list[tuple[str, str, str]]:
    """PostgreSQL's foreign keys, taken out so that tables may be filled in any order; `restore_references` puts them
    back, and refuses rows that dangle. SQLite's are off meanwhile (`changing_tables`)."""
    if database_is_sqlite(connection.engine):
        return []
    found = [(row.place, row.name, row.says) for row in connection.execute(FOREIGN_KEYS)]
    for place, name, _says in found:
        connection.exec_driver_sql(f"ALTER TABLE {place} DROP CONSTRAINT {name}")
    return found


def restore_references(connection: Connection, references: list[tuple[str, str, str]]) -> None:
    for place, name, says in references:
        try:
            connection.exec_driver_sql(f"ALTER TABLE {place} ADD CONSTRAINT {name} {says}")
        except DatabaseError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise Unsound(f"a row refers to what is not there: {reason}") from None
