"""The inbox by thread."""

import pytest

from app.domains.notifications.actions import mark_read
from app.domains.notifications.models import Notification
from app.domains.notifications.threads import MOST_LINES, inbox_threads
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotAllowed
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.factories import a_comment, a_question, an_answer

pytestmark = pytest.mark.both_databases


def test_a_question_is_one_entry_and_what_is_about_none_stands_alone(ann, bob, eve, worker):
    first, second = a_question(by=ann), a_question(by=ann)
    an_answer(to=first, by=bob)
    an_answer(to=second, by=bob)
    a_comment(on=first, by=eve)
    worker.tick()
    with transaction():
        for number in (1, 2):
            told = {"kind": "role_granted", "data": {"role": "agent"}, "created_at": now()}
            db.session.add(Notification(user_id=ann.id, event_id=90_000 + number, **told))

    threads = inbox_threads(ann).items

    assert [thread.latest.question_id for thread in threads] == [None, None, first.id, second.id]
    assert [(thread.unread, thread.total) for thread in threads] == [(1, 1), (1, 1), (2, 2), (1, 1)]
    assert [line.kind for line in threads[2].lines] == ["comment_posted", "answer_posted"]


def test_entries_page_by_their_latest_line_and_cost_two_statements(ann, bob, worker):
    questions = [a_question(by=ann) for _number in range(5)]
    for number, question in enumerate((*questions, questions[0])):
        an_answer(to=question, by=bob, body=f"Advice number {number} on this.")
    worker.tick()

    with statements() as asked:
        page = inbox_threads(ann, limit=2)
    assert len(asked) == 2
    found = list(page.items)
    while page.next:
        page = inbox_threads(ann, page.next, limit=2)
        found += page.items

    expected = [questions[0], *reversed(questions[1:])]
    assert [thread.latest.question_id for thread in found] == [question.id for question in expected]


def test_only_unread_threads_and_a_long_thread_shows_its_latest_lines(ann, bob, worker):
    read, long = a_question(by=ann), a_question(by=ann)
    an_answer(to=read, by=bob)
    for number in range(MOST_LINES + 3):
        a_comment(on=long, by=bob, body=f"Remark number {number} on this.")
    worker.tick()
    with transaction():
        mark_read(ann, question_id=read.id)

    [thread] = inbox_threads(ann, unread_only=True).items
    assert (thread.unread, len(thread.lines)) == (MOST_LINES + 3, MOST_LINES)
    assert thread.latest.id == max(line.id for line in thread.lines)
    assert len(inbox_threads(ann).items) == 2


def test_what_was_hidden_since_is_neither_shown_nor_counted(ann, bob, eve, mona, worker):
    question, other = a_question(by=eve), a_question(by=ann)
    an_answer(to=question, by=ann)
    an_answer(to=question, by=bob)
    an_answer(to=other, by=bob)
    an_answer(to=other, by=eve)
    worker.tick()
    assert len(inbox_threads(ann).items) == 2
    with transaction():
        hide_post(mona, db.session.get(Question, question.id), "A name in it")
        hide_post(mona, db.session.query(Answer).filter_by(question_id=other.id, author_id=eve.id).one(), "Spam")

    [thread] = inbox_threads(ann).items
    assert (thread.latest.question_id, thread.total, thread.latest.actor.name) == (other.id, 1, "bob")


def test_a_visitor_has_no_inbox(app):
    from app.domains.accounts.actor import GUEST

    with pytest.raises(NotAllowed):
        inbox_threads(GUEST)
