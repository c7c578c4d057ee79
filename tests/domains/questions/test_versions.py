"""One answer in two languages: counted once, accepted together, credited to both, taken away each for itself."""

import pytest

from app.domains.questions.actions.accepting import accept_answer, withdraw_acceptance
from app.domains.questions.actions.answering import answer_with_question, delete_answer, post_answer
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.versions import join_version, part_version
from app.domains.questions.models import Answer, Question
from app.domains.questions.queries.versions import missing_versions
from app.domains.reputation.models import LedgerEntry
from app.extensions import db
from app.kernel.errors import Invalid, NotAllowed
from app.kernel.transaction import transaction
from tests.factories import a_question, an_answer

CHINESE = "请把路由器重新启动一次，然后等待十分钟。"


def a_version(of: Answer, by, body: str = CHINESE) -> Answer:
    with transaction():
        row, question = answer_with_question(of.id, by)
        return post_answer(by, question, body, version_of=row)


def accept(answer: Answer, by) -> None:
    with transaction():
        row, question = answer_with_question(answer.id, by)
        accept_answer(by, question, row)


def counted(question: Question) -> tuple[int, bool]:
    row = db.session.get_one(Question, question.id, populate_existing=True)
    return row.answer_count, row.first_answer_at is not None


def accepted(*answers: Answer) -> list[bool]:
    return [db.session.get_one(Answer, each.id, populate_existing=True).accepted_at is not None for each in answers]


def test_a_version_is_no_second_answer(ann, bob, eve):
    question = a_question(by=ann)
    a_version(an_answer(to=question, by=bob), eve)
    assert counted(question) == (1, True)


def test_a_version_of_the_askers_own_answer_helps_no_more_than_that(ann, eve, worker):
    question = a_question(by=ann)
    a_version(an_answer(to=question, by=ann), eve)
    assert counted(question) == (1, False)


def test_it_is_in_another_language_and_there_is_one_of_each(ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=bob)
    with pytest.raises(Invalid):
        a_version(answer, eve, "Please restart the box once more.")
    a_version(answer, eve)
    with pytest.raises(Invalid):
        a_version(answer, ann, "请把路由器关掉，过一会儿再打开。")


@pytest.mark.parametrize("pressed", [0, 1])
def test_either_is_accepted_with_the_other_and_withdrawn_with_it(ann, bob, eve, pressed):
    answer = an_answer(to=a_question(by=ann), by=bob)
    both = (answer, a_version(answer, eve))
    accept(both[pressed], ann)
    assert accepted(*both) == [True, True]
    with transaction():
        row, question = answer_with_question(both[1 - pressed].id, ann)
        withdraw_acceptance(ann, question, row)
    assert accepted(*both) == [False, False]
    assert question_to_change(question.id, ann).accepted_answer_id is None


def test_both_authors_are_credited_and_whoever_wrote_both_once(ann, bob, eve, worker):
    answer = an_answer(to=a_question(by=ann), by=bob)
    accept(a_version(answer, eve), ann)
    own = an_answer(to=a_question(by=ann), by=eve)
    a_version(own, eve, "另外一个问题：请先更新，然后重新启动。")
    accept(own, ann)
    worker.tick()
    rows = db.session.query(LedgerEntry).filter(LedgerEntry.reason == "accepted").order_by(LedgerEntry.id)
    assert sorted((row.user_id, row.answer_id == own.id) for row in rows) == [
        (bob.id, False), (eve.id, False), (eve.id, True),
    ]  # fmt: skip


def test_a_version_of_an_accepted_answer_is_accepted_too(ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=bob)
    accept(answer, ann)
    assert accepted(answer, a_version(answer, eve)) == [True, True]


def test_where_the_accepted_one_is_deleted_the_other_stays_accepted(ann, bob, eve, mona):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    version = a_version(answer, eve)
    accept(answer, ann)
    with transaction():
        row, under = answer_with_question(answer.id, mona)
        delete_answer(mona, under, row)
    assert accepted(answer, version) == [False, True]
    assert question_to_change(question.id, ann).accepted_answer_id == version.id
    assert counted(question) == (1, True)


def test_answers_that_are_there_are_joined_by_the_author_staff_or_a_moderator(ann, bob, eve, mona):
    question = a_question(by=ann)
    answer, other = an_answer(to=question, by=bob), an_answer(to=question, by=eve, body=CHINESE)

    def join(by) -> None:
        with transaction():
            row, under = answer_with_question(answer.id, by)
            join_version(by, under, row, answer_with_question(other.id, by)[0])

    with pytest.raises(NotAllowed):
        join(bob)
    join(mona)
    assert counted(question) == (1, True)
    with transaction():
        row, under = answer_with_question(other.id, eve)
        part_version(eve, under, row)
    assert counted(question) == (2, True)


def test_solved_questions_without_the_other_language_are_named_by_demand(ann, bob, eve):
    asked = [a_question(by=ann) for _ in range(3)]
    answers = [an_answer(to=each, by=bob, body=f"Please wait for {n + 2} minutes.") for n, each in enumerate(asked)]
    for answer in answers:
        accept(answer, ann)
    a_version(answers[0], eve)
    with transaction():
        question_to_change(asked[2].id, ann).view_count = 900
    assert [each.question_id for each in missing_versions(eve, "zh")] == [asked[2].id, asked[1].id]
    assert missing_versions(eve, "en") == []
