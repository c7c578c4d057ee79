"""What a reader may do with thirty answers is asked of the few facts in which they differ."""

from collections.abc import Callable
from typing import Any

import pytest

from app.domains.accounts.actor import Actor
from app.domains.feedback.policies import may_label
from app.domains.questions.policies import (
    may_accept,
    may_delete,
    may_edit,
    may_restore,
    may_verify,
    may_vote,
)
from app.domains.questions.queries import question_page
from app.kernel.clock import now
from app.kernel.policy import Verdict
from app.kernel.transaction import transaction
from app.web.post_rights import PostRights, facts_of_answer, facts_of_comment, told
from tests.factories import a_comment, a_question, an_answer

ON_A_POST: dict[str, Callable[[Actor, Any], Verdict]] = {
    "vote": may_vote, "edit": may_edit, "restore": may_restore, "delete": may_delete, "label": may_label,
}  # fmt: skip
UNDER_A_QUESTION = {"accept": may_accept, "verify": may_verify}


@pytest.fixture
def thread(ann: Actor, bob: Actor, eve: Actor, stan: Actor, mona: Actor) -> int:
    """Answers in every state; its author, its asker and a moderator have each taken one away."""
    question = a_question(by=ann)
    plain, accepted, hidden, *gone = [an_answer(to=question, by=bob, body=f"Wait for {n} minutes.") for n in range(6)]
    official = an_answer(to=question, by=stan, body="Please restart it.")
    with transaction():
        accepted.accepted_at = official.verified_at = now()
        official.official, hidden.hidden = True, True
        for answer, by in zip(gone, (bob, mona, stan), strict=True):
            answer.deleted_at, answer.deleted_by_id = now(), by.id
    for author in (ann, bob, eve):
        an_answer(to=question, by=author, body=f"Words of {author.name}.")
        a_comment(on=question, by=author, body=f"A word of {author.name}.")
    assert plain.question_id == question.id
    return question.id


@pytest.mark.parametrize("name", ["ann", "bob", "eve", "stan", "mona", "lena", "ada"])
def test_the_facts_are_all_that_the_policies_look_at(app, request, thread, name):
    actor = request.getfixturevalue(name)
    question = question_page(actor, thread)
    assert len(question.answers) >= 5
    with app.test_request_context("/"):
        for answer in question.answers:
            facts, rights = facts_of_answer(actor, answer), PostRights(actor, question).on_answer(answer)
            for right, rule in ON_A_POST.items():
                assert rule(actor, facts) == rule(actor, answer), right
                assert bool(getattr(rights, right)) == bool(rule(actor, answer)), right
            for right, rule in UNDER_A_QUESTION.items():
                assert rule(actor, question, facts) == rule(actor, question, answer), right
            assert rights.vote == told(may_vote(actor, answer)) and rights.own == (answer.author_id == actor.id)
        for comment in question.comments:
            assert may_delete(actor, facts_of_comment(actor, comment)) == may_delete(actor, comment)


def test_answers_that_differ_in_nothing_that_counts_share_their_rights(app, ann, bob, eve):
    question_id = an_answer(to=a_question(by=ann), by=bob).question_id
    an_answer(to=question_page(ann, question_id), by=eve)
    question = question_page(ann, question_id)
    with app.test_request_context("/"):
        rights = PostRights(ann, question)
        first, second = (rights.on_answer(answer) for answer in question.answers)
    assert first is second
