"""SQLite as the forum uses it: its pragmas, its explicit BEGIN, and its one writer at a time.

SQLite tells nobody that the pen is free: by itself every waiting thread asks again, after pauses that grow to a tenth
of a second, and a pen for which many wait mostly lies idle. Here the threads of a process stand in line, and the first
of them asks every other millisecond. A worker, whose threads have always something to write while people post, lays
the pen down for longer than that where others want it.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from app.extensions import database_is_sqlite

WAITS_SECONDS = 15
ASKS_EVERY_SECONDS = 0.002
LEAVES_IT_SECONDS = 0.004
STANDS_BACK_TIMES = 4
WANTED_FOR_SECONDS = 1.0


class Line:
    """At most so many at once, and who came first is next. A lock gives itself to whoever happens to run, and some wait
    for seconds."""

    def __init__(self, places: int = 1) -> None:
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._free = places

    def join(self, seconds: float) -> bool:
        """Whether one's turn came within that time."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        return mine.acquire(timeout=seconds) or not self._leave(mine)

    def _leave(self, mine: Lock) -> bool:
        """False where it was one's turn just now."""
        with self._guard:
            waited = mine in self._waiting
            if waited:
                self._waiting.remove(mine)
            return waited

    def next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class Writers:
    """Those of one process."""

    def __init__(self) -> None:
        self.line = Line()
        self.give_way = False
        self._wanted_until = 0.0
        self._writes_since = 0.0

    def take_up(self) -> None:
        self._writes_since = time.monotonic()

    def met_another(self) -> None:
        """Another process was writing: it, or its next, may want to again."""
        self._wanted_until = time.monotonic() + WANTED_FOR_SECONDS

    def lay_down(self) -> None:
        """For much longer than one has written, where others want to: people wait for them, nobody for a worker."""
        at = time.monotonic()
        if self.give_way and at < self._wanted_until:
            time.sleep(max(LEAVES_IT_SECONDS, STANDS_BACK_TIMES * (at - self._writes_since)))


def prepare(app: Flask, engine: Engine) -> None:
    """PostgreSQL needs nothing of it."""
    app.extensions["writers"] = None
    if database_is_sqlite(engine):
        app.extensions["writers"] = Writers()
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)


def give_way() -> None:
    """For the rest of its life this process lets others write first."""
    writers: Writers | None = current_app.extensions["writers"]
    if writers is not None:
        writers.give_way = True


@contextmanager
def turn_to_write() -> Iterator[None]:
    """Around a transaction that writes. Whoever waited in vain goes on, and hears from the file that it is locked."""
    writers: Writers | None = current_app.extensions["writers"]
    if writers is None:
        yield
        return
    came = writers.line.join(WAITS_SECONDS)
    try:
        yield
        writers.lay_down()
    finally:
        if came:
            writers.line.next()


def _configure(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins lazily and cannot say IMMEDIATE: switch it off.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {WAITS_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -4000")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A write that begins as a read may find its snapshot outdated and fail at once, whatever the busy timeout;
    # so a transaction that means to write says so at its beginning.
    cursor = connection.connection.cursor()
    if not connection.get_execution_options().get("writes", False):
        cursor.execute("BEGIN")  # waits for nobody, so it needs no statement's care
    elif not _takes_the_pen(cursor):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # its error is the one that everybody knows


def _takes_the_pen(cursor: Any) -> bool:
    patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    until = time.monotonic() + patience / 1000
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while not (taken := _is_free(cursor)) and time.monotonic() < until:
            current_app.extensions["writers"].met_another()
            time.sleep(ASKS_EVERY_SECONDS)
        current_app.extensions["writers"].take_up()
        return taken
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {patience}")


def _is_free(cursor: Any) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True
