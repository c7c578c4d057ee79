"""A request that only reads asks SQLite itself; what it gets is what the session would have got."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from flask import g
from sqlalchemy import bindparam, column, select, table
from sqlalchemy.exc import MultipleResultsFound, OperationalError

from app.domains.accounts.models import Session, User
from app.domains.accounts.sight import reading, sight_of
from app.domains.questions.models import Kind, Question
from app.domains.questions.queries import thread
from app.extensions import db
from app.kernel import rows
from app.kernel.rows import READ_AT_ONCE, Rows, read_rows
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.factories import a_question, an_answer

WITH_TYPES = select(Question.id, Question.created_at, Question.closed_at, Question.hidden, Question.kind)
BY_IDS = select(Question.id).where(Question.id.in_(bindparam("ids", expanding=True))).order_by(Question.id)
BY_KIND = select(Question.title).where(Question.kind == bindparam("kind"), Question.created_at < bindparam("before"))
NOWHERE = select(table("nowhere", column("id")))
TITLE = select(Question.title).where(Question.id == bindparam("id"))


@pytest.fixture
def directly(app) -> Any:
    """A request that reads."""
    if not app.extensions.get("reads_directly_from"):
        pytest.skip("only SQLite is asked without SQLAlchemy")

    @contextmanager
    def request(method: str = "GET") -> Iterator[None]:
        with app.app_context(), app.test_request_context("/", method=method):
            yield

    return request


def through_session(statement: Any, values: Any = None) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(statement, values or {})]


def test_values_have_the_types_of_their_columns(directly, ann):
    question = a_question(by=ann)
    with directly():
        found = read_rows(WITH_TYPES)
        assert isinstance(found, Rows)
        [row] = found
        assert row.id == question.id and row.kind is Kind.QUESTION and row.hidden is False and row.closed_at is None
        assert tuple(row) == through_session(WITH_TYPES)[0]


def test_a_statement_for_a_reader_finds_the_same_either_way(directly, ann, bob, mona):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    for actor in (ann, bob, mona):
        values = reading(actor, question_id=question.id, product_id=question.product_id)
        for written in (thread._question, thread._answers, thread._comments):
            with directly():
                found = [tuple(row) for row in read_rows(written(sight_of(actor)), values)]
                assert found == through_session(written(sight_of(actor)), values)


def test_values_are_given_in_the_database_s_words(directly, ann, clock):
    question = a_question(by=ann)
    with directly():
        at = {"kind": Kind.QUESTION, "before": clock.now()}
        assert read_rows(BY_KIND, at).all() == []
        clock.advance(seconds=1)
        assert read_rows(BY_KIND, at | {"before": clock.now()}).scalar() == question.title


@pytest.mark.parametrize("number", [0, 1, 3, 2])
def test_a_list_may_have_any_length(directly, ann, number):
    ids = [a_question(by=ann).id for _number in range(3)]
    with directly():
        assert list(read_rows(BY_IDS, {"ids": ids[:number]}).scalars()) == ids[:number]


def test_what_a_transaction_of_the_request_has_written_is_read(directly, ann):
    question_id = a_question(by=ann).id
    with directly():
        assert isinstance(read_rows(TITLE, {"id": question_id}), Rows)
        with transaction():
            db.session.get_one(Question, question_id).title = "Changed meanwhile"
            assert read_rows(TITLE, {"id": question_id}).scalar() == "Changed meanwhile"
        assert read_rows(TITLE, {"id": question_id}).scalar() == "Changed meanwhile"


def test_a_page_is_read_from_one_state_of_the_forum(app, directly, ann):
    question_id = a_question(by=ann).id
    with directly():
        before = read_rows(TITLE, {"id": question_id}).scalar()
        with app.app_context(), transaction():
            db.session.get_one(Question, question_id).title = "Changed by somebody else"
        assert read_rows(TITLE, {"id": question_id}).scalar() == before
    with directly():
        assert read_rows(TITLE, {"id": question_id}).scalar() == "Changed by somebody else"


def test_a_request_that_writes_reads_directly_until_it_has_written(directly, ann):
    question_id = a_question(by=ann).id
    with directly("POST"):
        assert isinstance(read_rows(TITLE, {"id": question_id}), Rows)
        with transaction():
            assert "reads_through" not in g  # no reader holds the file's log while somebody writes
            db.session.get_one(Question, question_id).title = "Changed by this request"
        after = read_rows(TITLE, {"id": question_id})
        assert not isinstance(after, Rows) and after.scalar() == "Changed by this request"


def test_each_connection_goes_back_when_the_request_ends(app, directly, client, ann):
    question = a_question(by=ann)
    db.session.remove()
    for path in ("/questions", f"/questions/{question.id}/{question.slug}", "/questions/999/none"):
        sign_in(client, ann).get(path)
        db.session.remove()
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.fixture
def busy_readers(app, directly) -> Any:
    """The line of readers while as many read as may at once."""
    line = app.extensions["line_of_readers"]
    assert all(line.join(0) for _reader in range(READ_AT_ONCE))
    return line


def test_who_comes_while_others_read_waits_for_one_of_them(directly, busy_readers, ann):
    def read() -> Any:
        with directly():
            return read_rows(WITH_TYPES)

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(read)
        while not busy_readers._waiting:
            time.sleep(0.001)
        assert not reading.done()
        busy_readers.next()
        assert isinstance(reading.result(), Rows)
    assert busy_readers.join(0)


def test_who_waits_in_vain_reads_beside_the_others(directly, busy_readers, monkeypatch):
    monkeypatch.setattr(rows, "WAITS_SECONDS", 0.01)
    with directly():
        assert isinstance(read_rows(WITH_TYPES), Rows)
    assert not busy_readers.join(0)  # a turn that was not had is not given back


def test_a_turn_ends_with_the_request_however_it_ends(app, directly, client, ann):
    question = a_question(by=ann)
    for path in ("/questions", f"/questions/{question.id}/{question.slug}", "/questions/999/none"):
        sign_in(client, ann).get(path)
    with directly(), pytest.raises(OperationalError):
        read_rows(NOWHERE)
    line = app.extensions["line_of_readers"]
    assert [line.join(0) for _reader in range(READ_AT_ONCE + 1)] == [True] * READ_AT_ONCE + [False]


def test_a_file_that_does_not_answer_is_told_as_ever(directly):
    with directly(), pytest.raises(OperationalError):
        read_rows(NOWHERE)


def test_more_rows_than_one_are_not_one(directly, ann, bob):
    with directly(), pytest.raises(MultipleResultsFound):
        read_rows(select(User.id)).one_or_none()


def test_who_counts_statements_counts_these(directly, ann):
    with directly(), statements() as seen:
        read_rows(select(Session.id))
    assert len(seen) == 1


def test_a_list_that_is_part_of_the_statement_is_asked_for_whole(directly, ann):
    questions = [a_question(by=ann) for _number in range(3)]
    wanted = select(Question.id).where(Question.id.in_([questions[0].id, questions[2].id])).order_by(Question.id)
    with directly():
        found = read_rows(wanted)
        assert isinstance(found, Rows) and [row.id for row in found] == [questions[0].id, questions[2].id]


def test_within_a_transaction_what_it_has_written_is_read_directly_too(app, directly, ann):
    question = a_question(by=ann)
    with transaction():
        db.session.get_one(Question, question.id).title = "A title that nobody else sees yet"
        found = read_rows(TITLE, {"id": question.id})
        assert isinstance(found, Rows) and found.scalar() == "A title that nobody else sees yet"


def test_within_a_transaction_an_error_is_the_sessions(app, directly):
    with pytest.raises(OperationalError, match="nowhere"), transaction():
        read_rows(NOWHERE)
