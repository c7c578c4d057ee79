import pytest

from app.domains.accounts.queries import actor_by_id
from app.domains.moderation import actions
from app.domains.moderation.queries import moderation_log, moderation_queue
from app.domains.questions.queries import post_of, question_page
from app.extensions import db
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_question, an_answer


def flag(reporter, name, reason="spam", note=""):
    with transaction():
        return actions.flag_post(reporter, post_of(name), reason, note)


def decide(action, moderator, name, reason="Advertising for a shop"):
    with transaction():
        action(moderator, post_of(name), reason)


def log():
    return [(line.action, line.target) for line in moderation_log().items]


def test_a_flag_puts_a_post_into_the_moderators_queue_once(app, ann, bob, mona):
    question = a_question(by=ann)
    flag(bob, f"question:{question.id}", note="Look at the link.")
    flag(bob, f"question:{question.id}")

    (entry,) = moderation_queue(mona)
    assert (entry.post, entry.flags) == (f"question:{question.id}", (("spam", "Look at the link.", "bob"),))


def test_answers_and_comments_stand_in_the_queue_with_their_questions_title(app, ann, bob, eve, mona):
    question = a_question(by=ann, title="The router drops every evening")
    answer, comment = an_answer(to=question, by=eve), a_comment(on=question, by=eve)
    flag(bob, f"answer:{answer.id}")
    flag(bob, f"comment:{comment.id}")

    assert {entry.kind: entry.title for entry in moderation_queue(mona)} == {
        "answer": "The router drops every evening",
        "comment": "The router drops every evening",
    }


def test_three_flags_hide_a_post_until_somebody_has_looked(app, worker, ann, mona):
    question = a_question(by=ann)
    for _ in range(3):
        flag(a_person(), f"question:{question.id}")
    worker.tick()
    assert question_page(mona, question.id).hidden

    decide(actions.dismiss_flags, mona, f"question:{question.id}", "")
    db.session.rollback()
    assert not question_page(mona, question.id).hidden
    assert moderation_queue(mona) == []


def test_hiding_needs_a_reason_and_writes_the_public_log(app, ann, bob, mona):
    question = a_question(by=ann)
    with pytest.raises(Invalid):
        decide(actions.hide, mona, f"question:{question.id}", "  ")
    decide(actions.hide, mona, f"question:{question.id}")

    with pytest.raises(NotFound):
        question_page(bob, question.id)
    decide(actions.restore, mona, f"question:{question.id}", "It was fine")
    assert log() == [("restore", f"question:{question.id}"), ("hide", f"question:{question.id}")]


def test_members_and_agents_do_not_moderate(app, ann, bob, stan):
    question = a_question(by=ann)
    for actor in (bob, stan):
        with pytest.raises(NotAllowed):
            decide(actions.hide, actor, f"question:{question.id}")
        with pytest.raises(NotAllowed):
            moderation_queue(actor)


def test_a_suspended_member_reads_but_does_not_write_until_it_is_lifted(app, ann, bob, mona):
    question = a_question(by=ann)
    with transaction():
        actions.suspend(mona, bob.id, 7, "Rude in three threads")
    with pytest.raises(NotAllowed):
        an_answer(to=question, by=actor_by_id(bob.id))
    with transaction():
        actions.lift_suspension(mona, bob.id, "Has apologised")

    assert an_answer(to=question, by=actor_by_id(bob.id)).id
    assert log() == [("lift", f"user:{bob.id}"), ("suspend", f"user:{bob.id}")]


def test_only_an_administrator_suspends_staff(app, mona, stan, ada):
    with pytest.raises(NotAllowed), transaction():
        actions.suspend(mona, stan.id, 7, "Rude to customers")
    with transaction():
        actions.suspend(ada, stan.id, 7, "Rude to customers")


def test_a_newcomers_first_post_and_what_looks_like_spam_wait_for_review(app, worker, ann, newcomer, mona):
    a_question(by=ann)
    a_question(by=newcomer, tags=("wifi",))
    a_question(by=ann, body="Buy here: https://a.example https://b.example https://c.example now and cheap.")
    worker.tick()

    assert [entry.review_because for entry in moderation_queue(mona)] == ["first_post", "many_addresses"]


def test_nobody_flags_their_own_post_or_without_a_reason(app, ann, bob):
    question = a_question(by=ann)
    with pytest.raises(NotAllowed):
        flag(ann, f"question:{question.id}")
    with pytest.raises(Invalid):
        flag(bob, f"question:{question.id}", reason="because")
