"""Files by the front door: sent by a script or with a form, seen as the post that holds them."""

import io
import re

import pytest
from sqlalchemy import select

from app.domains.attachments.models import Attachment
from app.domains.questions.actions.answering import delete_answer
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.transaction import transaction
from app.web.attachments import LARGEST_REQUEST
from tests.conftest import sign_in
from tests.domains.attachments.test_actions import a_log
from tests.factories import a_product, a_question, an_answer
from tests.kernel.test_images import a_picture


def sent(client, data, name):
    form = {"file": (io.BytesIO(data), name)}
    return client.post("/attachments", data=form, headers={"Accept": "application/json"})


def status_for(app, address, *people):
    """What each of them gets; None is a visitor."""
    browsers = [sign_in(app.test_client(), person) if person else app.test_client() for person in people]
    return [browser.get(address).status_code for browser in browsers]


def test_a_picture_is_sent_and_comes_back_as_webp_that_nothing_can_run(client, sign_in_as, ann):
    sign_in_as(ann)
    told = sent(client, a_picture(60, 40), "the screen.png").json
    assert (told["kind"], told["label"]) == ("image", "the screen")
    answer = client.get(told["address"])
    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_text_comes_back_as_plain_text_under_its_own_name(client, sign_in_as, ann):
    sign_in_as(ann)
    answer = client.get(sent(client, "<script>错误</script>".encode("gb18030"), "日志.log").json["address"])
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "filename*=UTF-8''%E6%97%A5%E5%BF%97.log" in answer.headers["Content-Disposition"]
    assert answer.text == "<script>错误</script>"


def test_a_file_in_no_post_is_its_owners_and_the_staffs(app, ann, eve, stan, mona):
    log = a_log(ann)
    assert status_for(app, log.address, ann, stan, mona, eve, None) == [200, 200, 200, 404, 404]


def test_a_file_of_a_public_post_is_everybodys_and_stays_in_the_browser(app, client, ann, eve):
    log = a_log(ann)
    a_question(by=ann, body=f"It says no to everything that I try.\n\n[router.log]({log.address})")
    assert status_for(app, log.address, ann, eve, None) == [200, 200, 200]
    for browser in (client, sign_in(app.test_client(), eve)):
        assert browser.get(log.address).headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_file_of_a_hidden_question_is_hidden_with_it(app, client, ann, eve, mona, stan):
    log = a_log(ann)
    question = a_question(by=ann, body=f"It says no to everything that I try.\n\n[router.log]({log.address})")
    with transaction():
        hide_post(mona, db.session.get_one(Question, question.id), "private words")
    assert status_for(app, log.address, ann, stan, mona, eve, None) == [200, 200, 200, 404, 404]
    assert sign_in(client, stan).get(log.address).headers["Cache-Control"] == "private, no-store"


def test_a_file_of_a_deleted_answer_or_of_an_answer_under_a_hidden_question_is_gone_for_others(app, ann, eve, mona):
    body = "Look at this log, please.\n\n[router.log]({})"
    one, two = a_log(ann, "one"), a_log(ann, "two")
    first, second = a_question(by=eve), a_question(by=eve)
    deleted = an_answer(to=first, by=ann, body=body.format(one.address))
    an_answer(to=second, by=ann, body=body.format(two.address))
    with transaction():
        row = db.session.get_one(Answer, deleted.id)
        delete_answer(ann, db.session.get_one(Question, first.id), row)
        hide_post(mona, db.session.get_one(Question, second.id), "private words")
    assert status_for(app, one.address, ann, mona, eve, None) == [200, 200, 404, 404]
    # Under a question that is hidden from them the answer's own author sees nothing either.
    assert status_for(app, two.address, eve, mona, ann, None) == [200, 200, 404, 404]


def test_without_a_script_the_files_of_a_form_stand_at_the_end_of_the_question(client, sign_in_as, ann):
    sign_in_as(ann)
    a_product()
    form = {"product": "mesh", "kind": "problem", "title": "The router says no to everything", "tags": "wifi"}
    form |= {"body": "It says no since the update of this morning.", "files": [(io.BytesIO(a_picture()), "screen.png")]}
    form["files"].append((io.BytesIO(b"no\nno\nno"), "router.log"))
    answer = client.post("/questions/ask", data=form, follow_redirects=True)
    shown = r'<a href="/uploads/\w+-60x40.webp".*?><img src="[^"]+" alt="screen" .*width="60" height="40"'
    assert re.search(shown, answer.text)
    assert "<details><summary>router.log · 1 KB</summary>" in answer.text
    assert {file.post_id for file in db.session.scalars(select(Attachment))} == {1}


def test_files_of_a_refused_form_are_not_lost_and_not_kept_twice(client, sign_in_as, ann):
    sign_in_as(ann)
    a_product()
    for _again in range(2):
        form = {"title": "No", "body": "words", "files": [(io.BytesIO(b"no\nno"), "router.log")]}
        answer = client.post("/questions/ask", data=form)
    assert answer.status_code == 422
    assert "[router.log](/uploads/" in answer.text
    assert len(list(db.session.scalars(select(Attachment)))) == 1


def test_a_file_that_cannot_be_kept_is_said_above_the_answer_that_stays(client, sign_in_as, ann):
    sign_in_as(ann)
    question = a_question()
    form = {"body": "Please look at this picture of mine.", "files": [(io.BytesIO(b"MZ"), "program.exe")]}
    answer = client.post(f"/questions/{question.id}/answers", data=form)
    assert answer.status_code == 422
    assert "This is no picture that we can show." in answer.text
    assert "Please look at this picture of mine." in answer.text


def test_the_preview_shows_what_will_be_posted(client, sign_in_as, ann):
    sign_in_as(ann)
    log = a_log(ann, "first\nsecond")
    body = {"body": f"[a.log]({log.address})"}
    shown = client.post("/questions/preview", data=body, headers={"HX-Request": "true"}).text
    question = a_question(by=ann, body=f"It says no to everything that I try.\n\n[a.log]({log.address})")
    assert shown in question.body_html


@pytest.mark.parametrize(("path", "taken"), [("/attachments", True), ("/settings/profile", False)])
def test_only_forms_of_posts_may_be_large(client, sign_in_as, ann, path, taken):
    sign_in_as(ann)
    form = {"file": (io.BytesIO(bytes(3 * 1024 * 1024)), "a.png")}
    assert (client.post(path, data=form).status_code == 413) is not taken


def test_a_visitor_sends_nothing_large_and_nobody_sends_what_is_far_too_large(client, sign_in_as, ann):
    large = {"file": (io.BytesIO(bytes(3 * 1024 * 1024)), "a.png")}
    assert client.post("/attachments", data=large).status_code == 401
    sign_in_as(ann)
    huge = {"file": (io.BytesIO(bytes(LARGEST_REQUEST + 1)), "a.png")}
    assert client.post("/attachments", data=huge).status_code == 413


def test_what_is_taken_back_is_there_no_more(client, sign_in_as, ann):
    sign_in_as(ann)
    told = sent(client, b"no\nno", "router.log").json
    assert client.post(f"/attachments/{told['name']}/forget").status_code == 204
    assert client.get(told["address"]).status_code == 404
