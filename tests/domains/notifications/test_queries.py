"""The inbox, its count, and the lines that open pages ask for."""

import pytest

from app.domains.notifications.actions import mark_read
from app.domains.notifications.live import question_room, say, user_room
from app.domains.notifications.models import LiveEvent
from app.domains.notifications.queries import (
    inbox,
    last_message_id,
    messages_for,
    notice,
    presence_of,
    rooms_of,
    unread_count,
)
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.errors import NotAllowed, NotFound
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.factories import a_comment, a_person, a_question, an_answer


@pytest.mark.both_databases
def test_the_inbox_pages_from_the_newest_to_the_oldest(ann, bob, worker):
    question = a_question(by=ann)
    for number in range(5):
        a_comment(on=question, by=bob, body=f"Remark number {number} on this.")
    worker.tick()

    first = inbox(ann, limit=3)
    second = inbox(ann, first.next, limit=3)

    ids = [line.id for line in first.items + second.items]
    assert len(ids) == 5 and ids == sorted(ids, reverse=True)
    assert second.next is None
    assert first.items[0].actor.name == "bob" and first.items[0].title == question.title


@pytest.mark.both_databases
def test_inbox_and_count_cost_one_statement_each(ann, bob, worker):
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick()

    with statements() as asked:
        assert unread_count(ann) == 1
    assert len(asked) == 1
    with statements() as asked:
        inbox(ann)
    assert len(asked) == 1


def test_a_visitor_has_no_inbox(app):
    from app.domains.accounts.actor import GUEST

    assert unread_count(GUEST) == 0
    with pytest.raises(NotAllowed):
        inbox(GUEST)


@pytest.mark.both_databases
def test_what_was_hidden_since_is_neither_shown_nor_counted(ann, bob, eve, mona, worker):
    question, other = a_question(by=ann, title="canary-3301 in the title of it"), a_question(by=ann)
    an_answer(to=question, by=bob)
    an_answer(to=question, by=eve, body="Please try this other thing.")
    an_answer(to=other, by=bob)
    worker.tick()
    assert (len(inbox(bob).items), len(inbox(ann).items)) == (1, 3)

    with transaction():
        hide_post(mona, db.session.get(Question, question.id), "A name in it")
        hide_post(mona, db.session.query(Answer).filter_by(question_id=other.id).one(), "Spam")

    assert inbox(bob).items == [] and unread_count(bob) == 0
    assert {line.question_id for line in inbox(ann).items} == {question.id}  # one's own question stays


def test_another_persons_line_is_not_there(ann, bob, worker):
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick()
    line = inbox(ann).items[0]

    with pytest.raises(NotFound):
        notice(bob, line.id)
    with transaction():
        assert mark_read(bob, [line.id]) == 0
    assert unread_count(ann) == 1


def test_marking_read_leaves_what_came_after_the_page_was_made(ann, bob, worker):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick()
    newest = inbox(ann).items[0].id
    an_answer(to=question, by=bob, body="One more thing to try here.")
    worker.tick()

    with transaction():
        mark_read(ann, until_id=newest)

    assert unread_count(ann) == 1
    told = list(db.session.query(LiveEvent).filter_by(room=user_room(ann.id)).order_by(LiveEvent.id))[-1]
    assert told.payload == {"unread": 1}


@pytest.mark.both_databases
def test_lines_after_an_id_come_in_order_and_only_from_own_rooms(ann, bob, app):
    with transaction():
        say([(user_room(bob.id), "notification", {"unread": 9})])
        say([(user_room(ann.id), "notification", {"unread": 1})])
    start = last_message_id()
    with transaction():
        say([(user_room(ann.id), "notification", {"unread": 2})])
        say([(user_room(bob.id), "notification", {"unread": 10})])

    messages, last_id, more = messages_for(ann, rooms_of(ann), start)

    assert [message.payload["unread"] for message in messages if message.id > start] == [2]
    assert (last_id, more) == (messages[-1].id, False)


def test_a_hidden_questions_lines_reach_only_those_who_see_it(ann, bob, mona, worker):
    question = a_question(by=ann)
    worker.tick()
    with transaction():
        hide_post(mona, db.session.get(Question, question.id), "A name in it")
        say([(question_room(question.id), "presence", {"question": question.id, "reading": 1, "writing": 0})])

    def hears(actor):
        return bool(messages_for(actor, rooms_of(actor, [question.id]), 0)[0])

    assert (hears(ann), hears(mona), hears(bob)) == (True, True, False)


def test_an_id_from_before_a_restored_backup_does_not_make_a_page_deaf(ann, app):
    with transaction():
        say([(user_room(ann.id), "notification", {"unread": 1})])

    assert messages_for(ann, rooms_of(ann), 10**9)[1] == last_message_id()


@pytest.mark.both_databases
def test_readers_and_writers_are_counted_until_they_leave_or_fall_silent(ann, clock, worker):
    from app.domains.notifications.presence import note_presence

    question = a_question(by=ann)
    with transaction():
        note_presence({("user:1", question.id): (1, False), ("page:x", question.id): (None, False)})
        note_presence({("user:2", question.id): (2, True)})
    assert presence_of([question.id]) == {question.id: {"reading": 2, "writing": 1}}

    clock.advance(seconds=20)
    with transaction():
        note_presence({("user:2", question.id): (2, False), ("page:x", question.id): None})
    assert presence_of([question.id]) == {question.id: {"reading": 2, "writing": 0}}

    clock.advance(seconds=15)
    worker.tick()
    assert presence_of([question.id]) == {question.id: {"reading": 1, "writing": 0}}
    said = db.session.query(LiveEvent).filter_by(kind="presence").order_by(LiveEvent.id)
    assert list(said)[-1].payload == {"question": question.id, "reading": 1, "writing": 0}


def test_live_lines_hold_no_word_that_somebody_wrote(ann, bob, worker):
    question = a_question(by=ann, title="canary-1 in the title", body="canary-2 in the body of this question here")
    an_answer(to=question, by=bob, body="canary-3 in the answer")
    a_comment(on=question, by=a_person("eve"), body="canary-4 in the comment")
    worker.tick()

    rows = db.session.query(LiveEvent).all()
    assert len(rows) > 4
    assert not [row.payload for row in rows if "canary" in str(row.payload)]


def test_old_live_lines_are_forgotten_but_never_the_newest(ann, clock, worker):
    with transaction():
        for number in range(3):
            say([(user_room(ann.id), "notification", {"unread": number})])
    newest = last_message_id()

    clock.advance(days=3)
    worker.tick()

    assert [row.id for row in db.session.query(LiveEvent)] == [newest]
