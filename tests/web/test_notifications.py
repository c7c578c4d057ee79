"""The pages of the inbox, in both languages, without JavaScript."""

import re

import pytest
from flask import render_template

from app.domains.accounts.queries import Person
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.models import Notification
from app.domains.notifications.queries import Notice, unread_count
from app.extensions import db
from app.kernel.i18n import in_language
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_question, an_answer

DATA = {
    "answer_posted": [{"why": "own"}, {"why": "follows"}],
    "comment_posted": [{"on": "question", "comment": 1}, {"on": "answer", "comment": 1}],
    "mentioned": [{}, {"comment": 1}],
    "invited": [
        {"because": {"code": "answers_on_tag", "tag": "refund", "n": 6}},
        {"because": {"code": "answered_on_tag", "tag": "refund", "n": 1}},
        {"because": {"code": "similar", "n": 2}},
        {"because": {"code": "appointed", "product": "Mesh"}},
        {"because": {"code": "follows_tag", "tag": "refund"}},
        {"because": {"code": "follows_product", "product": "Mesh"}},
        {"because": {"code": "active"}},
        {},
    ],
    "question_asked": [{"why": "tag"}, {"why": "product"}],
    "question_closed": [{"why": "own", "reason": "duplicate"}, {"why": "follows", "reason": "spam"}],
    "feedback_state_changed": [{"item": 1, "title": "Dark mode", "state": "planned"}],
    "post_hidden": [{"post": kind, "reason": "Spam"} for kind in ("question", "answer", "comment")],
    "role_granted": [{"role": role} for role in ("member", "agent", "lead", "moderator", "pm", "admin")],
    "question_escalated": [{"case": 1, "level": 1, "because": why} for why in ("overdue", "asked", "not_solved")],
    "case_raised": [{"case": 1, "level": 2, "because": "overdue"}],
    "case_overdue": [{"case": 1, "level": 2, "because": "overdue"}],
    "digest_ready": [{"digest": 1, "product": "Mesh"}],
}


def a_line(kind, data, actor=None):
    from app.kernel.clock import now

    about = (3, 7, "Why?", "why", "en") if kind not in ("digest_ready", "role_granted") else (None, None, "", "", "")
    return Notice(1, kind, now(), False, actor, *about, data=data)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_sentence_in_both_languages_with_and_without_a_name(app, kind, language):
    for data in DATA.get(kind, [{}]):
        for actor in (Person(2, "Bob <b>", "member", 1), None):
            with app.test_request_context(), in_language(language):
                html = render_template(f"notifications/_{kind}.html", notice=a_line(kind, data, actor)).strip()
            assert len(html) > 4 and "%(" not in html and "None" not in html and "<b>" not in html


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_leads_somewhere(app, kind):
    from app.domains.notifications.addresses import path_of

    adapter = app.url_map.bind("127.0.0.1")
    for data in DATA.get(kind, [{}]):
        assert adapter.match(path_of(a_line(kind, data)).split("#")[0])


def test_the_inbox_shows_what_is_new_and_marks_it_all_read_without_a_script(client, sign_in_as, ann, bob, worker):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    a_comment(on=question, by=bob)
    worker.tick()
    sign_in_as(ann)

    page = client.get("/inbox").text
    assert page.count('data-read="false"') == 1 and "2 new" in page
    assert 'data-unread="2"' in page
    until = re.search(r'name="until" value="(\d+)"', page)[1]

    assert client.post("/inbox/read", data={"until": until}).status_code == 303
    assert unread_count(ann) == 0
    assert client.get("/inbox").text.count('data-read="true"') == 1


def test_opening_a_line_reads_it_and_leads_to_the_post(client, sign_in_as, ann, bob, worker):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    sign_in_as(ann)
    line = db.session.query(Notification).filter_by(user_id=ann.id).one()

    answered = client.get(f"/inbox/{line.id}")

    assert answered.status_code == 303
    assert answered.location.endswith(f"/questions/{question.id}/{question.slug}#answer-{answer.id}")
    assert unread_count(ann) == 0


