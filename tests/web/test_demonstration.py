"""The tour in the browser: five clicks on a small forum with the tour's cast."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.demonstration.stage import TOUR_PRODUCT
from app.domains.accounts.actor import SYSTEM
from app.domains.accounts.models import User
from app.domains.escalation.models import Case
from app.domains.products.actions import appoint
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.factories import a_person, a_product, an_answer


@pytest.fixture
def tour(app: Any, client: FlaskClient) -> FlaskClient:
    """A demonstration with three people of the cast and the product of the tour."""
    app.extensions["config"].demo_mark.write_text("2026-03-03\n")
    product = a_product(TOUR_PRODUCT, open_always=True, policy={"peer_seconds": 60, "first_reply_seconds": 600})
    for name, role in (("ann", "member"), ("eve", "member"), ("stan", "agent"), ("pat", "pm")):
        a_person(name, role=role)
    with transaction():
        appoint(SYSTEM, product.id, a_person("eve").id or 0)
    return client


demo = pytest.mark.settings(demo=True)


def ticks(page: Any) -> list[bool]:
    text = page.get_data(as_text=True)
    return [part.startswith("true") for part in text.split('<li data-done="')[1:]]


def be(client: FlaskClient, name: str, then: str = "/questions") -> Any:
    return client.post(f"/demonstration/be/{name}", query_string={"next": then}, follow_redirects=True)


def tour_case(question_id: int) -> int:
    return db.session.scalars(select(Case.id).where(Case.question_id == question_id)).one()


def ask(client: FlaskClient) -> int:
    form = {"product": TOUR_PRODUCT, "kind": "question", "title": "Does anybody really answer here?", "tags": "setup",
            "body": "I am trying the demonstration and would like to see what happens."}  # fmt: skip
    answer = client.post("/questions/ask", data=form)
    return int(answer.headers["Location"].split("/questions/")[1].split("/")[0])


@demo
def test_the_five_steps_tick_themselves(tour: FlaskClient, clock: Any, worker: Any) -> None:
    assert ticks(tour.get("/questions")) == [False] * 5

    assert be(tour, "ann", f"/questions/ask?product={TOUR_PRODUCT}").status_code == 200
    question_id = ask(tour)
    assert ticks(tour.get("/questions"))[:1] == [True]

    worker.tick()
    assert ticks(tour.get("/questions")) == [True, True, False, False, False]

    clock.advance(seconds=61)
    worker.tick()
    assert ticks(tour.get("/questions")) == [True, True, True, False, False]

    be(tour, "stan", "/staff/queue")
    form = {"body": "Yes, we do: within a minute, as promised."}
    tour.post(f"/questions/{question_id}/answers", data=form)
    worker.tick()
    assert ticks(tour.get("/questions")) == [True, True, True, True, False]

    page = be(tour, "pat", f"/digests/preview?product={TOUR_PRODUCT}")
    assert page.status_code == 200
    assert ticks(tour.get("/questions")) == [True] * 5


@demo
def test_another_browser_has_a_tour_of_its_own(app: Any, tour: FlaskClient, worker: Any) -> None:
    be(tour, "ann")
    ask(tour)
    worker.tick()

    assert ticks(app.test_client().get("/questions")) == [False] * 5


@demo
def test_the_tour_begins_with_asking_also_without_its_first_button(tour: FlaskClient, sign_in_as: Any) -> None:
    sign_in_as(a_person("ann"))
    ask(tour)

    assert ticks(tour.get("/questions"))[0]


@demo
def test_the_tour_can_begin_again(tour: FlaskClient, clock: Any) -> None:
    be(tour, "ann")
    ask(tour)
    assert ticks(tour.get("/questions"))[0]
    clock.advance(minutes=3)

    tour.post("/demonstration/again")

    assert ticks(tour.get("/questions")) == [False] * 5


@demo
def test_one_click_makes_somebody_else(tour: FlaskClient) -> None:
    page = be(tour, "stan", "/staff/queue")

    assert page.request.path == "/staff/queue"
    assert "You are now stan." in page.get_data(as_text=True)


@demo
@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_click_leads_nowhere_else(tour: FlaskClient, where: str) -> None:
    answer = tour.post("/demonstration/be/ann", query_string={"next": where})

    assert "evil" not in answer.headers["Location"]


@demo
def test_nobody_becomes_a_person_who_is_not_invented_or_has_a_password(tour: FlaskClient) -> None:
    a_person("a real administrator", role="admin")
    with transaction():
        db.session.get_one(User, a_person("pat").id).password_hash = "set by its owner"

    assert tour.post("/demonstration/be/a real administrator").status_code == 404
    assert tour.post("/demonstration/be/pat").status_code == 404
    assert tour.post("/demonstration/be/nobody").status_code == 404


@pytest.mark.settings(demo=None, host="0.0.0.0", limits="on")
def test_reachable_by_others_the_click_is_refused(tour: FlaskClient) -> None:
    assert tour.post("/demonstration/be/ann").status_code == 403
    page = tour.get("/questions").get_data(as_text=True)
    assert "demo-banner" in page and "/demonstration/be/" not in page


@pytest.mark.settings(demo=True, host="0.0.0.0", limits="on")
def test_written_out_it_is_allowed_everywhere(tour: FlaskClient) -> None:
    assert tour.post("/demonstration/be/ann").status_code == 303


@pytest.mark.settings(demo=False)
def test_a_real_forum_knows_nothing_of_it(client: FlaskClient) -> None:
    assert "demo-banner" not in client.get("/questions").get_data(as_text=True)
    for path in ("/demonstration", "/demonstration/start"):
        assert client.get(path).status_code == 404
    assert client.post("/demonstration/be/ann").status_code == 404


@demo
def test_who_has_not_begun_the_tour_costs_no_statement(tour: FlaskClient) -> None:
    tour.get("/questions")
    with statements() as with_banner:
        tour.get("/questions")

    assert not [text for text in with_banner if "invitation" in text or "case_event" in text]
    assert len(with_banner) <= 4


@demo
def test_the_way_out_shows_the_commands(tour: FlaskClient) -> None:
    page = tour.get("/demonstration/start").get_data(as_text=True)

    assert "DEMO=0" in page and "products create" in page


@demo
def test_everybody_can_be_seen_and_chosen(tour: FlaskClient) -> None:
    page = tour.get("/demonstration").get_data(as_text=True)

    assert "/demonstration/be/stan" in page and "/demonstration/be/ann" in page


@demo
def test_an_answer_of_a_peer_does_not_tick_the_staff_step(tour: FlaskClient, worker: Any) -> None:
    be(tour, "ann")
    from app.domains.questions.models import Question

    question = db.session.get_one(Question, ask(tour))
    an_answer(to=question, by=a_person("eve"))
    worker.tick()

    assert ticks(tour.get("/questions"))[3] is False


@demo
def test_a_step_leads_to_what_is_there_when_it_is_clicked(tour: FlaskClient, clock: Any, worker: Any) -> None:
    be(tour, "ann")
    question_id = ask(tour)
    clock.advance(seconds=61)
    worker.tick()

    case = tour.post("/demonstration/be/stan", query_string={"step": "answer"}).headers["Location"]
    assert case == f"/staff/cases/{tour_case(question_id)}"
    asked = tour.post("/demonstration/be/ann", query_string={"step": "asked"}).headers["Location"]
    assert asked.startswith(f"/questions/{question_id}/") and asked.endswith("#asked")


@demo
def test_an_open_page_asks_for_the_steps_anew(tour: FlaskClient, worker: Any) -> None:
    be(tour, "ann")
    ask(tour)
    assert ticks(tour.get("/demonstration/banner")) == [True, False, False, False, False]
    worker.tick()

    assert ticks(tour.get("/demonstration/banner")) == [True, True, False, False, False]
