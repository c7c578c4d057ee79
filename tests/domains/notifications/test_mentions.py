"""Whoever is named with an @ hears of it: once, and only of what they may see."""

import pytest

from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind
from app.domains.notifications.models import Notification
from app.domains.questions.actions.answering import edit_answer
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.mentions import MOST_MENTIONS, mention_of, mentioned_ids
from app.domains.questions.models import Answer
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_question, an_answer


def told(actor):
    """The kinds that this person was told, in order."""
    rows = db.session.query(Notification).filter_by(user_id=actor.id).order_by(Notification.id)
    return [row.kind for row in rows]


def naming(*people):
    return "Perhaps you have seen this before: " + " ".join(mention_of(each.id, each.name) for each in people)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[@陈明](/users/12) knows it", [12]),
        ("[@陈明](/users/12/陈明) and again [@陈明](/users/12)", [12]),
        ("[@a\\_b](/users/3), then [@陈明](/users/12)", [3, 12]),
        ("`[@陈明](/users/12)`", []),
        ("[陈明](/users/12)", []),
        ("[@陈明](https://elsewhere.example/users/12)", []),
        ("a mail to @陈明 or ann@example.com", []),
    ],
)
def test_a_person_is_named_by_a_link_whose_words_begin_with_an_at(text, named):
    assert mentioned_ids(text) == named


def test_no_more_than_ten_people_are_called_by_one_post():
    assert len(mentioned_ids(" ".join(f"[@n{n}](/users/{n})" for n in range(1, 40)))) == MOST_MENTIONS


def test_whoever_is_named_in_a_question_an_answer_or_a_comment_is_told(ann, bob, eve, worker):
    question = a_question(by=ann, body=naming(eve))
    an_answer(to=question, by=bob, body=naming(eve))
    a_comment(on=question, by=bob, body=naming(eve))
    worker.tick()

    assert told(eve) == ["mentioned"] * 3


def test_naming_oneself_or_the_asker_of_the_question_adds_no_second_notice(ann, bob, worker):
    question = a_question(by=ann)
    an_answer(to=question, by=bob, body=naming(ann, bob))
    worker.tick()

    assert (told(ann), told(bob)) == (["answer_posted"], [])


def test_a_follower_who_is_named_hears_that_and_not_only_that_there_is_an_answer(ann, bob, eve, worker):
    question = a_question(by=ann)
    with transaction():
        follow(eve, FollowKind.QUESTION, question.id)
    an_answer(to=question, by=bob, body=naming(eve))
    worker.tick()

    assert told(eve) == ["mentioned"]


def test_an_edit_calls_only_those_who_have_not_heard_of_the_answer(ann, bob, eve, worker):
    carl = a_person("carl")
    answer = an_answer(to=a_question(by=ann), by=bob, body=naming(eve, ann))
    worker.tick()
    for text in (naming(eve, ann, carl), naming(carl, eve, ann) + "!"):
        with transaction():
            answer = db.session.get_one(Answer, answer.id)
            edit_answer(bob, answer, text, base_version=answer.version)
        worker.tick()

    assert (told(eve), told(ann), told(carl)) == (["mentioned"], ["answer_posted"], ["mentioned"])


def test_a_post_that_is_hidden_before_it_is_told_of_calls_nobody(ann, bob, eve, mona, worker):
    answer = an_answer(to=a_question(by=ann), by=bob, body=naming(eve))
    with transaction():
        hide_post(mona, db.session.get_one(Answer, answer.id), "spam")
    worker.tick()

    assert told(eve) == []
