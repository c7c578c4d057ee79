"""The form for a comment: one link under each post, and the form where somebody writes."""

import re

import pytest

from app.domains.questions.actions.asking import close_question
from app.domains.questions.models import CloseReason, Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_question, an_answer

ALONE = {"HX-Request": "true"}


@pytest.fixture
def thread(ann, bob) -> tuple[int, str, int]:
    """Ann's question as id and slug, and the id of Bob's answer."""
    question = a_question(by=ann)
    return question.id, question.slug, an_answer(to=question, by=bob).id


def fields(page: str) -> list[str]:
    return re.findall(r'<textarea id="comment-on-([^"]+)"', page)


def links(page: str) -> list[str]:
    return re.findall(r'data-comment-on="([^"]+)"', page)


def test_a_page_that_is_read_has_links_and_no_form(client, eve, thread):
    question_id, slug, answer_id = thread
    page = sign_in(client, eve).get(f"/questions/{question_id}/{slug}").text
    assert links(page) == [f"question:{question_id}", f"answer:{answer_id}"]
    assert fields(page) == []


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_without_scripts_the_link_leads_to_the_page_with_this_form_open(client, eve, thread, kind):
    question_id, _slug, answer_id = thread
    post_id = question_id if kind == "question" else answer_id
    found = sign_in(client, eve).get(f"/{kind}s/{post_id}/comments/new")
    assert found.location.endswith(f"#comment-on-{kind}-{post_id}")
    page = client.get(found.location).text
    assert fields(page) == [f"{kind}-{post_id}"] and f"{kind}:{post_id}" not in links(page)


def test_the_form_alone_holds_what_was_begun_elsewhere(client, eve, thread):
    _question_id, _slug, answer_id = thread
    sign_in(client, eve).put(f"/drafts/comment-answer:{answer_id}", json={"fields": {"body": "Half a word"}})
    form = client.get(f"/answers/{answer_id}/comments/new", headers=ALONE).text
    assert fields(form) == [f"answer-{answer_id}"] and "Half a word" in form and "<html" not in form


def test_a_form_belongs_to_whoever_asked_for_it(client, eve, thread):
    question_id, slug, _answer_id = thread
    sign_in(client, eve).get(f"/questions/{question_id}/{slug}?comment=question:{question_id}")
    assert fields(client.get(f"/questions/{question_id}/{slug}").text) == []


def test_visitors_have_neither_link_nor_form(client, thread):
    question_id, slug, _answer_id = thread
    page = client.get(f"/questions/{question_id}/{slug}?comment=question:{question_id}").text
    assert links(page) == [] and fields(page) == []


def test_under_a_closed_question_there_is_neither_link_nor_form(client, ann, eve, thread):
    question_id, slug, answer_id = thread
    with transaction():
        close_question(ann, db.session.get_one(Question, question_id), CloseReason.UNCLEAR)
    page = sign_in(client, eve).get(f"/questions/{question_id}/{slug}?comment=answer:{answer_id}").text
    assert links(page) == [] and fields(page) == []
    assert client.get(f"/answers/{answer_id}/comments/new", headers=ALONE).status_code == 403


def test_the_form_for_a_post_that_is_not_there_is_not_there_either(client, eve, thread):
    question_id, slug, answer_id = thread
    sign_in(client, eve)
    assert client.get(f"/answers/{answer_id + 99}/comments/new", headers=ALONE).status_code == 404
    assert fields(client.get(f"/questions/{question_id}/{slug}?comment=answer:{answer_id + 99}").text) == []
