import pytest

from app.domains.accounts.actor import GUEST
from app.domains.questions.queries import question_page
from app.extensions import db
from app.kernel.errors import Invalid, NotAllowed, TooSoon
from tests.factories import a_question, a_vote, an_answer


def test_a_vote_can_be_cast_turned_and_taken_back(app, ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=eve)

    scores = [a_vote(on=answer, by=bob, value=value) for value in (1, 1, -1, 0)]
    assert scores == [1, 1, -1, 0]


def test_the_voter_sees_their_own_voice_again(app, ann, bob):
    question = a_question(by=ann)
    a_vote(on=question, by=bob, value=-1)
    db.session.rollback()

    assert question_page(bob, question.id).my_vote == -1
    assert question_page(ann, question.id).my_vote == 0


def test_nobody_votes_for_their_own_post_and_no_visitor_votes(app, ann):
    question = a_question(by=ann)
    for voter in (ann, GUEST):
        with pytest.raises(NotAllowed):
            a_vote(on=question, by=voter)


def test_a_vote_of_two_is_refused(app, ann, bob):
    with pytest.raises(Invalid):
        a_vote(on=a_question(by=ann), by=bob, value=2)


@pytest.mark.settings(limits="on")
def test_a_new_members_eleventh_vote_of_a_day_waits(app, ann, newcomer):
    from app.kernel.limits import unlimited

    with unlimited():
        questions = [a_question(by=ann) for _ in range(11)]
    for question in questions[:10]:
        a_vote(on=question, by=newcomer)
    with pytest.raises(TooSoon) as refused:
        a_vote(on=questions[10], by=newcomer)
    assert refused.value.retry_after_seconds > 0
