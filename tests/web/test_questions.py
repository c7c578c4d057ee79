"""Asking, reading and changing by the front door."""

import re

import pytest
from sqlalchemy import func, select

from app.domains.accounts.models import User
from app.domains.questions.models import Answer, PendingQuestion, Question, ServiceState
from app.extensions import db
from app.kernel.mail import KeptMail
from app.kernel.transaction import transaction
from app.web.page_cache import Shelf
from tests.conftest import sign_in, statements
from tests.factories import a_comment, a_person, a_product, a_question, a_vote, an_answer

ASKED = {
    "product": "mesh",
    "kind": "problem",
    "title": "The router drops the connection",
    "body": "Every ten minutes since the update. **Nothing** helps.",
    "tags": "wifi, 固件",
}


def submission_of(page):
    return re.search(r'name="submission"[^>]*value="([^"]+)"', page.text)[1]


def path_of(question):
    return f"/questions/{question.id}/{question.slug}"


def test_a_member_asks_and_lands_on_the_question(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    answer = client.post("/questions/ask", data=ASKED)

    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "<strong>Nothing</strong>" in page.text and "固件" in page.text


def test_the_promise_stands_on_the_page_before_any_job_has_run(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    page = client.get(client.post("/questions/ask", data=ASKED).headers["Location"])

    # Asked on Tuesday at 10:00 in Shanghai, four open hours: due at 14:00, which is 06:00 UTC.
    assert 'datetime="2026-03-03T06:00:00' in page.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refused_form_keeps_every_word_and_says_what_to_do(client, language, app):
    ann = a_person("ann", language=language)
    a_product("mesh")
    sign_in(client, ann)
    page = client.post("/questions/ask", data=ASKED | {"title": "Help", "tags": ""})

    assert page.status_code == 422
    assert "Nothing** helps." in page.text and 'value="Help"' in page.text
    assert page.text.count('class="error"') == 2


def test_what_cannot_be_done_as_things_stand_is_not_put_on_somebody_faster(client, ann, mona):
    question = a_question(by=ann)
    sign_in(client, mona)
    client.post(f"/questions/{question.id}/close", data={"reason": "spam"})
    again = client.post(f"/questions/{question.id}/close", data={"reason": "spam"})

    assert again.status_code == 409 and "closed already" in again.text
    assert "This cannot be done now" in again.text and "faster" not in again.text


def test_a_tag_that_is_too_long_is_refused_by_name_and_kept(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    page = client.post("/questions/ask", data=ASKED | {"tags": f"wifi {'x' * 200}"})

    assert page.status_code == 422
    assert f"The tag “{'x' * 20}…” has 200 characters; at most 30 fit." in page.text
    assert f'value="wifi {"x" * 200}"' in page.text


def test_the_page_says_why_nobody_was_asked_until_somebody_answers(client, ann, bob, worker):
    question = a_question(by=ann)
    worker.tick()
    page = client.get(path_of(question)).text
    assert "Nobody was asked" in page and "There is nobody here yet who could be asked about this." in page

    an_answer(to=question, by=bob)
    assert "Nobody was asked" not in client.get(path_of(question)).text


def test_a_tag_that_is_left_out_is_named(client):
    a_question(tags=("wifi",))
    sign_in(client, a_person("newcomer", level=0))
    page = client.post("/questions/ask", data=ASKED | {"tags": "wifi mesh-9"}, follow_redirects=True)

    assert "There is no tag “mesh-9” yet, and new members cannot add one: it was left out." in page.text


def test_a_double_click_publishes_once(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    data = ASKED | {"submission": submission_of(client.get("/questions/ask"))}
    first, second = client.post("/questions/ask", data=data), client.post("/questions/ask", data=data)

    assert first.headers["Location"] == second.headers["Location"]
    assert db.session.scalar(select(func.count()).select_from(Question)) == 1


@pytest.mark.parametrize("tags", [ASKED["tags"], ""])  # browsers do not fill in again what has autocomplete="off"
def test_the_same_words_after_the_back_button_lead_to_the_question_that_exists(client, ann, tags):
    a_product("mesh")
    sign_in(client, ann)
    first = client.post("/questions/ask", data=ASKED | {"submission": submission_of(client.get("/questions/ask"))})
    form = ASKED | {"tags": tags, "submission": submission_of(client.get("/questions/ask"))}
    again = client.post("/questions/ask", data=form)

    assert again.status_code == 303 and again.headers["Location"] == first.headers["Location"]
    assert "You have asked this already" in client.get(again.headers["Location"]).text
    assert db.session.scalar(select(func.count()).select_from(Question)) == 1


def test_other_words_in_a_form_that_was_sent_before_become_a_change_of_the_question(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    form = ASKED | {"submission": submission_of(client.get("/questions/ask"))}
    client.post("/questions/ask", data=form)
    again = client.post("/questions/ask", data=form | {"body": "Every hour, not every ten minutes, since the update."})

    question = db.session.scalars(select(Question)).one()
    assert again.headers["Location"] == f"/questions/{question.id}/edit"
    page = client.get(again.headers["Location"])
    assert "You have asked this already" in page.text and "Every hour, not every ten minutes" in page.text
    assert "Every ten minutes" in question.body
    saved = client.post(again.headers["Location"], data={
        **form, "body": "Every hour, not every ten minutes, since the update.",
        "base_version": re.search(r'name="base_version" value="(\d+)"', page.text)[1],
    })  # fmt: skip
    assert saved.status_code == 303
    db.session.rollback()
    assert "Every hour" in db.session.scalars(select(Question)).one().body


def test_the_same_words_days_later_are_a_new_question(client, ann, clock):
    a_product("mesh")
    sign_in(client, ann)
    client.post("/questions/ask", data=ASKED)
    clock.advance(days=3)
    sign_in(client, ann)
    client.post("/questions/ask", data=ASKED)

    assert db.session.scalar(select(func.count()).select_from(Question)) == 2


def test_a_guest_writes_first_and_the_link_in_the_mail_publishes(client, worker, clock, ann):
    a_question(by=ann, tags=("wifi",))
    answer = client.post("/questions/ask", data=ASKED | {"tags": "wifi"})
    assert answer.headers["Location"] == "/questions/ask/almost"
    page = client.get("/questions/ask/almost")
    assert "The router drops the connection" in page.text

    sent = client.post("/questions/ask/almost", data={"name": "Lin Xiao", "email": "lin@example.com"})
    assert sent.status_code == 303
    worker.tick()
    mail = db.session.scalars(select(KeptMail)).one()
    path = re.search(r"/questions/publish/\S+", mail.text)[0]

    opened = client.get(path)
    assert opened.status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Question)) == 1  # opening publishes nothing
    clock.advance(hours=2)
    published = client.post(path, headers={"Accept-Language": "zh-CN"})
    assert published.status_code == 303
    question = db.session.scalars(select(Question).order_by(Question.id.desc())).first()
    assert question.created_at == clock.now()  # the promise counts from now
    assert db.session.get(User, question.asker_id).timezone == "Asia/Shanghai"  # of the browser that confirmed
    assert client.post(path).status_code == 404


def test_a_guests_refused_question_keeps_its_text(client, ann):
    a_question(by=ann)
    page = client.post("/questions/ask", data=ASKED | {"title": "Help"})

    assert page.status_code == 422 and "Nothing** helps." in page.text
    assert db.session.scalar(select(func.count()).select_from(PendingQuestion)) == 0


@pytest.mark.settings(limits="on")
def test_a_guests_slips_are_named_together_and_cost_nothing(client, ann):
    a_question(by=ann, tags=("wifi",))
    client.post("/questions/ask", data=ASKED | {"tags": "wifi"})
    for _time in range(9):
        page = client.post("/questions/ask/almost", data={"name": "", "email": "lin at example"})
        assert page.status_code == 422 and "name-error" in page.text and "email-error" in page.text

    sent = client.post("/questions/ask/almost", data={"name": "Lin Xiao", "email": "lin@example.com"})
    assert sent.status_code == 303


def test_an_old_or_short_address_leads_to_the_readable_one(client, ann):
    question = a_question(by=ann)
    for address in (f"/questions/{question.id}", f"/questions/{question.id}/an-old-title"):
        assert client.get(address).headers["Location"] == path_of(question)


def test_the_link_to_share_is_short_and_leads_to_the_question_also_when_its_title_changed(client, ann, bob):
    question = a_question(by=ann)
    page = sign_in(client, bob).get(path_of(question)).text
    assert re.search(rf'href="/q/{question.id}" data-share', page)
    assert client.get(f"/q/{question.id}").location == path_of(question)
    with transaction():
        db.session.get_one(Question, question.id).slug = "other-words"
    assert client.get(f"/q/{question.id}").location == f"/questions/{question.id}/other-words"
    with transaction():
        db.session.get_one(Question, question.id).hidden = True
    for missing in (question.id, question.id + 99, 2**70):
        assert client.get(f"/q/{missing}").status_code == 404


def test_a_question_that_is_not_there_or_not_public_is_not_found(client, ann, bob, mona):
    question = a_question(by=ann)
    path = path_of(question)
    with transaction():
        db.session.get_one(Question, question.id).hidden = True
    assert client.get(path).status_code == 404
    assert client.get("/questions/999/nothing").status_code == 404
    assert sign_in(client, mona).get(path).status_code == 200


def test_an_answer_that_is_refused_keeps_its_text(client, ann, eve):
    question = a_question(by=ann)
    sign_in(client, eve)
    page = client.post(f"/questions/{question.id}/answers", data={"body": "no"})

    assert page.status_code == 422 and ">no</textarea>" in page.text.replace("\r\n", "").replace("\n", "")


def test_staff_who_have_not_seen_a_newer_answer_are_told_and_lose_nothing(client, ann, bob, stan):
    question = a_question(by=ann)
    seen = question.version
    an_answer(to=question, by=bob)
    sign_in(client, stan)
    form = {"body": "Our team says: please restart it.", "base_version": str(seen)}
    page = client.post(f"/questions/{question.id}/answers", data=form)

    assert page.status_code == 409 and "Our team says" in page.text
    newer = re.search(r'name="base_version" value="(\d+)"', page.text)[1]
    assert client.post(f"/questions/{question.id}/answers", data=form | {"base_version": newer}).status_code == 303


def test_the_asker_accepts_with_one_button(client, ann, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    sign_in(client, ann)
    client.post(f"/answers/{answer.id}/accept")

    db.session.rollback()
    assert db.session.get(Question, question.id).service_state == ServiceState.SOLVED


def test_what_is_refused_is_not_announced_as_done(client, ann, bob, eve):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=eve)
    sign_in(client, bob)
    refused = [client.post(path) for path in (f"/questions/{question.id}/delete", f"/answers/{answer.id}/accept")]

    assert [page.status_code for page in refused] == [403, 403]
    assert "is deleted" not in refused[0].text and "Thank you" not in refused[1].text


def test_votes_are_plain_forms(client, ann, bob, eve):
    answer = an_answer(to=a_question(by=ann), by=eve)
    sign_in(client, bob)
    for value in ("1", "banana"):
        client.post("/votes", data={"post": f"answer:{answer.id}", "value": value})

    db.session.rollback()
    assert db.session.get(Answer, answer.id).score == 1


def test_the_list_filters_by_product_tag_and_sort(client, ann):
    a_question(by=ann, title="The router drops the connection", tags=("wifi",))
    a_question(by=ann, product="notes", title="How to export my notes to PDF", tags=("pdf",))

    def titles(query):
        return re.findall(r'class="question-title"[^>]*><a[^>]*>([^<]+)<', client.get(f"/questions{query}").text)

    assert titles("?product=notes") == ["How to export my notes to PDF"]
    assert titles("?tag=wifi") == ["The router drops the connection"]
    assert len(titles("?sort=unanswered")) == 2
    assert client.get("/questions?product=nothing").status_code == 404
    assert client.get("/questions?sort=nonsense").status_code == 200
    assert client.get("/questions?after=nonsense").status_code == 422


def test_the_history_shows_what_changed(client, ann):
    question = a_question(by=ann)
    sign_in(client, ann)
    client.post(
        f"/questions/{question.id}/edit", data=ASKED | {"body": "It drops every five minutes now.", "tags": "wifi"}
    )

    page = client.get(f"/questions/{question.id}/revisions")
    assert re.search(r"<ins><span[^>]*>Added: </span>It drops every five minutes now.</ins>", page.text)


def long_thread(worker, ann, bob):
    question = a_question(by=ann, tags=("wifi", "mesh", "firmware"))
    a_question(by=ann, title="The router drops the connection too")  # so that there is a similar question to show
    worker.tick()
    for number in range(30):
        answer = an_answer(to=question, by=a_person(f"helper{number}"))
        a_vote(on=answer, by=bob)
    for _ in range(10):
        a_comment(on=question, by=bob)
    return question


def test_a_question_with_thirty_answers_costs_eight_statements_for_a_visitor_and_ten_signed_in(
    app, client, worker, ann, bob, eve, stan, mona, pat
):
    path = path_of(long_thread(worker, ann, bob))
    client.get(path)  # settings and calendars are kept by the process
    app.extensions["page_cache"] = Shelf()  # and so was this page, which then costs a single statement

    with statements() as anonymous:
        assert "The router drops the connection too" in client.get(path).text
    assert len(anonymous) <= 8, "\n".join(anonymous)
    for reader in (ann, bob, eve, stan, mona, pat):
        sign_in(client, reader)
        with statements() as signed_in:
            client.get(path)
        assert len(signed_in) <= 10, f"{reader.name}: " + "\n".join(signed_in)


@pytest.mark.parametrize("query", ["", "?sort=votes&tag=wifi", "?product=mesh&sort=unanswered"])
def test_a_list_costs_four_statements_and_a_member_one_more_for_what_was_read(app, client, ann, bob, eve, query):
    for _ in range(35):
        a_question(by=ann)
    client.get("/questions")
    app.extensions["page_cache"] = Shelf()
    with statements() as visitor:
        client.get(f"/questions{query}")
    sign_in(client, bob)
    client.get("/questions")
    with statements() as member:
        client.get(f"/questions{query}")

    assert len(visitor) <= 4, "\n".join(visitor)
    assert len(member) <= 5, "\n".join(member)


def test_a_guest_who_proves_the_address_gets_the_account_that_somebody_registered_with_it(client, worker, ann):
    from app.domains.accounts.passwords import hash_password

    a_question(by=ann, tags=("wifi",))
    squatter = a_person("squatter", confirmed=False)
    with transaction():
        db.session.get_one(User, squatter.id).password_hash = hash_password("the squatter's password")
    client.post("/questions/ask", data=ASKED | {"tags": "wifi"})
    client.post("/questions/ask/almost", data={"name": "squatter", "email": "squatter@example.com"})
    worker.tick()
    mail = next(mail for mail in db.session.scalars(select(KeptMail)) if "/questions/publish/" in mail.text)
    client.post(re.search(r"/questions/publish/\S+", mail.text)[0])

    assert db.session.get(User, squatter.id).password_hash is None


def test_a_taken_name_is_refused_whether_or_not_the_address_has_an_account(client, ann, bob):
    a_question(by=ann, tags=("wifi",))
    client.post("/questions/ask", data=ASKED | {"tags": "wifi"})
    answers = [
        client.post("/questions/ask/almost", data={"name": "bob", "email": email})
        for email in ("nobody@example.com", "ann@example.com")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]


@pytest.mark.parametrize("path", ["/questions/{n}", "/answers/{n}", "/users/{n}/ann", "/digests/{n}"])
def test_a_number_that_no_row_can_have_is_a_page_that_is_not_there(client, ann, path):
    sign_in(client, ann)
    assert client.get(path.format(n=2**63)).status_code == 404


def test_what_was_written_for_a_question_that_closed_meanwhile_is_still_there(client, ann, eve):
    question = a_question(by=ann)
    sign_in(client, ann)
    client.post(f"/questions/{question.id}/close", data={"reason": "resolved_elsewhere"})
    sign_in(client, eve)
    for path, body in (("answers", "Please restart the second node."), ("comments", "Which node was it?")):
        page = client.post(f"/questions/{question.id}/{path}", data={"body": body})
        assert page.status_code == 403 and body in page.text and "This question is closed" in page.text


@pytest.mark.settings(limits="on")
def test_a_question_that_comes_too_soon_stays_in_its_form(client, ann):
    a_product("mesh")
    sign_in(client, ann)
    for number in range(5):
        client.post("/questions/ask", data=ASKED | {"title": f"The router drops connection {number}"})
    page = client.post("/questions/ask", data=ASKED)

    assert page.status_code == 429 and int(page.headers["Retry-After"]) > 0
    assert "Nothing** helps." in page.text and "a little too often" in page.text


@pytest.mark.parametrize("number", ["77", str(2**63), str(-(2**80))])
def test_a_close_that_is_refused_says_so_on_the_question(client, ann, number):
    question = a_question(by=ann)
    sign_in(client, ann)
    page = client.post(f"/questions/{question.id}/close", data={"reason": "duplicate", "duplicate_of": number})

    assert page.status_code == 422 and question.title in page.text
    assert "number of the question that it repeats" in page.text and f'value="{number}"' in page.text


def test_the_front_page_shows_no_question_twice(client, ann, eve):
    answered = a_question(by=ann, title="How to export my notes to PDF")
    an_answer(to=answered, by=eve)
    waits = a_question(by=ann, title="The router drops the connection")
    page = client.get("/").text

    assert page.count(f'href="{path_of(waits)}"') == page.count(f'href="{path_of(answered)}"') == 1


def test_a_refusal_leads_back_to_where_one_came_from(client, ann, bob):
    question = a_question(by=ann)
    sign_in(client, bob)
    here = client.get("/").request.host_url.rstrip("/") + path_of(question)
    page = client.post(f"/questions/{question.id}/delete", headers={"Referer": here})
    assert f'href="{path_of(question)}"' in page.text

    page = client.post(f"/questions/{question.id}/delete", headers={"Referer": "https://evil.example/x"})
    assert "Go back" not in page.text


def test_whoever_is_about_to_ask_reads_the_promise(client, ann):
    product = a_product("mesh")
    a_question(by=ann, tags=("wifi",))
    promised = "asked now by Tue, 3 Mar, 06:00"
    assert promised in client.get("/questions/ask?product=mesh").text
    page = client.get("/help")
    assert promised in page.text and f"<b>{product.name}</b>" in page.text
    client.post("/questions/ask", data=ASKED | {"tags": "wifi"})

    assert promised in client.get("/questions/ask/almost").text
