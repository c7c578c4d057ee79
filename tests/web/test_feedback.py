"""The pages of feedback and its digests, and the digest as a mail."""

import json
import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.domains.accounts.actor import SYSTEM
from app.domains.feedback.actions.freezing import freeze_digest
from app.domains.feedback.models import Digest, FeedbackItem, FeedbackLabel, ItemState, Period
from app.domains.feedback.queries import build_or_stored
from app.domains.feedback.reading import MAIL_TEMPLATE, digest_mail_context, unfrozen_mail_context
from app.domains.feedback.tables import csv_of
from app.domains.feedback.wording import Wording
from app.domains.questions.actions.asking import question_to_change
from app.domains.questions.actions.hiding import hide_post
from app.extensions import db
from app.kernel.languages import spoken
from app.kernel.mail import Mail
from app.kernel.rendering import mail_from_template
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.domains.feedback.feedback_rows import BODY, SENTENCE, a_label, an_item, move
from tests.factories import a_person, a_product, a_question, a_vote, an_answer

MONDAY = date(2026, 3, 9)
CLOSED = datetime(2026, 3, 9, 2, tzinfo=UTC)


def a_frozen_week(clock) -> Digest:
    clock.at(CLOSED)
    with transaction():
        return freeze_digest(SYSTEM, a_product().id, Period.WEEK, MONDAY)


def a_mail(digest_id: int, language: str = "en") -> Mail:
    context = digest_mail_context(digest_id, language)
    return mail_from_template(MAIL_TEMPLATE, key="x", recipient="pat@example.com", language=language, **context)


def a_lively_week(ann, bob, eve) -> None:
    """Themes in both languages, marks, votes, an item that was declined."""
    for asker in (ann, bob, eve):
        question = a_question(by=asker, tags=("wifi", "firmware"), body=BODY)
        a_vote(on=question, by=a_person("voter"))
    chinese = "升级以后路由器每十分钟断线一次"
    a_question(by=ann, title=chinese, body=f"{chinese}，重启也没有用。", tags=("无线",))
    a_label(by=ann, tags=("wifi",), title="Stable Wi-Fi after an update")
    an_item(ItemState.DECLINED, by=bob, type="request")


# --- marking a post ---


def test_a_member_marks_a_sentence_of_the_own_question(client, ann):
    question = a_question(by=ann, body=BODY)
    sign_in(client, ann)
    form = client.get(f"/feedback/label?post=question:{question.id}")
    assert form.status_code == 200
    sent = {"post": f"question:{question.id}", "quote": SENTENCE, "type": "bug", "tags": "wifi", "item_id": "0"}
    answer = client.post("/feedback", data=sent)
    assert (answer.status_code, answer.location) == (303, f"/questions/{question.id}/{question.slug}#question")
    thread = client.get(answer.location).get_data(as_text=True)
    assert "Feeds 1 request" in thread
    assert f'href="/feedback/{db.session.scalar(select(FeedbackItem.id))}"' in thread


def test_similar_requests_are_offered_before_a_new_one_is_made(client, ann, bob):
    wanted = a_label(by=bob, title="The router drops the connection")
    question = a_question(by=ann, body=BODY, title="My router drops the connection every night")
    page = sign_in(client, ann).get(f"/feedback/label?post=question:{question.id}").get_data(as_text=True)
    assert "The router drops the connection" in page
    client.post("/feedback", data={"post": f"question:{question.id}", "type": "bug", "item_id": wanted.item_id})
    assert {label.item_id for label in db.session.scalars(select(FeedbackLabel))} == {wanted.item_id}


