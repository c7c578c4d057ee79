"""One file, one writer at a time, and nobody is sent away."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow, rows_page
from app.kernel.sqlite import Line
from app.kernel.transaction import transaction


@pytest.fixture
def another_writer(app):
    """What another process does with the same file."""
    with closing(sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)) as other:
        yield other


def write(number: int) -> None:
    with transaction():
        count = db.session.scalar(text("SELECT count(*) FROM event"))
        db.session.execute(EventRow.__table__.insert(), {"kind": f"Number{count}", "occurred_at": now(), "payload": {}})


def test_threads_write_one_after_the_other(app):
    def several(_thread: int) -> None:
        with app.app_context():
            for number in range(5):
                write(number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(several, range(8)))

    assert {row.kind for row in rows_page(limit=100)} == {f"Number{number}" for number in range(40)}


def test_who_finds_another_process_writing_waits_until_it_is_done(app, another_writer):
    another_writer.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, another_writer.execute, ["COMMIT"]).start()
    write(0)
    assert len(rows_page()) == 1


def test_who_waited_in_vain_hears_that_the_file_is_locked_and_may_write_again_later(app, another_writer):
    db.session.execute(text("PRAGMA busy_timeout = 50"))
    another_writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        write(0)
    another_writer.execute("COMMIT")
    write(0)
    assert len(rows_page()) == 1


def test_a_transaction_that_failed_leaves_the_line_to_the_next(app):
    with pytest.raises(ValueError), transaction():
        raise ValueError
    with ThreadPoolExecutor(1) as other:
        other.submit(in_context, app, write, 0).result(10)
    assert len(rows_page()) == 1


def in_context(app, work, *arguments) -> None:
    with app.app_context():
        work(*arguments)


def test_who_came_first_is_next():
    line, order = Line(), []

    def stand(number: int) -> None:
        assert line.join(10)
        order.append(number)
        line.next()

    line.join(10)
    with ThreadPoolExecutor(5) as threads:
        for number in range(5):
            threads.submit(stand, number)
            while len(line._waiting) <= number:
                time.sleep(0.001)
        line.next()

    assert order == [0, 1, 2, 3, 4]
    assert line.join(0)


def test_who_leaves_the_line_keeps_nobody_from_their_turn():
    line = Line()
    line.join(10)
    assert not line.join(0.01)
    line.next()
    assert line.join(0)


def test_a_line_lets_in_as_many_as_it_has_places_for():
    line = Line(places=2)
    assert [line.join(0), line.join(0), line.join(0)] == [True, True, False]
    line.next()
    assert [line.join(0), line.join(0)] == [True, False]
