import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domains.accounts.models import User
from app.domains.questions.models import Question
from app.domains.questions.queries import tag_ids_of
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.importing.questions import import_questions
from app.kernel.errors import Invalid
from tests.factories import a_question


def silent(_line: str) -> None:
    """A report that nobody reads."""


def a_file(folder: Path, *rows: Any) -> Path:
    path = folder / "questions.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.both_databases
def test_a_full_line_becomes_the_whole_question(tmp_path: Path, product: str) -> None:
    row = {
        "id": 77, "title": "怎么导出报表？", "body": "我想导出 **Excel**。", "tags": ["导出", "报表"],
        "created_at": "2025-03-01T10:00:00+08:00", "lang": "zh", "author": "林小满",
    }  # fmt: skip

    assert import_questions(a_file(tmp_path, row), product, report=silent) == 1

    question = db.session.get_one(Question, 77)
    assert (question.title, question.language) == ("怎么导出报表？", "zh")
    assert "<strong>Excel</strong>" in question.body_html
    assert question.created_at == datetime(2025, 3, 1, 2, tzinfo=UTC)
    assert db.session.get_one(User, question.asker_id).name == "林小满"
    assert set(tag_ids_of(77)) == {tag_by_name("导出").id, tag_by_name("报表").id}
    assert tag_by_name("导出").question_count == 1


def test_a_title_is_enough(tmp_path: Path, product: str, clock: Any) -> None:
    import_questions(a_file(tmp_path, {"title": "Why is the light red?"}), product, report=silent)

    question = db.session.scalars(select(Question)).one()
    assert (question.title, question.body, question.created_at) == ("Why is the light red?", "", clock.now())
    assert (question.escalates, question.no_promise) == (False, "imported")


def test_a_second_run_adds_nothing(tmp_path: Path, product: str) -> None:
    path = a_file(tmp_path, {"id": 1, "title": "One question"}, {"title": "Another without a number"})
    assert import_questions(path, product, report=silent) == 2

    assert import_questions(path, product, report=silent) == 0


def test_where_somebody_asked_before_numbers_are_not_kept(tmp_path: Path, product: str, ann: Any) -> None:
    a_question(by=ann)

    import_questions(a_file(tmp_path, {"id": 500, "title": "A question from elsewhere"}), product, report=silent)

    assert db.session.get(Question, 500) is None


@pytest.mark.both_databases
def test_after_kept_numbers_the_next_question_goes_on_counting(tmp_path: Path, product: str, ann: Any) -> None:
    import_questions(a_file(tmp_path, {"id": 500, "title": "A question from elsewhere"}), product, report=silent)

    assert a_question(by=ann).id == 501


def test_lines_that_are_no_question_are_told_and_left_out(tmp_path: Path, product: str) -> None:
    told: list[str] = []
    path = a_file(tmp_path, {"title": "A good one"}, "{broken", {"body": "no title"}, '["a list"]', {"title": "   "})

    assert import_questions(path, product, report=told.append) == 1

    assert "left out: 1 lines (they are not JSON; the first: line 2)" in told
    assert "left out: 3 lines (they have no title; the first: line 3)" in told


@pytest.mark.parametrize(
    "row",
    [
        {"title": "Odd values", "id": -4, "tags": "one two", "created_at": "yesterday", "lang": 7, "author": 9},
        {"title": "Odd values", "id": 10**30, "tags": [1, None], "created_at": 10**30, "lang": "xx", "body": [1]},
        {"title": "x" * 5000, "id": "a-string", "created_at": 1700000000, "tags": ["t" * 200]},
        {"title": "A long one", "body": "word " * 20_000, "author": "!!!"},
    ],
)
def test_odd_values_become_a_plain_question(tmp_path: Path, product: str, row: dict[str, Any]) -> None:
    assert import_questions(a_file(tmp_path, row), product, report=silent) == 1

    assert len(db.session.scalars(select(Question)).one().title) <= 200


def test_a_person_who_registered_here_is_not_mistaken_for_an_author(tmp_path: Path, product: str, ann: Any) -> None:
    row = {"title": "A question from elsewhere", "author": "ann"}
    import_questions(a_file(tmp_path, row), product, report=silent)

    asker = db.session.get_one(User, db.session.scalars(select(Question.asker_id)).one())
    assert (asker.id != ann.id, asker.name) == (True, "ann 2")


def test_a_missing_file_is_one_clear_line(tmp_path: Path, product: str) -> None:
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        import_questions(tmp_path / "nowhere.jsonl", product, report=silent)