def test_a_sentence_that_is_not_there_is_refused_and_what_was_typed_stays(client, ann):
    question = a_question(by=ann, body=BODY)
    sent = {"post": f"question:{question.id}", "quote": "all is well", "type": "praise", "tags": "kept-tag"}
    answer = sign_in(client, ann).post("/feedback", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This sentence is not in the post." in page
    assert ">\nall is well</textarea>" in page.replace("\r", "") and 'value="kept-tag"' in page
    assert re.search(r'<input[^>]*checked[^>]*value="praise"', page)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"post": "question:4711", "type": "bug"}, 404),
        ({"post": "nothing", "type": "bug"}, 404),
        ({"type": "bug"}, 404),
        ({"post": "own", "type": "wish"}, 422),
        ({"post": "own"}, 422),
        ({"post": "own", "type": "bug", "item_id": "x"}, 303),
        ({"post": "own", "type": "bug", "item_id": "999999999999999999999"}, 422),
        ({"post": "own", "type": "bug", "tags": "a b c d e f"}, 422),
        ({"post": "own", "type": "bug", "quote": "x" * 1001}, 422),
        ({"post": "own", "type": "bug", "title": "x" * 201}, 422),
        ({"post": "foreign", "type": "bug"}, 403),
    ],
)
def test_bad_input_is_answered_with_a_sentence(client, ann, bob, sent, status):
    names = {"own": a_question(by=ann, body=BODY).id, "foreign": a_question(by=bob, body=BODY).id}
    post = sent.get("post", "")
    values = sent | ({"post": f"question:{names[post]}"} if post in names else {})
    answer = sign_in(client, ann).post("/feedback", data=values)
    assert answer.status_code == status
    assert "Traceback" not in answer.get_data(as_text=True)


def test_a_title_that_is_too_long_is_given_back_with_its_limit(client, ann):
    question, title = a_question(by=ann, body=BODY), "Radio stops at night " * 10
    sent = {"post": f"question:{question.id}", "type": "bug", "title": title}
    page = sign_in(client, ann).post("/feedback", data=sent).get_data(as_text=True)
    assert "At most 200 characters, please." in page
    assert title.strip() in page


def test_a_mark_is_taken_back(client, ann):
    label = a_label(by=ann)
    answer = sign_in(client, ann).post(f"/feedback/labels/{label.id}/remove")
    assert answer.status_code == 303
    assert "Feeds" not in client.get(answer.location).get_data(as_text=True)


# --- inbox and item ---


def test_the_inbox_shows_what_is_open_and_filters(client, stan, ann):
    open_one = an_item(by=ann, title="Radio stops at night")
    done = an_item(ItemState.DECLINED, title="Paint the router red")
    sign_in(client, stan)
    page = client.get("/feedback").get_data(as_text=True)
    assert open_one.title in page and done.title not in page
    assert done.title in client.get("/feedback?state=declined&product=mesh&type=bug&tag=wifi").get_data(as_text=True)
    assert "Nothing here" in client.get("/feedback?type=praise").get_data(as_text=True)
    assert client.get("/feedback?product=nothing").status_code == 404
    assert client.get("/feedback?state=nonsense&type=nonsense").status_code == 200
    assert client.get("/feedback?after=nonsense").status_code == 422


def test_the_inbox_costs_few_statements(client, stan, ann):
    for _again in range(3):
        an_item(by=ann)
    sign_in(client, stan)
    client.get("/feedback")
    with statements() as seen:
        assert client.get("/feedback").status_code == 200
    assert len(seen) <= 8, "\n".join(seen)  # session, unread, products, two counts, three of the list


def test_an_item_is_taken_along_its_way_in_the_browser(client, pat, ann):
    item = an_item(by=ann, tags=("wifi",))
    sign_in(client, pat)
    steps = [
        {"state": "triaged"},
        {"state": "under_review", "owner": pat.id},
        {"state": "planned"},
        {"state": "in_progress"},
        {"state": "shipped", "release": "Mesh 5.3"},
    ]
    for step in steps:
        assert f'name="state" value="{step["state"]}"' in client.get(f"/feedback/{item.id}").get_data(as_text=True)
        assert client.post(f"/feedback/{item.id}/state", data=step).status_code == 303
    page = sign_in(client, ann).get(f"/feedback/{item.id}").get_data(as_text=True)
    assert "Mesh 5.3" in page and "It works now" in page and "Decline it" not in page
    assert client.post(f"/feedback/{item.id}/state", data={"state": "confirmed"}).status_code == 303
    assert db.session.get_one(FeedbackItem, item.id, populate_existing=True).state is ItemState.CONFIRMED


