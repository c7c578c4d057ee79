"""Whatever goes wrong is a problem document, in the reader's language."""

import pytest
from flask_babel import force_locale
from sqlalchemy import text

from app.api.errors import title_of
from app.extensions import db
from app.kernel.i18n import _
from app.web.errors import sentence_for
from tests.factories import a_person, a_question


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404), ("GET", "/questions/1", 404), ("GET", "/questions/x", 404), ("DELETE", "/questions", 405),
    ("DELETE", f"/answers/{2**64}", 404), ("PUT", f"/answers/{2**64}/acceptance", 404),
    ("GET", "/me", 401), ("GET", "/questions?page=x", 422),
])  # fmt: skip
def test_a_problem_says_type_title_status_detail_and_errors(guest, method, path, status):
    answer = guest.call(method, path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status and answer.json["type"].endswith(f"#problem-{status}")
    assert answer.json["title"] and answer.json["detail"] and "errors" in answer.json


def test_what_does_not_take_a_method_says_which_it_takes(guest):
    assert "POST" in guest.call("DELETE", "/questions").headers["Allow"]


def test_a_broken_view_is_a_problem_without_its_secrets(app, guest, monkeypatch):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(**_arguments):
        raise RuntimeError("secret")

    monkeypatch.setitem(app.view_functions, "api.get_question", broken)
    answer = guest.get("/questions/1")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_a_database_that_is_away_is_said_also_to_those_with_a_token(program, ann):
    mine = program(ann)
    db.session.execute(text("ALTER TABLE api_token RENAME TO away"))
    db.session.commit()
    answer = mine.get("/questions")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9,en;q=0.5", "en", "zh", "de, zh;q=0.5"])
def test_a_guest_reads_problems_in_the_language_of_the_request(program, language):
    answer = program(language=language).get("/questions/1")
    with force_locale("zh" if "zh" in language else "en"):
        assert answer.json["title"] == title_of(404)
        assert answer.json["detail"] == sentence_for(404)


def test_the_language_of_the_account_goes_before_the_browsers(program):
    answer = program(a_person("zhang", language="zh"), language="en").put("/questions/1/vote", {"value": 7})
    with force_locale("zh"):
        assert answer.json["errors"] == {"value": [_("One of these, please: %(words)s", words="1, 0, -1")]}


def test_the_accept_language_reaches_the_catalogue(app, program):
    """Chinese and English differ as soon as the catalogue knows a sentence of the forum."""
    with force_locale("zh"):
        known = title_of(404) != "Not found"
    titles = {program(language=language).get("/questions/1").json["title"] for language in ("zh", "en")}
    assert len(titles) == (2 if known else 1)


def test_a_page_keeps_its_own_errors(client):
    assert client.get("/questions/1/none").mimetype == "text/html"


def test_what_is_hidden_is_not_there(program, guest, ann, bob, stan):
    question = a_question(by=ann)
    question_id = question.id
    question.hidden = True
    db.session.commit()
    assert guest.get(f"/questions/{question_id}").status_code == 404
    assert program(bob).post(f"/questions/{question_id}/answers", {"body": "Restart it, please."}).status_code == 404
    assert program(stan).get(f"/questions/{question_id}").status_code == 200
