"""A person's page: who they are, what they know, what they asked and answered, as far as the reader may see it."""

import pytest
from sqlalchemy import update

from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.models import Answer, Question
from app.domains.questions.queries import activity_of, activity_totals
from app.domains.reputation.queries import profile_points
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.factories import a_question, an_answer

MOST_STATEMENTS = 16
"""Of a helper's page to a member: the reader, the person, the activity and its totals, and what the board knows."""


@pytest.fixture
def deeds(ann, bob, clock):
    """Bob asked two questions, one of them hidden since, and answered Ann's two, of which one took the answer."""
    asked = a_question(by=bob, title="The visible question about routers").id
    clock.advance(minutes=1)
    hidden = a_question(by=bob, title="The hidden question about routers").id
    clock.advance(minutes=1)
    solved, open_ = a_question(by=ann, title="Why does the lamp blink at night?"), a_question(by=ann)
    clock.advance(minutes=1)
    taken, other = an_answer(to=solved, by=bob).id, an_answer(to=open_, by=bob).id
    with transaction():
        answer, question = answer_with_question(taken, ann)
        accept_answer(ann, question, answer)
        db.session.get_one(Question, hidden).hidden = True
    return {"asked": asked, "hidden": hidden, "taken": taken, "other": other}


def deeds_seen(reader, person, only="all") -> list[int]:
    return [each.id for each in activity_of(reader, person.id, only).items]


@pytest.mark.both_databases
def test_the_tabs_are_everything_questions_answers_and_accepted(bob, eve, deeds):
    assert deeds_seen(eve, bob) == [deeds["other"], deeds["taken"], deeds["asked"]]
    assert deeds_seen(eve, bob, "questions") == [deeds["asked"]]
    assert deeds_seen(eve, bob, "answers") == [deeds["other"], deeds["taken"]]
    assert deeds_seen(eve, bob, "accepted") == [deeds["taken"]]
    totals = activity_totals(eve, bob.id)
    assert (totals.all, totals.questions, totals.answers, totals.accepted) == (3, 1, 2, 1)


def test_what_is_hidden_is_there_for_whom_may_see_it_alone(bob, eve, mona, ann, deeds):
    assert deeds["hidden"] not in deeds_seen(eve, bob, "questions")
    for reader in (bob, mona):
        assert deeds["hidden"] in deeds_seen(reader, bob, "questions")
        assert activity_totals(reader, bob.id).questions == 2
    with transaction():
        db.session.get_one(Answer, deeds["other"]).hidden = True
    assert deeds_seen(ann, bob, "answers") == [deeds["taken"]] and len(deeds_seen(bob, bob, "answers")) == 2


def test_an_answer_under_a_hidden_question_is_gone_with_it(bob, eve, deeds):
    with transaction():
        db.session.get_one(Question, db.session.get_one(Answer, deeds["taken"]).question_id).hidden = True
    assert deeds_seen(eve, bob, "answers") == [deeds["other"]] and activity_totals(eve, bob.id).answers == 1


@pytest.mark.both_databases
def test_pages_by_key_leave_nothing_out_and_say_nothing_twice(bob, eve, deeds):
    found, after = [], None
    while True:
        page = activity_of(eve, bob.id, after=after, limit=1)
        found += [each.id for each in page.items]
        after = page.next
        if after is None:
            break
    assert found == deeds_seen(eve, bob) and len(found) == 3


def test_the_page_shows_the_tab_of_its_address(client, bob, deeds):
    page = client.get(f"/users/{bob.id}/bob").text
    assert page.count('<article class="result">') == 3 and "The hidden question" not in page
    accepted = client.get(f"/users/{bob.id}/bob?only=accepted").text
    assert "Why does the lamp blink" in accepted and "The visible question" not in accepted
    assert client.get(f"/users/{bob.id}/bob?only=nonsense").text.count('<article class="result">') == 3
    assert client.get(f"/users/{bob.id}/bob?after=nonsense").status_code == 422


def test_a_link_to_the_next_page_keeps_the_tab(client, ann, bob):
    for _each in range(21):
        an_answer(to=a_question(by=ann), by=bob)
    page = client.get(f"/users/{bob.id}/bob?only=answers").text
    address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "only=answers" in address and client.get(address).text.count('<article class="result">') == 1


def test_somebody_without_a_word_yet_is_told_what_to_do_and_others_that_nothing_is_there(client, ann, bob):
    sign_in(client, ann)
    own = client.get(f"/users/{ann.id}/ann").text
    assert "You have not asked anything yet" in own and 'href="/questions/ask"' in own
    assert "You have not answered anything yet" in client.get(f"/users/{ann.id}/ann?only=answers").text
    assert "No answer of yours is accepted yet" in client.get(f"/users/{ann.id}/ann?only=accepted").text
    assert "bob has not written anything here yet." in client.get(f"/users/{bob.id}/bob").text
    client.post("/settings/language", data={"language": "zh"})
    assert "你还没有提过问题" in client.get(f"/users/{ann.id}/ann").text


def test_the_tags_that_a_person_knows_are_those_of_public_questions(client, worker, ann, eve, clock):
    question = a_question(by=ann, tags=("router",))
    answer = an_answer(to=question, by=eve).id
    with transaction():
        row, under = answer_with_question(answer, ann)
        accept_answer(ann, under, row)
    clock.advance(days=30)
    worker.tick()
    assert [each.tag for each in profile_points(eve.id).by_tag] == ["router"]
    assert "Knows about" in client.get(f"/users/{eve.id}/eve").text
    with transaction():
        db.session.execute(update(Tag).values(question_count=0))
    assert profile_points(eve.id).by_tag == ()


def test_a_profile_costs_few_statements_however_much_somebody_wrote(app, client, ann, bob, worker):
    for _each in range(12):
        an_answer(to=a_question(by=ann), by=bob)
    worker.tick()
    sign_in(client, ann)
    address = f"/users/{bob.id}/bob"
    client.get(address)
    with statements() as said:
        assert client.get(address).status_code == 200
    assert 0 < len(said) <= MOST_STATEMENTS, len(said)
