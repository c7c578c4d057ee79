from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import Flask

from app.domains.questions.queries import SORTS, ListFilter, question_list
from app.extensions import db
from app.kernel.errors import Invalid
from app.kernel.pagination import cursor_of, key_of, page_of
from tests.factories import a_question, a_vote


def test_a_cursor_gives_its_key_back():
    at = datetime(2026, 3, 3, 2, 0, 0, 123456, tzinfo=UTC)
    assert key_of(cursor_of(at, 7), datetime, int) == (at, 7)


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "WzFd", "W10", "%%%", "W251bGwsIDFd", cursor_of("a", 1), cursor_of(True, 1), "é"]
)
def test_what_is_no_cursor_of_ours_is_refused(app: Flask, cursor):
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        key_of(cursor, datetime, int)
    assert list(refused.value.fields) == ["after"]


@pytest.mark.parametrize("cursor", [None, ""])
def test_without_a_cursor_the_first_page_comes(cursor):
    assert key_of(cursor, datetime, int) is None


def test_a_row_more_than_the_page_holds_tells_where_the_next_one_begins():
    rows = [SimpleNamespace(id=number) for number in (9, 8, 7)]
    page = page_of(rows, 2, lambda row: row.id, "id")
    assert page.items == [9, 8] and key_of(page.next, int) == (8,)
    assert page_of(rows, 3, lambda row: row.id, "id").next is None


@pytest.mark.both_databases
@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_without_gap_or_repeat(app, clock, ann, bob, sort):
    for number in range(7):
        question = a_question(by=ann)
        if number % 3 == 0:
            a_vote(on=question, by=bob)
        if number % 2:
            clock.advance(minutes=1)  # pairs share their time, so that the id must decide
    db.session.rollback()

    seen, after = [], None
    for _ in range(10):
        page = question_list(ann, ListFilter(sort=sort), after, limit=2)
        seen += [card.id for card in page.items]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == list(range(1, 8))
    assert seen == [card.id for card in question_list(ann, ListFilter(sort=sort), limit=30).items]
