"""The board, its reasons and the questions for you, as pages."""

import pytest

from app.domains.reputation import ledger
from app.domains.reputation.queries import invitations_for
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.domains.reputation.scenes import accept, help_given, the_start_is_over
from tests.factories import a_person, a_question, a_vote, an_answer


@pytest.fixture
def helpers(app):
    people = [a_person(name, level=1) for name in ("Mia Much", "Sam Some", "Lou Little")]
    for place, person in enumerate(people):
        help_given(person, 6 - 2 * place)
    with transaction():
        ledger.advance()
    return people


def test_the_board_names_people_with_their_points_and_leads_to_the_reasons(client, helpers):
    page = client.get("/leaderboard").get_data(as_text=True)

    assert page.index("Mia Much") < page.index("Sam Some") < page.index("Lou Little")
    assert "28<span" in page
    assert f"/leaderboard/why/{helpers[0].id}" in page
    assert "starting up" in page


def test_the_board_is_chosen_by_period_product_and_tag(client, helpers):
    page = client.get("/leaderboard?window=week&product=mesh&tag=wifi").get_data(as_text=True)
    assert "Mia Much" in page
    assert f"/leaderboard/why/{helpers[0].id}?window=week&amp;product=mesh&amp;tag=wifi" in page

    a_question(by=helpers[0], product="pay", tags=("refund",))
    assert "not open yet" in client.get("/leaderboard?tag=refund").get_data(as_text=True)
    assert client.get("/leaderboard?product=nothing").status_code == 404
    assert "Mia Much" in client.get("/leaderboard?window=nonsense").get_data(as_text=True)


def test_a_board_of_too_few_says_when_it_opens(client, helpers):
    the_start_is_over()
    page = client.get("/leaderboard").get_data(as_text=True)

    assert "It opens when 10 people" in page
    assert "Mia Much" not in page


def test_ones_own_row_is_marked(client, helpers):
    page = sign_in(client, helpers[1]).get("/leaderboard").get_data(as_text=True)
    row = page[page.index('aria-current="true"') :][:600]
    assert "Sam Some" in row


def test_the_reasons_say_what_the_points_are_made_of(client, helpers, ann):
    answer = an_answer(to=a_question(by=ann, title="The lamp stays dark after the update"), by=helpers[1])
    accept(answer, ann)
    a_vote(on=answer, by=a_person(level=2))
    with transaction():
        ledger.advance()

    page = client.get(f"/leaderboard/why/{helpers[1].id}").get_data(as_text=True)
    assert "Why Sam Some has 43 points" in page
    assert "Rank 1 of 3" in page
    assert "from 2 up-voted answers" in page
    assert "from 1 accepted answer" in page
    assert "The lamp stays dark after the update" in page
    assert client.get("/leaderboard/why/999999").status_code == 404


def test_questions_for_you_are_listed_with_their_reason_and_can_be_declined(client, helpers, worker):
    asker = a_person("asker", level=2)
    an_answer(to=a_question(by=asker, tags=("wifi",)), by=helpers[0])
    question = a_question(by=asker, title="Which channel is the best one here?", tags=("wifi",))
    worker.tick()
    assert [each.card.id for each in invitations_for(helpers[0])][0] == question.id

    sign_in(client, helpers[0])
    page = client.get("/invitations").get_data(as_text=True)
    assert "Which channel is the best one here?" in page
    assert "because of 2 answers on wifi this month" in page

    answer = client.post(f"/invitations/{question.id}/decline")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/invitations")
    assert "Which channel is the best one here?" not in client.get("/invitations").get_data(as_text=True)


def test_how_often_one_is_asked_is_kept_and_a_wrong_number_is_explained(client, helpers):
    sign_in(client, helpers[0])
    assert client.post("/invitations", data={"invited": "y", "per_week": "3"}).status_code == 303
    assert 'value="3"' in client.get("/invitations").get_data(as_text=True)

    refused = client.post("/invitations", data={"per_week": "500"})
    assert refused.status_code == 422
    assert "from 1 to 50" in refused.get_data(as_text=True)
    assert 'value="500"' in refused.get_data(as_text=True)


def test_the_question_page_says_who_was_asked_and_why(client, helpers, worker, app):
    with_code = a_question(by=a_person("asker", level=2), tags=("wifi",))
    worker.tick()
    page = client.get(f"/questions/{with_code.id}/{with_code.slug}").get_data(as_text=True)

    assert "3 people were asked" in page
    assert "because of 1 answer on wifi this month" in page


def test_the_board_costs_few_statements(client, helpers):
    client.get("/leaderboard")
    db.session.rollback()
    with statements() as seen:
        client.get("/leaderboard")
    assert len(seen) <= 5, seen
