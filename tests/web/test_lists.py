"""Lists of questions as a reader sees them: what they filter by, what was read, what is muted and followed."""

import re

import pytest

from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.products.models import Product
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_question, an_answer


def titles(page):
    return re.findall(r'class="question-title"[^>]*><a[^>]*>([^<]+)<', page.text)


@pytest.fixture
def two_questions(ann):
    a_question(by=ann, title="The router drops the connection", tags=("wifi",))
    a_question(by=ann, title="Where do I find the invoice of last month", tags=("invoice",), kind="problem")


@pytest.mark.parametrize("query", ["kind=problem", "tag=invoice", "kind=problem&state=open&lang=en&unanswered=1"])
def test_the_address_narrows_the_list(client, two_questions, query):
    assert titles(client.get(f"/questions?{query}")) == ["Where do I find the invoice of last month"]


def test_answered_questions_are_left_out_of_those_without_an_answer(client, ann, eve):
    an_answer(to=a_question(by=ann), by=eve)

    assert titles(client.get("/questions")) and not titles(client.get("/questions?unanswered=1"))


def test_every_link_that_orders_keeps_the_filters(client, two_questions):
    page = client.get("/questions?kind=problem&tag=invoice&lang=en").text

    orders = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)[0]
    for link in re.findall(r'href="([^"]+)"', orders):
        assert all(word in link for word in ("kind=problem", "tag=invoice", "lang=en")), link


@pytest.mark.parametrize("query", ["kind=poem", "state=asleep", "lang=tlh", "sort=nonsense"])
def test_a_filter_that_nobody_knows_is_told(client, two_questions, query):
    page = client.get(f"/questions?{query}")

    assert len(titles(page)) == 2
    assert f"“{query.split('=')[1]}”" in page.text


def marked(actor, name, level):
    with transaction():
        follow(actor, FollowKind.TAG, tag_by_name(name).id, level)


@pytest.mark.parametrize("place", ["/", "/questions"])
def test_what_is_muted_is_left_out_and_the_page_says_so(client, two_questions, bob, place):
    marked(bob, "wifi", FollowLevel.MUTED)
    sign_in(client, bob)

    page = client.get(place)

    assert "The router drops the connection" not in titles(page)
    assert "What you have muted is left out." in page.text
    assert "The router drops the connection" in titles(client.get("/questions?muted=1"))


@pytest.mark.parametrize("place", ["/tags/wifi", "/products/{product}"])
def test_the_pages_of_tags_and_products_leave_out_what_is_muted_too(client, ann, bob, place):
    question = a_question(by=ann, title="The router drops the connection", tags=("wifi", "mesh"))
    a_question(by=ann, title="The lamp of the router blinks", tags=("wifi",))
    place = place.format(product=db.session.get(Product, question.product_id).slug)
    marked(bob, "mesh", FollowLevel.MUTED)
    assert len(titles(client.get(place))) == 2

    sign_in(client, bob)

    page = client.get(place)
    assert titles(page) == ["The lamp of the router blinks"]
    shown = re.search(r'What you have muted is left out.\s*<a href="([^"]+)"', page.text)[1]
    assert len(titles(client.get(shown))) == 2


def test_whoever_opens_a_muted_tag_sees_its_questions(client, two_questions, bob):
    marked(bob, "wifi", FollowLevel.MUTED)
    sign_in(client, bob)

    page = client.get("/tags/wifi")
    assert titles(page) == ["The router drops the connection"] and "is left out" not in page.text


def badges(page):
    return re.findall(r'<span class="badge" data-state="(\w+)">', re.search(r"<main.*</main>", page.text, re.DOTALL)[0])


def test_a_card_tells_its_state_at_a_glance(client, ann, eve):
    a_question(by=ann, kind="idea")
    assert badges(client.get("/questions")) == ["open", "neutral"]

    question = a_question(by=ann, title="Which cable belongs to the hub")
    answer = an_answer(to=question, by=eve)
    assert badges(client.get("/questions"))[0] == "answered"
    with transaction():
        found, of = answer_with_question(answer.id, ann)
        accept_answer(ann, of, found)
    assert badges(client.get("/questions"))[0] == "solved"


def test_a_card_says_where_the_team_has_answered(client, ann, stan):
    an_answer(to=a_question(by=ann), by=stan)
    assert badges(client.get("/questions")) == ["answered", "official"]


def test_a_muted_tag_does_not_look_followed(client, two_questions, bob):
    marked(bob, "wifi", FollowLevel.MUTED)
    sign_in(client, bob)

    page = client.get("/tags/wifi").text
    assert re.findall(r'name="level" value="(\w+)" aria-pressed="true"', page) == ["muted"]
    assert "data-follows" not in page


def test_followed_tags_have_a_list_of_their_own(client, two_questions, bob):
    marked(bob, "wifi", FollowLevel.WATCHING)
    sign_in(client, bob)

    assert titles(client.get("/questions?followed=1")) == ["The router drops the connection"]


def read(client, app, path):
    client.get(path)
    app.extensions["readers"]._stored_at = 0.0
    client.get("/help")


def test_what_was_read_is_dimmed_and_says_what_came_since(app, client, clock, ann, bob, eve):
    question = a_question(by=ann)
    sign_in(client, bob)
    path = f"/questions/{question.id}/{question.slug}"
    assert "own-row" not in client.get("/questions").text
    read(client, app, path)
    assert 'class="own-row" data-read="true"' in client.get("/questions").text

    clock.advance(minutes=5)
    an_answer(to=question, by=eve)
    assert "1 new answer since you read it" in client.get("/questions").text

    clock.advance(minutes=5)
    read(client, app, path)
    assert "new answer since" not in client.get("/questions").text


def test_the_list_by_promise_begins_with_what_is_due_first(client, clock, worker, ann):
    a_question(by=ann, title="Asked first and so due first")
    clock.advance(minutes=30)
    a_question(by=ann, title="Asked later and so due later")
    worker.tick()

    page = client.get("/questions?sort=promise")

    assert titles(page) == ["Asked first and so due first", "Asked later and so due later"]
    assert page.text.count("data-countdown") == 2


def test_the_front_page_says_what_needs_me(client, worker, ann, eve):
    an_answer(to=a_question(by=ann, title="The router drops the connection"), by=eve)
    worker.tick()
    sign_in(client, ann)

    page = client.get("/").text

    assert "What needs you" in page and "1 answer: did it help?" in page
