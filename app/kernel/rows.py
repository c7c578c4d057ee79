"""Plain rows of a statement: what a page reads needs the database's answer and none of the ORM's loading.

On SQLite a request asks the driver itself, when its turn has come, and so does whatever is in a transaction of
`kernel/transaction.py`, on its own connection, to read and to write. SQLAlchemy writes the statement and knows the
types of its values, both once; what it does anew for each execution took thirty times as long as the file's answer to
a look-up by key.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask import Flask, current_app, g, has_request_context
from sqlalchemy import CursorResult, Select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

from app.extensions import database_is_sqlite, db
from app.kernel.sqlite import Line

NOTHING: Mapping[str, Any] = {}
MOST_WRITTEN = 1_000
"""Statements with each length of their lists; there are far fewer, unless one is not written once but each time."""
READ_AT_ONCE = 3
"""Requests of a process. Python computes for one of them; more only take it from each other, and each has a connection
that keeps pages of the file in memory."""
WAITS_SECONDS = 0.25
"""For its turn; then a request reads beside the others, whom a slow sender of a form may hold up."""


def install(app: Flask) -> None:
    with app.app_context():
        if database_is_sqlite(db.engine):
            app.extensions["reads_directly_from"] = db.engine
            app.extensions["line_of_readers"] = Line(READ_AT_ONCE)
            app.teardown_request(give_back)
            app.teardown_appcontext(give_back)  # of a context inside of a request


def read_rows(statement: Select[Any], values: Mapping[str, Any] = NOTHING) -> "CursorResult[Any] | Rows":
    """As `db.session.execute`, for a statement of columns that is written once and kept. What waits to be written is
    written before, and what a transaction of this request has changed is seen."""
    directly = _read_directly(statement, values) if _may_read_directly() else None
    if directly is not None:
        return directly
    session = db.session()
    if session.new or session.dirty or session.deleted:
        session.flush()
    connection = session.connection(bind_arguments={"clause": statement})
    if session.info.get("in_transaction") and "reads_directly_from" in current_app.extensions:
        found = _asked(connection.connection, statement, values)
        if found is not None:
            return found
    return connection.execute(statement, values)


def write_rows(statement: Any, *rows: Mapping[str, Any]) -> "CursorResult[Any] | Rows":
    """As `db.session.execute`, for an INSERT or UPDATE that is written once and kept, with each of `rows`, that name
    the same columns; in a transaction. Gives what it returns of each, in their order."""
    session = db.session()
    if session.new or session.dirty or session.deleted:
        session.flush()
    if session.info.get("in_transaction") and "reads_directly_from" in current_app.extensions:
        found = _written_directly(session.connection(), statement, rows)
        if found is not None:
            return found
    changed: Any = session.execute(statement, list(rows) if len(rows) > 1 else rows[0])
    return changed  # type: ignore[no-any-return]


def _written_directly(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> "Rows | None":
    """None where it is not so plain, and where it fails: the session then says why."""
    engine: Engine = current_app.extensions["reads_directly_from"]
    change = _change(statement, frozenset(rows[0]), engine)
    if change is None:
        return None
    for heard in engine.dispatch.before_execute:  # who watches what is changed watches this
        heard(connection, statement, (), {}, {})
    try:
        return Rows(change.make(connection.connection, rows, engine))
    except sqlite3.Error:
        return None


def _may_read_directly() -> bool:
    """A request: while the session is in a transaction, and after one of `kernel/transaction.py`, what it sees is what
    counts."""
    if not has_request_context() or "reads_directly_from" not in current_app.extensions:
        return False
    if not db.session.registry.has():
        return True
    session = db.session()
    return not session.in_transaction() and "in_transaction" not in session.info


def _read_directly(statement: Select[Any], values: Mapping[str, Any]) -> "Rows | None":
    """None where the file does not answer: the session then says why."""
    found = _asked(_connection(current_app.extensions["reads_directly_from"]), statement, values)
    if found is None:
        give_back()
    return found


def _asked(connection: Any, statement: Select[Any], values: Mapping[str, Any]) -> "Rows | None":
    engine: Engine = current_app.extensions["reads_directly_from"]
    written = _written(statement, values, engine)
    if written is None:
        return None
    try:
        return Rows(written.ask(connection, values, engine))
    except sqlite3.Error:
        return None


def _connection(engine: Engine) -> Any:
    """The request's own, in one transaction of reading from its first row to its last."""
    if "reads_through" not in g:
        if not g.get("has_turn_to_read"):
            g.has_turn_to_read = current_app.extensions["line_of_readers"].join(WAITS_SECONDS)
        g.reads_through = engine.raw_connection()
        g.reads_through.cursor().execute("BEGIN")
    return g.reads_through


def give_back(_error: BaseException | None = None) -> None:
    connection = g.pop("reads_through", None)
    if connection is not None:
        connection.close()  # the pool ends the transaction
    if g.pop("has_turn_to_read", False):
        current_app.extensions["line_of_readers"].next()


class Rows:
    """What was found, read whole."""

    def __init__(self, found: list[Any]) -> None:
        self._found = found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._found)

    def all(self) -> list[Any]:
        return self._found

    def one(self) -> Any:
        row = self.one_or_none()
        if row is None:
            raise NoResultFound("no row was found where there is one")
        return row

    def one_or_none(self) -> Any:
        if len(self._found) > 1:
            raise MultipleResultsFound("several rows were found where there is one")
        return self._found[0] if self._found else None

    def first(self) -> Any:
        return self._found[0] if self._found else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar(self) -> Any:
        return self._found[0][0] if self._found else None

    def scalars(self) -> Iterator[Any]:
        return (row[0] for row in self._found)


