"""Drafts by the front door: saved by pages and by plain forms, shown again, taken by the post."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.domains.questions.actions.drafting import save_draft
from app.domains.questions.models import Answer, Comment, Draft, Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.domains.escalation.stories import case_now
from tests.factories import a_person, a_product, a_question, an_answer

ASKED = {
    "product": "mesh",
    "kind": "problem",
    "title": "The router drops the connection",
    "body": "Every ten minutes since the update. **Nothing** helps.",
    "tags": "wifi",
}


def put(client, form, version=0, writer="", **fields):
    return client.put(f"/drafts/{form}", json={"fields": fields, "version": version, "writer": writer})


def drafts():
    return {row.form: row.fields for row in db.session.scalars(select(Draft))}


def draft_version(page):
    return int(re.search(r'name="draft_version"[^>]*value="(\d+)"', page.text)[1])


def a_draft(owner, form, **fields):
    with transaction():
        return save_draft(owner, form, fields).version


def test_a_save_answers_with_the_new_version_and_a_conflict_with_the_other_text(client, ann):
    sign_in(client, ann)
    saved = put(client, "ask", body="From the laptop")
    assert saved.status_code == 200 and saved.json["version"] > 0

    refused = put(client, "ask", body="From the phone")
    assert refused.status_code == 409
    assert refused.json["fields"] == {"body": "From the laptop"}
    assert refused.json["version"] == saved.json["version"] and refused.json["saved_at"] == saved.json["saved_at"]
    assert put(client, "ask", version=refused.json["version"], body="From the phone").status_code == 200
    assert drafts() == {"ask": {"body": "From the phone"}}


@pytest.mark.both_databases
def test_of_eight_pages_that_begin_at_once_one_is_saved_and_the_others_see_its_text(app, ann):
    clients = [sign_in(app.test_client(), ann) for _page in range(8)]
    db.session.remove()
    with ThreadPoolExecutor(8) as pages:
        answers = list(pages.map(lambda each: put(each[1], "ask", body=f"Page {each[0]}"), enumerate(clients)))

    assert sorted(answer.status_code for answer in answers) == [200] + 7 * [409]
    first = next(f"Page {number}" for number, answer in enumerate(answers) if answer.status_code == 200)
    assert {answer.json["fields"]["body"] for answer in answers if answer.status_code == 409} == {first}
    assert drafts() == {"ask": {"body": first}}


def test_without_a_session_a_save_is_answered_with_401_and_not_with_the_door(client):
    answer = put(client, "ask", body="Half")
    assert (answer.status_code, "Location" in answer.headers) == (401, False)


@pytest.mark.parametrize("body", ["[]", "{}", '{"fields": []}', "{", '{"fields": 7}', "null"])
def test_what_is_not_a_draft_is_refused(client, ann, body):
    sign_in(client, ann)
    answer = client.put("/drafts/ask", data=body, content_type="application/json")
    assert answer.status_code == 422 and drafts() == {}


def test_odd_versions_are_none(client, ann):
    sign_in(client, ann)
    for version in (None, -1, 1.5, "x", [], "9" * 40):
        assert put(client, "ask", version=version, body="Half").status_code == 200


def test_a_text_that_is_too_long_is_refused_in_the_readers_language(client):
    sign_in(client, a_person("小林", language="zh"))
    answer = client.put("/drafts/ask", json={"fields": {"body": "字" * 60_001}}, headers={"Accept": "application/json"})
    assert answer.status_code == 422 and answer.json["title"] == "草稿有 60001 个字符；最多保存 60000 个。"


@pytest.mark.settings(limits="on")
def test_too_many_saves_say_when_to_come_back(client, ann):
    sign_in(client, ann)
    version, answer = 0, None
    for number in range(121):
        answer = put(client, "ask", version=version, body=f"Letter {number}")
        version = (answer.json or {}).get("version", version) if answer.status_code == 200 else version
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0


def test_a_save_needs_the_pages_token(app, client, ann):
    sign_in(client, ann)
    app.config["WTF_CSRF_ENABLED"] = True
    assert put(client, "ask", body="Half").status_code == 400
    assert drafts() == {}
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/questions/ask").text)[1]
    answer = client.put("/drafts/ask", json={"fields": {"body": "Half"}}, headers={"X-CSRFToken": token})
    assert answer.status_code == 200


def test_asking_shows_the_draft_and_takes_it(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    a_draft(ann, "ask", **ASKED | {"tags": "wifi, dhcp", "product": "mesh"})
    page = client.get("/questions/ask?title=Something+else&tags=other")
    assert 'value="The router drops the connection"' in page.text and "**Nothing** helps." in page.text
    assert 'value="wifi, dhcp"' in page.text and '<option selected value="problem">' in page.text

    sent = client.post("/questions/ask", data=ASKED | {"draft_version": draft_version(page)})
    assert sent.status_code == 303 and drafts() == {}
    assert "taken=ask" in sent.headers["Set-Cookie"]


def test_a_refused_question_leaves_its_draft_and_knows_on_which_it_was_written(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    version = a_draft(ann, "ask", body="What the server has")
    page = client.post("/questions/ask", data=ASKED | {"title": "Help", "draft_version": version})
    assert page.status_code == 422 and draft_version(page) == version
    assert "**Nothing** helps." in page.text and "What the server has" not in page.text
    assert 'data-refused' in page.text and "ask" in drafts()


def test_a_post_leaves_a_newer_draft_of_another_device(client, ann, bob):
    question = a_question(by=bob)
    sign_in(client, ann)
    form = f"answer:{question.id}"
    page = client.get(f"/questions/{question.id}/{question.slug}")
    a_draft(ann, form, body="Written on the phone meanwhile.")
    sent = {"body": "Please restart it once.", "draft_version": draft_version(page)}
    client.post(f"/questions/{question.id}/answers", data=sent)

    assert drafts() == {form: {"body": "Written on the phone meanwhile."}}
    assert "Written on the phone meanwhile." in client.get(f"/questions/{question.id}/{question.slug}").text


def test_a_draft_goes_with_its_post_or_not_at_all(client, ann, bob, monkeypatch):
    question = a_question(by=bob)
    sign_in(client, ann)
    version = a_draft(ann, f"answer:{question.id}", body="Please restart it once.")

    def fails(session):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(db.session.session_factory.class_, "commit", fails)
    sent = {"body": "Please restart it once.", "draft_version": version}
    assert client.post(f"/questions/{question.id}/answers", data=sent).status_code == 500
    monkeypatch.undo()
    assert len(drafts()) == 1 and db.session.scalars(select(Answer)).all() == []


@pytest.mark.parametrize("kind", ["edit-question", "edit-answer", "comment-question", "comment-answer", "answer"])
def test_every_form_shows_its_draft_and_the_post_takes_it(client, ann, kind):
    question = a_question(by=ann, body="It began on Monday, after the update of the app.")
    answer = an_answer(to=question, by=ann)
    target = answer.id if kind in ("edit-answer", "comment-answer") else question.id
    shown_at, sent_to = {
        "edit-question": (f"/questions/{question.id}/edit", f"/questions/{question.id}/edit"),
        "edit-answer": (f"/answers/{answer.id}/edit", f"/answers/{answer.id}/edit"),
        "comment-question": (f"/questions/{question.id}/{question.slug}", f"/questions/{question.id}/comments"),
        "comment-answer": (f"/questions/{question.id}/{question.slug}", f"/answers/{answer.id}/comments"),
        "answer": (f"/questions/{question.id}/{question.slug}", f"/questions/{question.id}/answers"),
    }[kind]
    sign_in(client, ann)
    form = f"{kind}:{target}"
    version = a_draft(ann, form, **ASKED | {"body": "Words that were begun here.", "base_version": "1"})
    assert f'data-keep="{form}"' in client.get(shown_at).text and "Words that were begun" in client.get(shown_at).text

    sent = ASKED | {"body": "Words that were begun and ended here.", "draft_version": version}
    assert client.post(sent_to, data=sent).status_code == 303
    assert drafts() == {}


def test_an_edit_goes_on_from_the_text_that_it_was_begun_on(client, ann, mona):
    question = a_question(by=ann)
    sign_in(client, ann)
    a_draft(ann, f"edit-question:{question.id}", **ASKED | {"base_version": "1", "tags": ""})
    with transaction():
        db.session.get_one(Question, question.id).version = 2
    page = client.get(f"/questions/{question.id}/edit")
    assert 'name="base_version" value="1"' in page.text
    assert re.search(r'name="tags"[^>]*value=""', page.text), "what was emptied stays empty"

    fields = ASKED | {"base_version": "1"}
    assert client.post(f"/questions/{question.id}/edit", data=fields).status_code == 409


def test_the_desk_and_the_public_page_share_a_draft(client, stan, ann, worker, clock):
    question = a_question(by=ann)
    worker.tick()
    clock.advance(days=3)
    worker.tick()
    case = f"/staff/cases/{case_now(question).id}"
    sign_in(client, stan)
    version = a_draft(stan, f"answer:{question.id}", body="Please send us the log.", asks="y")
    desk = client.get(case)
    assert "Please send us the log." in desk.text and re.search(r'<input checked[^>]*name="asks"', desk.text)
    assert "Please send us the log." in client.get(f"/questions/{question.id}/{question.slug}").text

    kept = client.post(f"/drafts/answer:{question.id}", data={"body": "Please send us the log of today.",
                       "draft_version": version}, query_string={"next": f"{case}#reply"})
    assert kept.headers["Location"] == f"{case}#reply"
    client.post(f"{case}/answer", data={"body": "Please send us the log of today.",
                "draft_version": draft_version(client.get(case))})
    assert drafts() == {}


def test_the_plain_button_saves_and_comes_back(client, ann, bob):
    question = a_question(by=bob)
    sign_in(client, ann)
    kept = client.post(f"/drafts/answer:{question.id}", data={"body": "Half an answer", "draft_version": "0"})
    assert kept.headers["Location"] == f"/questions/{question.id}#your-answer"
    assert drafts() == {f"answer:{question.id}": {"body": "Half an answer"}}
    assert "Nothing is written yet." in client.post("/drafts/ask", data={"body": " "}, follow_redirects=True).text


def test_a_plain_save_that_is_refused_shows_the_text_whole(client, ann):
    sign_in(client, ann)
    page = client.post("/drafts/ask", data={"title": "The title", "body": "x" * 60_001})
    assert page.status_code == 422 and "x" * 60_001 in page.text and "The title" in page.text


def test_discarding_from_the_list_can_be_undone(client, ann):
    sign_in(client, ann)
    a_draft(ann, "ask", title="The router", body="Line one\nline two")
    version = draft_version(client.get("/drafts"))
    page = client.post("/drafts/ask/discard", data={"draft_version": version})
    assert drafts() == {} and "The draft is discarded." in page.text

    hidden = dict(re.findall(r'<input type="hidden" name="(title|body)" value="([^"]*)"', page.text))
    assert client.post("/drafts/ask", data=hidden).status_code == 303
    assert drafts() == {"ask": {"title": "The router", "body": "Line one\nline two"}}


def test_an_old_page_discards_no_newer_text(client, ann):
    sign_in(client, ann)
    old = a_draft(ann, "ask", body="Old")
    with transaction():
        save_draft(ann, "ask", {"body": "New words"}, version=old)
    page = client.post("/drafts/ask/discard", data={"draft_version": old})
    assert page.status_code == 409 and "New words" in page.text and len(drafts()) == 1
    told = client.post("/drafts/ask/discard", data={"draft_version": old}, headers={"Accept": "application/json"})
    assert told.status_code == 409 and told.json["fields"] == {"body": "New words"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_shows_ones_own_drafts_alone(client, app, ann, language):
    bob = a_person("bob", language=language)
    question = a_question(by=ann, title="The router drops the connection")
    a_draft(ann, f"answer:{question.id}", body="Somebody else's words")
    a_draft(bob, f"answer:{question.id}", body="My own words")
    sign_in(client, bob)
    page = client.get("/drafts").text
    assert "My own words" in page and "The router drops" in page and "Somebody else" not in page
    assert f'href="/questions/{question.id}#your-answer"' in page

    with transaction():
        db.session.get_one(Question, question.id).hidden = True
    page = client.get("/drafts").text
    assert "The router drops" not in page and f"/questions/{question.id}" not in page and "My own words" in page


def test_without_drafts_the_list_says_what_it_is_for(client, ann):
    assert "No drafts" in sign_in(client, ann).get("/drafts").text


def test_the_first_page_shows_them_and_other_pages_ask_nothing_of_drafts(client, ann):
    a_question(by=ann)
    sign_in(client, ann)
    a_draft(ann, "ask", title="My other words", body="Half")
    assert "My other words" in client.get("/").text
    for path in ("/questions", "/inbox", "/tags"):
        with statements() as asked:
            client.get(path)
        assert not [statement for statement in asked if "draft" in statement], path


def test_a_visitors_question_page_knows_no_drafts(client, ann):
    question = a_question(by=ann)
    with statements() as asked:
        page = client.get(f"/questions/{question.id}/{question.slug}").text
    assert not [statement for statement in asked if "draft" in statement]
    assert "draft_version" not in page and "drafts.js" not in page


def test_the_export_of_ones_data_holds_the_drafts(client, ann):
    sign_in(client, ann)
    a_draft(ann, "ask", body="Half")
    exported = client.get("/settings/export.json").json["drafts"]
    assert exported == [{"form": "ask", "fields": {"body": "Half"}, "updated_at": "2026-03-03T02:00:00Z"}]


def test_two_comments_that_were_begun_one_after_the_other_are_two(client, ann, bob):
    question = a_question(by=bob)
    answer = an_answer(to=question, by=bob)
    sign_in(client, ann)
    for body in ("The same here since Monday.", "And since Tuesday, too."):
        form = client.get(f"/answers/{answer.id}/comments/new", headers={"HX-Request": "true"}).text
        key = re.search(r'name="submission" value="([^"]+)"', form)[1]
        client.post(f"/answers/{answer.id}/comments", data={"body": body, "submission": key})
    assert len(db.session.scalars(select(Comment)).all()) == 2