def test_a_refusal_without_a_reason_comes_back_with_its_text(client, pat):
    item = an_item(ItemState.UNDER_REVIEW)
    answer = sign_in(client, pat).post(f"/feedback/{item.id}/state", data={"state": "declined", "reason": "Not now."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "at least 20 characters" in page and "Not now." in page


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"state": "x" * 900},
        {"state": "shipped"},
        {"state": "merged"},
        {"state": "merged", "merged_into": "x"},
        {"state": "merged", "merged_into": "9" * 30},
        {"state": "triaged", "owner": "9" * 30},
    ],
)
def test_a_wrong_step_is_a_sentence(client, pat, sent):
    item = an_item()
    assert sign_in(client, pat).post(f"/feedback/{item.id}/state", data=sent).status_code == 422


def test_who_decides_from_an_old_page_is_shown_the_new_one(client, pat, stan):
    item = an_item()
    move(stan, item.id, ItemState.TRIAGED)
    sent = {"state": "under_review", "owner": pat.id, "base_version": 1}
    answer = sign_in(client, pat).post(f"/feedback/{item.id}/state", data=sent)
    assert answer.status_code == 409
    assert "Somebody changed this" in answer.get_data(as_text=True)


def test_merged_items_point_at_each_other_and_can_be_separated(client, stan, ann):
    kept, gone = an_item(by=ann, title="Radio stops"), an_item(title="Wi-Fi stops")
    sign_in(client, stan)
    client.post(f"/feedback/{gone.id}/state", data={"state": "merged", "merged_into": kept.id})
    assert f'href="/feedback/{kept.id}"' in client.get(f"/feedback/{gone.id}").get_data(as_text=True)
    assert f'href="/feedback/{gone.id}"' in client.get(f"/feedback/{kept.id}").get_data(as_text=True)
    assert client.post(f"/feedback/{gone.id}/separate").status_code == 303
    assert db.session.get_one(FeedbackItem, gone.id, populate_existing=True).state is ItemState.INBOX


def test_staff_edit_an_item_and_keep_what_was_wrong(client, stan):
    item = an_item()
    sign_in(client, stan)
    sent = {"title": "Radio stops", "type": "complaint", "tags": "radio, wifi", "owner": "0"}
    assert client.post(f"/feedback/{item.id}/edit", data=sent).status_code == 303
    refused = client.post(f"/feedback/{item.id}/edit", data=sent | {"title": " ", "tags": "kept"})
    assert refused.status_code == 422 and 'value="kept"' in refused.get_data(as_text=True)
    stale = client.post(f"/feedback/{item.id}/edit", data=sent | {"base_version": 1})
    assert stale.status_code == 409


def test_an_item_costs_few_statements(client, stan, ann):
    item_id = an_item(by=ann).id
    sign_in(client, stan)
    client.get(f"/feedback/{item_id}")
    with statements() as seen:
        assert client.get(f"/feedback/{item_id}").status_code == 200
    assert len(seen) <= 14, "\n".join(seen)


def test_a_person_behind_an_item_sees_it_and_a_stranger_does_not(client, ann, bob):
    item = an_item(by=ann)
    assert "Score" not in sign_in(client, ann).get(f"/feedback/{item.id}").get_data(as_text=True)
    assert sign_in(client, bob).get(f"/feedback/{item.id}").status_code == 404
    assert client.get("/feedback").status_code == 403
    assert client.post(f"/feedback/{item.id}/state", data={"state": "triaged"}).status_code == 404
    assert client.post(f"/feedback/{item.id}/follow").status_code == 404


def test_following_counts_as_one_more_and_leaving_leads_home(client, mona, ann, eve):
    item = an_item(by=ann)
    sign_in(client, eve)
    assert client.post(f"/feedback/{item.id}/follow", data={"follow": "1"}).status_code == 303
    assert 'aria-pressed="true"' in client.get(f"/feedback/{item.id}").get_data(as_text=True)
    assert client.post(f"/feedback/{item.id}/follow", data={"follow": "0"}).status_code == 303


