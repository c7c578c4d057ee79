import pytest

from app.domains.questions.actions.accepting import accept_answer, withdraw_acceptance
from app.domains.questions.actions.answering import (
    answer_with_question,
    delete_answer,
    edit_answer,
    post_answer,
    restore_answer,
    say_it_did_not_help,
    verify_answer,
)
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.queries import question_page
from app.extensions import db
from app.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from app.kernel.transaction import transaction
from tests.factories import a_question, an_answer


def change(action, actor, answer, *arguments):
    with transaction():
        row, question = answer_with_question(answer.id, actor)
        action(actor, question, row, *arguments)


def page(actor, question):
    db.session.rollback()
    return question_page(actor, question.id)


def test_an_answer_by_somebody_else_answers_the_question(app, ann, eve):
    question = a_question(by=ann)
    an_answer(to=question, by=eve)

    seen = page(ann, question)
    assert (seen.service_state, seen.answer_count, seen.answers[0].author.name) == ("answered", 1, "eve")
    assert seen.first_answer_at is not None


def test_a_question_that_only_its_asker_answered_is_still_open(app, ann):
    question = a_question(by=ann)
    an_answer(to=question, by=ann, body="Still broken after a restart.")

    assert page(ann, question).service_state == "open"
    assert page(ann, question).first_answer_at is None


def test_the_reply_of_staff_is_the_official_public_answer(app, ann, bob, stan):
    question = a_question(by=ann)
    an_answer(to=question, by=stan)

    assert page(bob, question).answers[0].official


def test_a_double_submit_makes_one_answer(app, ann, eve):
    question = a_question(by=ann)
    for _ in range(2):
        with transaction():
            post_answer(eve, question_to_change(question.id, eve), "Please restart it.", submission="one key")

    assert page(ann, question).answer_count == 1


def test_an_answer_that_says_nothing_is_refused(app, ann, eve):
    question = a_question(by=ann)
    for body in ("", "   ", "ok"):
        with pytest.raises(Invalid):
            an_answer(to=question, by=eve, body=body)


def test_who_replies_without_having_seen_a_newer_post_is_told(app, ann, bob, stan):
    question = a_question(by=ann)
    read = page(stan, question).version
    an_answer(to=question, by=bob)

    with pytest.raises(Conflict), transaction():
        post_answer(stan, question_to_change(question.id, stan), "Our team says: restart it.", base_version=read)


def test_accepting_another_answer_withdraws_the_first(app, ann, bob, eve):
    question = a_question(by=ann)
    first, second = an_answer(to=question, by=bob), an_answer(to=question, by=eve)
    change(accept_answer, ann, first)
    change(accept_answer, ann, second)

    seen = page(ann, question)
    assert (seen.service_state, seen.accepted_answer_id) == ("solved", second.id)
    assert [answer.id for answer in seen.answers] == [second.id, first.id]
    assert seen.answers[1].accepted_at is None


def test_only_the_asker_accepts(app, ann, bob, eve, mona):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    for other in (bob, eve, mona):
        with pytest.raises(NotAllowed):
            change(accept_answer, other, answer)


def test_a_withdrawn_acceptance_leaves_an_answered_question(app, ann, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    change(accept_answer, ann, answer)
    change(withdraw_acceptance, ann, answer)

    assert page(ann, question).service_state == "answered"


def test_an_answer_that_did_not_help_opens_the_question_again(app, ann, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    change(say_it_did_not_help, ann, answer)

    assert page(ann, question).service_state == "open"


def test_the_same_words_sent_again_are_the_same_answer(app, ann, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve, body="Restart the second node.")
    again = an_answer(to=question, by=eve, body="Restart the second node.\n")
    assert again.id == answer.id

    change(delete_answer, eve, answer)
    assert an_answer(to=question, by=eve, body="Restart the second node.").id != answer.id


def test_deleting_the_only_answer_opens_the_question_and_restoring_answers_it(app, ann, bob, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    change(delete_answer, eve, answer)
    assert (page(bob, question).service_state, len(page(bob, question).answers)) == ("open", 0)

    change(restore_answer, eve, answer)
    assert page(bob, question).service_state == "answered"


def test_an_accepted_answer_is_not_deleted_by_its_author(app, ann, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    change(accept_answer, ann, answer)

    with pytest.raises(NotAllowed):
        change(delete_answer, eve, answer)


def test_staff_of_the_product_verify_a_peers_answer(app, ann, bob, eve, stan):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    with pytest.raises(NotAllowed):
        change(verify_answer, bob, answer)
    change(verify_answer, stan, answer)

    assert page(ann, question).answers[0].verified_at is not None


def test_an_edited_answer_tells_who_changed_it_meanwhile(app, ann, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    for body in ("Restart it twice, please.", "Restart it three times."):
        with transaction():
            edit_answer(eve, answer_with_question(answer.id, eve)[0], body)

    with pytest.raises(Conflict), transaction():
        edit_answer(eve, answer_with_question(answer.id, eve)[0], "An older thought of mine.", base_version=1)


def test_an_answer_under_a_question_that_one_may_not_see_is_not_there(app, ann, bob, eve, mona):
    from app.domains.questions.actions.hiding import hide_post

    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    with transaction():
        hide_post(mona, question_to_change(question.id, mona), "spam")

    with pytest.raises(NotFound), transaction():
        answer_with_question(answer.id, bob)