def test_opening_a_line_reads_its_thread_and_no_other(client, sign_in_as, ann, bob, worker):
    first, second = a_question(by=ann), a_question(by=ann)
    for number, question in enumerate((first, first, second)):
        an_answer(to=question, by=bob, body=f"Advice number {number} on this.")
    worker.tick()
    sign_in_as(ann)
    line = db.session.query(Notification).filter_by(user_id=ann.id, question_id=first.id).first()

    client.get(f"/inbox/{line.id}")

    assert unread_count(ann) == 1
    unread = client.get("/inbox?show=unread").text
    assert unread.count("<article") == 1 and f"/inbox/{line.id}" not in unread
    assert client.get("/inbox").text.count("<article") == 2


def test_an_entry_is_marked_read_or_muted_where_it_stands(client, sign_in_as, ann, bob, worker):
    first, second = a_question(by=ann), a_question(by=ann)
    for question in (first, second):
        an_answer(to=question, by=bob)
    worker.tick()
    sign_in_as(ann)

    client.post("/inbox/read", data={"thread": first.id})
    assert unread_count(ann) == 1
    assert client.post("/inbox/mute", data={"question": second.id}).status_code == 303
    assert unread_count(ann) == 0

    an_answer(to=second, by=bob, body="One more thing to try here.")
    worker.tick()
    assert unread_count(ann) == 0
    assert client.post("/inbox/mute", data={"question": 999}).status_code == 404


def test_a_mails_link_mutes_its_question_without_signing_in(client, ann, bob, worker):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick_until_mailed()
    [mail] = [each for each in kept_mails() if each.key.startswith("notification:")]
    address = re.search(r"http://127\.0\.0\.1:5000(/mute/\S+)", mail.text)[1]
    assert address in mail.html

    assert question.title in client.get(address).text
    an_answer(to=question, by=bob, body="Opening the link has muted nothing.")
    worker.tick()
    assert unread_count(ann) == 2

    assert client.post(address).status_code == 200
    an_answer(to=question, by=bob, body="This one is not heard of any more.")
    worker.tick()
    assert unread_count(ann) == 0
    assert client.get("/mute/WzEsMV0.forged").status_code == 404


def test_a_link_of_a_question_that_was_hidden_since_tells_nothing_of_it(client, ann, bob, eve, mona, worker):
    from app.domains.notifications.muting import mute_token
    from app.domains.questions.actions.hiding import hide_post
    from app.domains.questions.models import Question

    question = a_question(by=ann)
    with transaction():
        hide_post(mona, db.session.get(Question, question.id), "A name in it")

    assert client.get(f"/mute/{mute_token(eve.id, question.id)}").status_code == 404
    assert client.post(f"/mute/{mute_token(eve.id, question.id)}").status_code == 404


@pytest.mark.parametrize("place", ["question", "tag", "product"])
def test_the_four_levels_are_chosen_on_a_page_without_a_script(place, client, sign_in_as, bob, app):
    question = a_question(tags=("wifi",))
    pages = {"question": f"/questions/{question.id}/{question.slug}", "tag": "/tags/wifi", "product": "/products/mesh"}
    forms = {**pages, "question": f"/questions/{question.id}"}
    sign_in_as(bob)

    def pressed():
        return re.findall(r'name="level" value="(\w+)"[^>]* aria-pressed="true"', client.get(pages[place]).text)

    assert pressed() == ["normal"]
    for level in ("muted", "tracking", "watching", "normal"):
        assert client.post(f"{forms[place]}/follow", data={"level": level}).status_code == 303
        assert pressed() == [level]
    assert client.post(f"{forms[place]}/follow", data={"level": "loud"}).status_code == 422


