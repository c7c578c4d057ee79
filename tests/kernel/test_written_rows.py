"""A transaction writes its plain rows without SQLAlchemy's ceremony where it can; what is stored is the same."""

from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from app.domains.questions.models import PostKind, Question, Revision
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.clock import now
from app.kernel.freshness import content_version
from app.kernel.rows import Rows, write_rows
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.factories import a_question

pytestmark = pytest.mark.both_databases

TAGS: Any = Tag.__table__
STORE = TAGS.insert().returning(TAGS.c.id, TAGS.c.created_at)
REVISIONS: Any = Revision.__table__
KEEP = REVISIONS.insert()
RENAME = TAGS.update().where(TAGS.c.name == bindparam("before")).values(name=bindparam("after"))


@pytest.fixture
def directly(app) -> bool:
    """Whether the database of this test is one that is written to without SQLAlchemy."""
    return "reads_directly_from" in app.extensions


def tag(name: str) -> dict[str, Any]:
    return {"name": name, "description": "", "question_count": 0, "created_at": now()}


def test_each_row_gives_what_was_asked_of_it_in_order(directly, clock):
    with transaction():
        found = write_rows(STORE, tag("lamp"), tag("bulb"))
        ids = [row.id for row in found]
    assert isinstance(found, Rows) or not directly
    assert [db.session.get(Tag, id).name for id in ids] == ["lamp", "bulb"]
    assert db.session.get(Tag, ids[0]).created_at == clock.now()


def test_values_are_stored_as_their_columns_store_them(ann, clock):
    text = {"kind": PostKind.QUESTION, "target_id": 7, "number": 1, "title": None, "body": "“…”"}
    with transaction():
        write_rows(KEEP, text | {"tags": ["lamp", "灯"], "author_id": ann.id, "comment": "", "created_at": now()})
    kept = db.session.scalars(select(Revision).where(Revision.target_id == 7)).one()
    assert (kept.kind, kept.title, kept.body, kept.tags) == (PostKind.QUESTION, None, "“…”", ["lamp", "灯"])
    assert kept.created_at == clock.now()


def test_what_a_column_gives_by_itself_is_given(app):
    with transaction():
        write_rows(TAGS.insert(), {"name": "lamp", "created_at": now()})
    assert db.session.scalars(select(Tag)).one().question_count == 0


def test_a_change_of_many_rows_changes_each(app):
    with transaction():
        write_rows(STORE, tag("lamp"), tag("bulb"))
        write_rows(RENAME, {"before": "lamp", "after": "light"}, {"before": "bulb", "after": "globe"})
    assert set(db.session.scalars(select(Tag.name))) == {"light", "globe"}


def test_what_waits_in_the_session_is_written_before(app, ann):
    question = a_question(by=ann)
    with transaction():
        db.session.get_one(Question, question.id).title = "A title that came first"
        with statements() as seen:
            write_rows(STORE, tag("lamp"))
    assert [each.split()[0] for each in seen] == ["UPDATE", "INSERT"]


def test_what_may_not_be_is_refused_as_ever_and_nothing_of_it_stays(app):
    with pytest.raises(IntegrityError), transaction():
        write_rows(STORE, tag("lamp"), tag("lamp"))
    assert db.session.scalars(select(Tag)).all() == []


def test_pages_that_show_it_are_made_anew(app):
    before = content_version()
    with transaction():
        write_rows(STORE, tag("lamp"))
    assert content_version() > before


def test_outside_of_a_transaction_the_session_writes(app):
    write_rows(STORE, tag("lamp"))
    db.session.rollback()
    assert db.session.scalars(select(Tag)).all() == []