Process = Callable[[Any], Any]


class Written:
    """A statement in the words of the database, with what makes its values of ours and ours of its values."""

    def __init__(self, statement: Select[Any], values: Mapping[str, Any], engine: Engine) -> None:
        dialect = engine.dialect
        compiled: Any = statement.params(**values).compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
        self._text: str = compiled.string
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._fixed = _one_by_one({name: bind.value for name, bind in compiled.binds.items() if bind.unique})
        binds = compiled.binds  # of a list under its own name, of its members under that and a number
        types = {name: binds[name if name in binds else name.rpartition("_")[0]].type for name in self._names}
        in_words = {name: type_.dialect_impl(dialect).bind_processor(dialect) for name, type_ in types.items()}
        self._in_words: dict[str, Process] = {name: process for name, process in in_words.items() if process}
        columns = list(statement.selected_columns)
        ours = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._ours: list[tuple[int, Process]] = [(place, process) for place, process in enumerate(ours) if process]
        self._make = _row_of(*(str(column.key) for column in columns))._make

    def ask(self, connection: Any, values: Mapping[str, Any], engine: Engine) -> list[Any]:
        cursor, words = connection.cursor(), self._values(values)
        for heard in engine.dispatch.before_cursor_execute:  # who counts statements counts these
            heard(connection, cursor, self._text, words, None, False)
        found = cursor.execute(self._text, words).fetchall()
        return [self._row(row) for row in found]

    def _values(self, values: Mapping[str, Any]) -> list[Any]:
        known = self._fixed | _one_by_one(values)
        in_words = self._in_words
        return [in_words[name](known[name]) if name in in_words else known[name] for name in self._names]

    def _row(self, found: tuple[Any, ...]) -> Any:
        if self._ours:
            row = list(found)
            for place, process in self._ours:
                row[place] = process(row[place])
            return self._make(row)
        return self._make(found)


class Change:
    """A statement that changes rows, in the words of the database."""

    def __init__(self, compiled: Any, engine: Engine) -> None:
        dialect = engine.dialect
        self._text: str = compiled.string
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        found = {name: compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in self._names}
        self._in_words: dict[str, Process] = {name: process for name, process in found.items() if process}
        columns = list(compiled.effective_returning or ())
        ours = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._ours = [(place, process) for place, process in enumerate(ours) if process]
        self._returns = bool(columns)
        self._row = _row_of(*(str(column.key) for column in columns))._make

    def make(self, connection: Any, rows: Sequence[Mapping[str, Any]], engine: Engine) -> list[Any]:
        cursor, words = connection.cursor(), [self._values(row) for row in rows]
        for heard in engine.dispatch.before_cursor_execute:
            heard(connection, cursor, self._text, words, None, len(words) > 1)
        if not self._returns:
            cursor.executemany(self._text, words)
            return []
        return [self._found(found) for each in words for found in cursor.execute(self._text, each).fetchall()]

    def _values(self, row: Mapping[str, Any]) -> list[Any]:
        known, in_words = {**self._fixed, **row}, self._in_words
        return [in_words[name](known[name]) if name in in_words else known[name] for name in self._names]

    def _found(self, found: tuple[Any, ...]) -> Any:
        values = list(found)
        for place, process in self._ours:
            values[place] = process(values[place])
        return self._row(values)


def _one_by_one(values: Mapping[str, Any]) -> dict[str, Any]:
    """With the members of a list under its name and a number, as SQLAlchemy calls them."""
    found = dict(values)
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            found |= {f"{name}_{number}": each for number, each in enumerate(value, 1)}
    return found


def _row_of(*names: str) -> Any:
    make: Any = namedtuple
    return make("Row", names, rename=True)


_WRITTEN: dict[tuple[Any, ...], Written] = {}


def _written(statement: Select[Any], values: Mapping[str, Any], engine: Engine) -> Written | None:
    """None of an empty list: SQL has no word for it."""
    lengths = tuple(len(value) for value in values.values() if isinstance(value, list))
    if 0 in lengths:
        return None
    key = (statement, lengths)
    written = _WRITTEN.get(key)
    if written is None:
        if len(_WRITTEN) >= MOST_WRITTEN:
            _WRITTEN.clear()
        written = _WRITTEN[key] = Written(statement, values, engine)
    return written


_CHANGES: dict[tuple[Any, frozenset[str]], Change | None] = {}


def _change(statement: Any, names: frozenset[str], engine: Engine) -> Change | None:
    """None where SQLAlchemy would fill in a value at each execution."""
    key = (statement, names)
    if key not in _CHANGES:
        if len(_CHANGES) >= MOST_WRITTEN:
            _CHANGES.clear()
        columns = sorted(names) if statement.is_insert else None
        compiled: Any = statement.compile(dialect=engine.dialect, column_keys=columns, for_executemany=True)
        is_plain = not (compiled.insert_prefetch or compiled.update_prefetch or compiled.post_compile_params)
        _CHANGES[key] = Change(compiled, engine) if is_plain else None
    return _CHANGES[key]
