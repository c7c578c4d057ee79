import pytest

from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.commenting import comment_to_change, delete_comment, post_comment
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.queries import question_page
from app.extensions import db
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_question, an_answer


def page(actor, question):
    db.session.rollback()
    return question_page(actor, question.id)


def test_comments_stand_under_the_question_and_under_its_answer(app, ann, bob, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    a_comment(on=question, by=bob, body="Same here since Monday.")
    with transaction():
        row = question_to_change(question.id, bob)
        post_comment(bob, row, answer, "This worked for me as well.")

    seen = page(ann, question)
    assert [comment.author.name for comment in seen.comments] == ["bob"]
    assert "worked" in seen.answers[0].comments[0].body_html


def test_a_comment_is_short_and_not_empty(app, ann, bob):
    question = a_question(by=ann)
    for body in ("", "ok", "x" * 1001):
        with pytest.raises(Invalid):
            a_comment(on=question, by=bob, body=body)


def test_its_author_and_moderators_delete_a_comment(app, ann, bob, eve, mona):
    question = a_question(by=ann)
    comment = a_comment(on=question, by=bob)
    with pytest.raises(NotAllowed), transaction():
        delete_comment(eve, comment_to_change(comment.id))
    with transaction():
        delete_comment(mona, comment_to_change(comment.id))
    assert page(ann, question).comments == ()


def test_a_hidden_comment_is_seen_by_its_author_and_moderators_only(app, ann, bob, eve, mona):
    question = a_question(by=ann)
    comment = a_comment(on=question, by=bob)
    with transaction():
        hide_post(mona, comment_to_change(comment.id), "rude")

    assert [len(page(actor, question).comments) for actor in (eve, bob, mona)] == [0, 1, 1]
    with transaction():
        restore_post(mona, comment_to_change(comment.id))
    assert len(page(eve, question).comments) == 1


def test_a_hidden_question_is_seen_by_its_asker_moderators_and_staff_only(app, ann, bob, mona, stan):
    question = a_question(by=ann)
    with pytest.raises(NotAllowed), transaction():
        hide_post(bob, question_to_change(question.id, bob), "spam")
    with transaction():
        hide_post(mona, question_to_change(question.id, mona), "spam")

    assert [page(actor, question).service_state for actor in (ann, mona, stan)] == ["hidden"] * 3
    with pytest.raises(NotFound):
        page(bob, question)


def test_hiding_the_accepted_answer_opens_the_question_again(app, ann, eve, mona):
    from app.domains.questions.actions.accepting import accept_answer
    from app.domains.questions.actions.answering import answer_with_question

    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    with transaction():
        row, parent = answer_with_question(answer.id, ann)
        accept_answer(ann, parent, row)
    with transaction():
        hide_post(mona, answer_with_question(answer.id, mona)[0], "wrong and dangerous")

    assert page(ann, question).service_state == "open"
