"""The form of a question: what a product asks and promises, questions like it, tags that fit."""

import re

import pytest

from app.domains.products.actions import set_guide
from app.domains.products.guides import GuideRow
from app.domains.products.queries import guide_rows
from app.domains.questions.models import Draft, PendingQuestion, Question
from app.domains.tags.suggesting import names_in
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_product, a_question, an_answer

ASKED = {
    "product": "mesh",
    "kind": "problem",
    "title": "The router drops the connection",
    "body": "Every ten minutes since the update.",
    "tags": "wifi",
}


@pytest.fixture
def version(ada):
    """The name of the field in which the product asks for the version, which must be filled in."""
    product = a_product("mesh")
    with transaction():
        set_guide(ada, product.id, [GuideRow(None, None, {"zh": "版本", "en": "Version"}, required=True)])
    return f"guide-{guide_rows(product.id)[0].id}"


def value_of(page, name):
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.text)
    return re.search(r'value="([^"]*)"', found[0])[1] if found else None


def test_what_the_product_asks_is_answered_in_the_form_and_stands_below_the_text(client, ann, version):
    sign_in(client, ann)
    assert value_of(client.get("/questions/ask?product=mesh"), version) == ""

    client.post("/questions/ask", data=ASKED | {version: "5.2"})
    assert db.session.query(Question).one().body == "Every ten minutes since the update.\n\n- Version: 5.2"


def test_what_must_be_filled_in_is_said_together_with_everything_else(client, ann, version):
    page = sign_in(client, ann).post("/questions/ask", data=ASKED | {"title": "Help"})
    assert page.status_code == 422
    assert f'id="{version}-error"' in page.text and 'id="title-error"' in page.text
    assert db.session.query(Question).count() == 0


def test_without_a_script_a_button_shows_what_the_chosen_product_asks(client, version):
    page = client.post("/questions/ask", data=ASKED | {"choose": "1"})
    assert page.status_code == 200 and value_of(page, version) == ""
    assert value_of(page, "title") == ASKED["title"] and ASKED["body"] in page.text
    assert db.session.query(PendingQuestion).count() == 0


def test_a_guests_answers_are_kept_with_the_question(client, version):
    assert client.post("/questions/ask", data=ASKED | {version: "5.2"}).status_code == 303
    assert db.session.query(PendingQuestion).one().draft["body"].endswith("- Version: 5.2")


def test_another_product_loses_no_answer_and_takes_over_the_question_in_the_same_words(client, ada, version):
    other = a_product("notes")
    with transaction():
        set_guide(ada, other.id, [GuideRow(None, None, {"en": "Version"}), GuideRow(None, None, {"en": "Browser"})])
    theirs, browser = (f"guide-{row.id}" for row in guide_rows(other.id))

    page = client.post("/questions/guide", data={"product": "notes", "kind": "problem", version: "5.2"})
    assert (value_of(page, theirs), value_of(page, version)) == ("5.2", None)
    page = client.post("/questions/guide", data={"product": "mesh", "kind": "problem", browser: "Firefox"})
    assert (value_of(page, version), value_of(page, browser)) == ("", "Firefox")


def test_a_draft_keeps_what_the_product_asked(client, ann, version):
    sign_in(client, ann)
    saved = client.put("/drafts/ask", json={"fields": {"product": "mesh", version: "5.2", "guide-x": "?"}})
    assert saved.status_code == 200
    assert db.session.query(Draft).one().fields == {"product": "mesh", version: "5.2"}
    assert value_of(client.get("/questions/ask"), version) == "5.2"


def test_an_answer_in_a_draft_outlives_the_question_that_was_asked(client, ada, ann, version):
    sign_in(client, ann).put("/drafts/ask", json={"fields": {"product": "mesh", version: "5.2"}})
    with transaction():
        set_guide(ada, a_product("mesh").id, [])
    assert value_of(client.get("/questions/ask"), version) == "5.2"


def test_the_promise_of_the_chosen_product_is_said_before_posting_and_when_another_is_chosen(client, version):
    a_product("notes", policy=False)
    assert "Our promise" in client.get("/questions/ask?product=mesh").text
    assert "Our promise" not in client.get("/questions/ask").text
    assert "Our promise" in client.post("/questions/guide", data={"product": "mesh"}).text
    assert "customers help each other" in client.post("/questions/guide", data={"product": "notes"}).text


def test_questions_like_it_say_whether_they_are_solved(client, ann, bob, worker):
    from app.domains.questions.actions.accepting import accept_answer
    from app.domains.questions.actions.answering import answer_with_question

    question = a_question(by=ann, title="The router drops the wifi every evening", tags=("wifi", "router"))
    answer = an_answer(to=question, by=bob)
    with transaction():
        accept_answer(ann, *reversed(answer_with_question(answer.id, ann)))
    worker.tick()

    page = client.post("/questions/hints", data={"title": "Router drops the wifi"}).text
    assert question.title in page and "Solved" in page
    assert set(re.findall(r'data-add-tag="([^"]+)"', page)) == {"wifi", "router"}


def test_tags_are_suggested_from_the_text_but_not_what_is_chosen_already(client, ann):
    for tag in ("wifi", "factory-reset", "固件", "unrelated"):
        a_question(by=ann, tags=(tag,), title=f"About something with {tag} here")
    typed = {"title": "升级固件以后 WiFi 断线", "body": "A factory reset did not help.", "tags": "wifi"}
    page = client.post("/questions/hints", data=typed).text
    assert re.findall(r'data-add-tag="([^"]+)"', page) == ["固件", "factory-reset"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Does C++ work?", "c++"),
        ("My Node.js app", "node.js"),
        ("after the Factory Reset.", "factory-reset"),
        ("更新固件后", "固件"),
        ("WiFi断线", "断线"),
        ("WiFi断线", "wifi"),
    ],
)
def test_a_tags_name_is_found_where_the_text_says_it(text, name):
    assert name in names_in(text, 500)


def test_the_form_says_how_long_a_title_and_a_text_should_be_by_the_rule_that_refuses(client):
    page = client.get("/questions/ask").text
    assert re.search(r'<input[^>]*data-han="2.5"[^>]*data-least="15"', page)
    assert re.search(r'<textarea[^>]*data-han="2.5"[^>]*data-least="20"', page)


def test_an_administrator_writes_what_a_product_asks(client, ada):
    a_product("mesh")
    sign_in(client, ada)
    assert client.get("/admin/products/mesh/guide").status_code == 200
    typed = {"count": "2", "label-0-zh": "版本", "label-0-en": "Version", "required-0": "1", "position-0": "2"}
    typed |= {"label-1-en": "Device", "kind-1": "problem", "position-1": "1"}
    assert client.post("/admin/products/mesh/guide", data=typed).status_code == 303
    first, second = guide_rows(a_product("mesh").id)
    assert (first.label, first.kind, first.required) == ({"en": "Device"}, "problem", False)
    assert (second.label, second.kind, second.required) == ({"zh": "版本", "en": "Version"}, None, True)

    page = client.get("/admin/products/mesh/guide").text
    assert 'value="Device"' in page
    kept = {"count": "3", "id-0": str(first.id), "label-0-en": "x" * 61, "id-1": str(second.id), "remove-1": "1"}
    refused = client.post("/admin/products/mesh/guide", data=kept)
    assert refused.status_code == 422 and "x" * 61 in refused.text
    assert len(guide_rows(a_product("mesh").id)) == 2
