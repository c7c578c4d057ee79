"""A policy and its SQL twin say the same, for every actor and every row."""

import pytest
from sqlalchemy import select

from app.domains.accounts.actor import GUEST
from app.domains.questions import policies
from app.domains.questions.actions.drafting import save_draft
from app.domains.questions.models import Answer, Comment, Draft, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_question, an_answer

TWINS = {
    "question": (Question, policies.may_see, policies.seen_by),
    "answer": (Answer, policies.may_see_answer, policies.answers_seen_by),
    "comment": (Comment, policies.may_see_comment, policies.comments_seen_by),
    "draft": (Draft, policies.may_see_draft, policies.drafts_seen_by),
}


@pytest.fixture
def rows_in_each_state(app, ann, bob):
    """Public, hidden, deleted, hidden and deleted; by ann and by bob."""
    for author in (ann, bob):
        for hidden in (False, True):
            for deleted in (False, True):
                question = a_question(by=author)
                posts = [question.id, an_answer(to=question, by=author).id, a_comment(on=question, by=author).id]
                with transaction():
                    for model, post_id in zip((Question, Answer, Comment), posts, strict=True):
                        row = db.session.get_one(model, post_id)
                        row.hidden, row.deleted_at = hidden, now() if deleted else None
                    save_draft(author, f"answer:{question.id}", {"body": "Not yet sent."})


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", TWINS)
def test_the_rule_and_its_twin_agree(rows_in_each_state, kind, ann, bob, eve, stan, lena, mona, pat, ada):
    model, rule, twin = TWINS[kind]
    rows = list(db.session.scalars(select(model)))
    assert rows
    for actor in (GUEST, ann, bob, eve, stan, lena, mona, pat, ada):
        by_rule = {row.id for row in rows if rule(actor, row)}
        by_twin = set(db.session.scalars(select(model.id).where(twin(actor))))
        assert by_rule == by_twin, (kind, actor.name)
