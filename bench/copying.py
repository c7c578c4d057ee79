"""Rows into PostgreSQL by COPY: some times faster than INSERT, and the columns' own defaults are filled in here."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Table

from app.extensions import db
from bench.rows import Row

Value = Callable[[Row], Any]


def copy_rows(table: Table, rows: list[Row]) -> None:
    """In the caller's transaction. All rows bring the same columns; a number that none brings, the table gives."""
    columns = [column for column in table.columns if column.name in rows[0] or column.default is not None]
    values = [_value(column, column.name in rows[0]) for column in columns]
    names = ", ".join(f'"{column.name}"' for column in columns)
    driver: Any = db.session.connection().connection.cursor()
    with driver.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([value(row) for value in values])


def _value(column: "Column[Any]", is_brought: bool) -> Value:
    name, default = column.name, _default(column)
    if type(column.type).__name__ == "JSON":
        return lambda row: json.dumps(row[name] if is_brought else default)
    return (lambda row: row[name]) if is_brought else (lambda _row: default)


def _default(column: "Column[Any]") -> Any:
    made: Any = column.default
    if made is None:
        return None
    return made.arg(None) if made.is_callable else made.arg
