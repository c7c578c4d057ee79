"""What the editor asks of the forum while somebody writes."""

import re

import pytest

from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_person, a_product, a_question, an_answer

HTMX = {"HX-Request": "true"}
WITH_A_LINK = "Please read [the manual](https://example.com/manual) and **restart** the router."


@pytest.mark.parametrize(("level", "clickable"), [(0, False), (1, True)])
def test_the_preview_is_what_will_be_stored_also_for_a_new_member(client, level, clickable):
    writer = a_person(level=level)
    a_product("mesh")
    preview = sign_in(client, writer).post("/questions/preview", data={"body": WITH_A_LINK}, headers=HTMX)
    stored = a_question(by=writer, body=WITH_A_LINK)

    assert preview.text == stored.body_html
    assert ("<a " in preview.text) is clickable


def test_a_visitor_sees_links_as_text_because_that_is_how_a_first_post_is_shown(client):
    preview = client.post("/questions/preview", data={"body": WITH_A_LINK}, headers=HTMX)
    assert "<strong>restart</strong>" in preview.text
    assert "<a " not in preview.text


def options_of(page):
    return re.findall(r'data-insert="([^"]*)"', page.text)


def test_a_pasted_page_comes_back_as_markdown(client):
    page = '<p>See <a href="https://example.com/a">the <b>manual</b></a></p><script>x()</script>'
    html = f"{page}<ul><li>one</li><li>two</li></ul>"
    answer = client.post("/editor/markdown", data={"html": html})
    assert answer.json == {"markdown": "See [the **manual**](https://example.com/a)\n\n- one\n- two"}


def test_a_paste_that_is_too_long_is_refused_so_that_its_plain_text_stays(client):
    answer = client.post(
        "/editor/markdown", data={"html": "<b>x</b>" * 20_000}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422


def test_an_at_offers_those_of_the_thread_first_and_then_by_name(client, ann, bob, eve):
    anton = a_person("anton", level=4)
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    sign_in(client, eve)

    assert options_of(client.get(f"/editor/people?q=&question={question.id}")) == [
        f"[@bob](/users/{bob.id})",
        f"[@ann](/users/{ann.id})",
    ]
    assert options_of(client.get(f"/editor/people?q=AN&question={question.id}")) == [
        f"[@ann](/users/{ann.id})",
        f"[@anton](/users/{anton.id})",
    ]


def test_a_hidden_question_tells_nobody_who_wrote_in_it(client, ann, eve, mona):
    question = a_question(by=ann)
    with transaction():
        hide_post(mona, db.session.get_one(Question, question.id), "spam")
    sign_in(client, eve)
    assert options_of(client.get(f"/editor/people?q=&question={question.id}")) == []


def test_tags_are_offered_by_how_they_begin(client, ann):
    a_question(by=ann, tags=("wifi", "固件"))
    assert options_of(client.get("/editor/tags?q=WI")) == ["wifi"]
    assert options_of(client.get("/editor/tags?q=固")) == ["固件"]
    assert options_of(client.get("/editor/tags?q=")) == []