# --- digests ---


def test_the_digest_says_each_of_its_parts(client, ann, bob, eve, pat, clock):
    a_lively_week(ann, bob, eve)
    row = a_frozen_week(clock)
    page = sign_in(client, pat).get(f"/digests/{row.id}").get_data(as_text=True)
    for part in ("themes", "most-wanted", "quotes", "unanswered", "decisions"):
        assert f'id="{part}"' in page
    assert "2–8 Mar 2026" in page and "checked by a person" in page and SENTENCE in page
    assert "unconfirmed: from the questions&#39; tags" in page or "checked</span>" in page
    assert 'lang="zh-Hans"' in page
    assert " style=" not in page


def test_the_digest_speaks_the_language_of_its_reader(client, ann, clock):
    a_question(by=ann)
    reader = a_person("li", role="pm", language="zh")
    row = a_frozen_week(clock)
    page = sign_in(client, reader).get(f"/digests/{row.id}").get_data(as_text=True)
    assert "2026年3月2日至8日" in page and 'lang="zh-Hans"' in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "15 posts by 10 people. Most is about sync, pdf. You owe 1 reply."),
        ("zh", "10 人发了 15 条帖子。主要是关于 sync、pdf。你还欠 1 个答复。"),
    ],
)
def test_the_digest_begins_with_sentences_of_its_readers_script(app, language, said):
    header = SimpleNamespace(posts=15, people=10, usual_posts=None)
    themes = [SimpleNamespace(name="sync"), SimpleNamespace(name="pdf")]
    content = SimpleNamespace(header=header, themes=themes, spikes=[], decisions=SimpleNamespace(overdue=["one"]))
    with app.test_request_context("/", headers={"Accept-Language": language}):
        made = app.jinja_env.get_template("feedback/_lede.html").make_module()
        assert str(made.lede(content, Wording(spoken(language), "Asia/Shanghai"))).strip() == said


def test_the_running_week_is_shown_and_not_stored(client, ann, pat):
    a_question(by=ann)
    page = sign_in(client, pat).get("/digests/preview?product=mesh")
    assert page.status_code == 200 and "still running" in page.get_data(as_text=True)
    assert "1 post by 1 person." in page.get_data(as_text=True)
    assert db.session.scalar(select(Digest.id)) is None
    assert client.get("/digests/preview").status_code == 404


def test_an_empty_week_has_a_page_without_a_hole(client, pat, clock):
    a_product()
    row = a_frozen_week(clock)
    page = sign_in(client, pat).get(f"/digests/{row.id}").get_data(as_text=True)
    assert "Nobody wrote anything." in page and "Nothing is due and nothing is owed." in page


def test_json_is_what_was_stored(client, ann, pat, clock):
    a_question(by=ann)
    row = a_frozen_week(clock)
    stored = row.content
    answer = sign_in(client, pat).get(f"/digests/{row.id}.json")
    assert (answer.mimetype, answer.get_data(as_text=True)) == ("application/json", stored)


def test_a_quote_hidden_later_is_shown_as_removed(client, ann, mona, pat, clock):
    label = a_label(by=ann)
    row = a_frozen_week(clock)
    with transaction():
        hide_post(mona, question_to_change(label.question_id, mona), "private")
    page = sign_in(client, pat).get(f"/digests/{row.id}").get_data(as_text=True)
    assert "This quote was removed" in page and "Request 1" in page
    assert SENTENCE not in page and "The router drops the connection" not in page
    mail = a_mail(row.id)
    assert mail.text.count("This quote was removed") == 1 and mail.html.count("This quote was removed") == 1
    assert SENTENCE not in mail.text and SENTENCE not in mail.html