def test_an_open_question_reads_its_own_lines_only(client, sign_in_as, ann, bob, worker):
    first, second = a_question(by=ann), a_question(by=ann)
    an_answer(to=first, by=bob)
    an_answer(to=second, by=bob)
    worker.tick()
    sign_in_as(ann)

    assert client.post("/inbox/read", data={"question": first.id}).status_code == 204
    assert unread_count(ann) == 1


def chosen(page):
    return dict(re.findall(r'name="often\.(\w+)" value="(\w+)" checked', page))


def test_every_kind_shows_how_often_it_comes_and_keeps_what_is_chosen(client, sign_in_as, ann, app):
    sign_in_as(ann)
    usual = chosen(client.get("/settings/notifications").text)
    assert usual["answer_posted"] == "at_once" and usual["question_asked"] == "never" and usual["away"] == "weekly"

    odd = {"often.no_such_kind": "daily", "often.digest_ready": "never", "often.comment_posted": "hourly"}
    client.post("/settings/notifications", data={"often.answer_posted": "daily", "often.away": "at_once", **odd})

    now_chosen = chosen(client.get("/settings/notifications").text)
    assert now_chosen == {**usual, "answer_posted": "daily"}


def test_all_rows_are_set_with_one_button_as_far_as_they_offer_it(client, sign_in_as, stan, app):
    sign_in_as(stan)
    client.post("/settings/notifications", data={"all": "daily", "often.mentioned": "never"})

    now_chosen = chosen(client.get("/settings/notifications").text)
    assert (now_chosen.pop("question_escalated"), now_chosen.pop("away")) == ("at_once", "weekly")
    assert set(now_chosen.values()) == {"daily"}


def test_quiet_hours_are_set_and_taken_back(client, sign_in_as, ann, app):
    sign_in_as(ann)
    client.post("/settings/notifications", data={"quiet_from": "22:00", "quiet_until": "07:30"})
    page = client.get("/settings/notifications").text
    assert 'value="22:00"' in page and 'value="07:30"' in page

    assert client.post("/settings/notifications", data={"quiet_from": "late", "quiet_until": "7"}).status_code == 422
    client.post("/settings/notifications", data={"quiet_from": "", "quiet_until": ""})
    assert 'value="22:00"' not in client.get("/settings/notifications").text


def test_polling_without_an_id_says_where_to_begin(client, ann, bob, worker):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick()

    begun = client.get(f"/events?question={question.id}").json
    assert begun["events"] == [] and begun["last_id"] > 0
    assert [each["kind"] for each in client.get(f"/events?after=0&question={question.id}").json["events"]]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, ""])
def test_an_odd_id_is_taken_as_none(client, app, after):
    assert client.get(f"/events?after={after}&question={after}").status_code == 200


def test_presence_without_a_socket_is_counted_by_page(client, ann, app):
    question = a_question(by=ann)
    address = f"/questions/{question.id}/presence"

    assert client.post(address, data={"page": "first-page"}).json == {"reading": 1, "writing": 0}
    assert client.post(address, data={"page": "other-page", "writing": "1"}).json == {"reading": 1, "writing": 1}
    assert client.post(address, data={"page": "first-page", "left": "1"}).json == {"reading": 0, "writing": 1}
    assert client.post(address, data={"page": "<script>"}).status_code == 422


def test_the_state_line_alone_is_the_one_of_the_page(client, ann, app):
    question = a_question(by=ann)
    line = client.get(f"/questions/{question.id}/state/fragment").text
    assert 'id="state-line"' in line and "<html" not in line

    with transaction():
        from app.domains.questions.models import Question

        db.session.get(Question, question.id).hidden = True
    assert client.get(f"/questions/{question.id}/state/fragment").status_code == 404


def test_pages_in_chinese_speak_chinese(client, sign_in_as, app, bob, worker):
    mei = a_person("mei", language="zh")
    an_answer(to=a_question(by=mei), by=bob)
    worker.tick()
    sign_in_as(mei)
    for address in ("/inbox", "/settings/notifications"):
        page = client.get(address)
        assert page.status_code == 200 and 'lang="zh-Hans"' in page.text
