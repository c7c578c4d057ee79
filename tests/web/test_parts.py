"""Parts of a page that are kept: the same for everybody, and nobody's own."""

import re

import pytest
from jinja2 import DictLoader, UndefinedError

from app.web import parts
from app.web.parts import Parts, part
from tests.conftest import sign_in
from tests.factories import a_question, an_answer


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def page_of(app):
    def opened(actor, path="/questions", **headers) -> str:
        client = app.test_client()
        return (sign_in(client, actor) if actor else client).get(path, headers=headers).get_data(as_text=True)

    return opened


def test_each_reader_finds_the_own_name_and_token(page_of, ann, eve):
    anns, eves = page_of(ann), page_of(eve)

    assert "/eve" not in anns and "/ann" not in eves
    assert token_in(anns) != token_in(eves)
    assert parts.SIGN not in anns + eves


def test_each_reader_finds_the_own_language_and_theme(page_of, ann):
    a_question(by=ann)
    assert "Sign in" in page_of(None, **{"Accept-Language": "en"})
    assert "登录" in page_of(None, **{"Accept-Language": "zh"})
    assert "Sign in" in page_of(None, **{"Accept-Language": "en"})


def test_a_part_that_was_kept_tells_the_time_of_today(page_of, ann, clock):
    a_question(by=ann)
    assert "just now" in page_of(ann)
    clock.advance(hours=3)
    assert "3 hours ago" in page_of(ann)
    clock.advance(days=400)
    assert "3 Mar 2026" in page_of(ann)


def test_a_row_shows_what_has_changed(page_of, ann, bob):
    question = a_question(by=ann)
    before = page_of(ann)
    an_answer(to=question, by=bob)
    assert page_of(ann) != before


def test_the_way_back_leads_to_the_page_that_is_open(page_of):
    page_of(None, "/questions?sort=new")
    assert 'value="/questions?sort=votes"' in page_of(None, "/questions?sort=votes")


def test_an_answer_is_sent_to_the_question_that_is_open(page_of, ann, bob):
    sent_to = []
    for question in (a_question(by=ann), a_question(by=ann)):
        page = page_of(bob, f"/questions/{question.id}/{question.slug}")
        form = page[page.index('id="your-answer"') :]
        sent_to += re.findall(r'(?:action|data-keep)="([^"]*answer[^"]*)"', form)[:4]
        assert sent_to[-4:] == [
            f"/questions/{question.id}/answers", f"answer:{question.id}",
            f"/drafts/answer:{question.id}", f"/drafts/answer:{question.id}/discard",
        ]  # fmt: skip
    assert len(set(sent_to)) == 8


@pytest.mark.parametrize("asked", ["current_user.id", "actor.id", "request.path", "session.user", "theme", "may(1)"])
def test_a_part_that_asks_who_reads_fails(app, asked):
    app.jinja_env.loader = DictLoader({"curious.html": "{{ " + asked + " }}"})
    with app.test_request_context("/"), pytest.raises(UndefinedError):
        part("curious.html", question=1)


def test_what_was_not_asked_for_lately_makes_room():
    shelf = Parts(room=10)
    for name in ("one", "two", "three"):
        shelf.put(name, "x" * 4)
        shelf.get("one")
    assert [shelf.get(name) is not None for name in ("one", "two", "three")] == [True, False, True]
    shelf.put("too large", "x" * 11)
    assert shelf.get("too large") is None


def test_what_a_part_says_comes_back_as_it_was_and_counts_in_bytes():
    shelf = Parts(room=10)
    shelf.put("router", "路由器")
    assert shelf.get("router") == "路由器"
    shelf.put("reset", "重置")
    assert shelf.get("router") is None and shelf.get("reset") == "重置"