def test_digests_are_listed_and_the_newest_is_where_the_day_begins(client, ann, pat, clock):
    sign_in(client, pat)
    assert client.get("/digests/newest").location == "/digests"
    a_question(by=ann)
    row = a_frozen_week(clock)
    sign_in(client, pat)
    assert f'href="/digests/{row.id}"' in client.get("/digests?product=mesh").get_data(as_text=True)
    assert client.get("/digests/newest").location == f"/digests/{row.id}"


def test_a_digest_costs_few_statements(client, ann, bob, eve, pat, clock):
    a_lively_week(ann, bob, eve)
    row_id = a_frozen_week(clock).id
    sign_in(client, pat)
    client.get(f"/digests/{row_id}")
    with statements() as seen:
        assert client.get(f"/digests/{row_id}").status_code == 200
    assert len(seen) <= 8, "\n".join(seen)


def test_members_read_no_digest(client, ann, mona, clock):
    a_question(by=ann)
    row = a_frozen_week(clock)
    for actor in (ann, mona):
        sign_in(client, actor)
        assert [client.get(f"/digests/{row.id}{end}").status_code for end in ("", ".json")] == [404, 404]
        assert [client.get(path).status_code for path in ("/digests", "/digests/preview?product=mesh")] == [403, 403]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_mail_holds_every_number_and_link_of_the_page(app, client, ann, bob, eve, pat, clock, language):
    a_lively_week(ann, bob, eve)
    row = a_frozen_week(clock)
    mail, content = a_mail(row.id, language), digest_mail_context(row.id, language)["content"]
    address = app.extensions["config"].address
    urls = {quote.url for group in content.quotes for quote in group.quotes}
    urls |= {post.url for post in content.unanswered} | {theme.leader.url for theme in content.themes}
    urls |= {line.url for line in content.most_wanted.by_score} | {f"/digests/{row.id}"}
    assert content.themes and content.most_wanted.by_score and content.unanswered
    for url in urls:
        assert f"{address}{url}" in mail.text and f"{address}{url}" in mail.html
    header, declined = content.header, content.adoption.total.declined
    numbers = [header.posts, header.people, content.unanswered_in_period, declined]
    assert all(re.search(rf"\b{number}\b", text) for number in numbers for text in (mail.text, mail.html))
    assert all(theme.name in mail.text and theme.name in mail.html for theme in content.themes)
    assert "Mesh" in mail.subject and "<" not in mail.text
    assert re.search(r"\n{4,}", mail.text) is None


def test_a_digest_becomes_a_table_that_a_spreadsheet_does_not_run(ann):
    a_label(by=ann, title="=HYPERLINK(evil)")
    digest = build_or_stored(a_product().id, Period.WEEK, MONDAY)
    table = csv_of(digest.content)
    assert table.splitlines()[0] == "section,name,figure,value,url"
    assert "'=HYPERLINK(evil)" in table and ",=HYPERLINK" not in table
    assert "header,,posts,1," in table
    context = unfrozen_mail_context(digest, "en")
    mail = mail_from_template(MAIL_TEMPLATE, key="x", recipient="", language="en", **context)
    assert "HYPERLINK" in mail.text and "/digests/" not in mail.text


def test_what_people_wrote_is_text_and_no_markup(client, ann, pat, clock):
    a_question(by=ann, title="<b>Bold</b> routers drop <script>alert(1)</script> the connection", body=BODY)
    row = a_frozen_week(clock)
    page = sign_in(client, pat).get(f"/digests/{row.id}").get_data(as_text=True)
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    mail = a_mail(row.id)
    assert "<script>" not in mail.html
    assert json.loads(row.content)["header"]["posts"] == 1


def test_an_answered_question_is_not_among_the_unanswered(client, ann, bob, pat, clock):
    question = a_question(by=ann, title="Answered router drops the connection")
    an_answer(to=question, by=bob)
    a_question(by=ann, title="Forgotten router drops the connection")
    row = a_frozen_week(clock)
    page = sign_in(client, pat).get(f"/digests/{row.id}").get_data(as_text=True)
    waiting = page.split('id="unanswered"')[1].split('id="decisions"')[0]
    assert "Forgotten" in waiting and "Answered router" not in waiting
