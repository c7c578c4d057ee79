"""A generated community into a forum's database, in big batches; then the forum's own rebuild of its index.

Left out is what only work in hand leaves behind: events, jobs, cases, the ledger of credit. `flask doctor` finds every
invariant kept.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from flask import Flask
from sqlalchemy import Table, func, insert, select, text

from app.cli.products import product_with_policy
from app.domains.accounts.models import User
from app.domains.questions.models import Answer, Question
from app.domains.search.rebuild import Rebuilt, rebuild
from app.extensions import Model, database_is_sqlite, db
from app.importing.ids import continue_numbering
from app.importing.tagging import Tags, recount_tags
from app.kernel.transaction import transaction
from bench.community import BEGIN, PRODUCTS, Thread, generated, people_count, person
from bench.copying import copy_rows
from bench.rows import Row, Rows, person_row

THREADS_AT_ONCE = 1_000
"""A transaction: about fifteen thousand rows."""
PRODUCT_NAMES = ("Mesh", "Pay", "Notes")


@dataclass(frozen=True)
class Loaded:
    questions: int
    rows: int
    seconds: float
    index: str
    index_seconds: float
    first_person: int
    """User id of person 0."""


def load(
    app: Flask, questions: int, report: Callable[[str], object] = print, *, people: int = 0, index: bool = True
) -> Loaded:
    """Fill the forum, whose schema is there and which has no questions yet; inside of its context. `people`: more
    than these questions bring."""
    began = time.monotonic()
    with transaction():
        first_person, product_ids = _people(max(people, people_count(questions))), _products()
    making, tags, rows = Rows(first_person, product_ids), Tags(), 0
    for batch in _batches(generated(questions)):
        with transaction():
            rows += _store(making.of(batch)) + _tag(tags, batch)
        report(f"  {batch[-1].number + 1} of {questions} questions, {time.monotonic() - began:.0f} s")
    with transaction():
        recount_tags()
        continue_numbering(User, Question, Answer)
    _look_at_it_again()
    seconds = time.monotonic() - began
    built = rebuild() if index else Rebuilt("no", 0, 0.0)
    return Loaded(questions, rows, seconds, built.engine, built.seconds, first_person)


def _batches(threads: Iterable[Thread]) -> Iterator[list[Thread]]:
    iterator = iter(threads)
    while batch := list(islice(iterator, THREADS_AT_ONCE)):
        yield batch


def _people(number: int) -> int:
    first = (db.session.scalar(select(func.max(User.id))) or 0) + 1
    _put(Model.metadata.tables["user"], [person_row(person(each), first) for each in range(number)])
    return first


def _products() -> list[int]:
    return [product_with_policy(name.lower(), name, "Asia/Shanghai").id for name in PRODUCT_NAMES[:PRODUCTS]]


def _store(found: dict[str, list[Row]]) -> int:
    for name, rows in found.items():
        _put(Model.metadata.tables[name], rows)
    return sum(map(len, found.values()))


def _put(table: Table, rows: list[Row]) -> None:
    if rows and database_is_sqlite(db.engine):
        db.session.execute(insert(table), rows)
    elif rows:
        copy_rows(table, rows)


def _tag(tags: Tags, batch: list[Thread]) -> int:
    tags.want({name for each in batch for name in each.tags}, BEGIN)
    rows = [row for each in batch for row in tags.rows_for(each.number + 1, each.tags, each.active_at)]
    _put(Model.metadata.tables["question_tag"], rows)
    return len(rows)


def _look_at_it_again() -> None:
    """What PostgreSQL's autovacuum does a minute later. The forum's SQLite has no such statistics, so it gets none."""
    if not database_is_sqlite(db.engine):
        with transaction():
            db.session.execute(text("ANALYZE"))
