"""The API's door: tokens, scopes, limits, and the same key twice."""

import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import func, select, text

from app.domains.accounts.actions.tokens_managing import revoke_token
from app.domains.accounts.models import ApiToken
from app.domains.moderation.actions import suspend
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.factories import a_product, a_question

DRAFT = {
    "title": "The router drops the connection every night",
    "body": "It happens at 3 o'clock. What can I do?",
    "product": "mesh",
    "tags": ["wifi"],
}


def questions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Question)) or 0


def test_a_guest_reads_and_does_not_write(guest):
    question = a_question()
    assert guest.get(f"/questions/{question.id}").status_code == 200
    refused = guest.post("/questions", DRAFT)
    assert refused.status_code == 401 and refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert guest.get("/me").status_code == 401


def test_a_token_is_its_owner(program, stan):
    me = program(stan).get("/me").json
    assert (me["id"], me["name"], me["role"], me["is_staff"], me["unread"]) == (stan.id, "stan", "agent", True, 0)
    assert me["scopes"] == ["admin", "read", "staff", "write"]


@pytest.mark.parametrize("sent", ["Bearer nonsense", "Basic YTpi", "Bearer", "nonsense"])
def test_a_wrong_token_is_refused_even_where_guests_may_read(guest, sent):
    assert guest.call("GET", "/questions", {"Authorization": sent}).status_code == 401


def test_a_revoked_token_is_worth_nothing(program, ann):
    mine = program(ann)
    with transaction():
        revoke_token(ann, db.session.scalars(select(ApiToken.id)).one())
    assert mine.get("/me").status_code == 401


def test_a_cookie_opens_nothing(app, client, ann):
    a_product("mesh")
    sign_in(client, ann)
    assert client.get("/settings/profile").status_code == 200
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/questions", json=DRAFT).status_code == 401


def test_a_token_opens_no_page(program, ann):
    mine = program(ann)
    assert mine.client.get("/settings/profile", headers=mine.headers).status_code == 303


def test_a_scope_is_the_limit_of_a_token(program, stan):
    a_product("mesh")
    reads, works = program(stan, "read"), program(stan, "staff")
    refused = reads.post("/questions", DRAFT)
    assert refused.status_code == 403 and "write" in refused.json["detail"]
    assert reads.get("/staff/cases").status_code == 403
    assert (works.get("/staff/cases").status_code, works.get("/questions").status_code) == (200, 403)


def test_a_scope_gives_no_right_that_its_owner_lacks(program, ann):
    assert program(ann, "staff").get("/staff/cases").status_code == 403


def test_a_suspended_person_reads_and_does_not_write(program, ann, mona):
    a_product("mesh")
    mine = program(ann)
    with transaction():
        suspend(mona, ann.id, 7, "rude words")
    assert mine.get("/questions").status_code == 200
    refused = mine.post("/questions", DRAFT)
    assert refused.status_code == 403 and "suspended" in refused.json["detail"]


@pytest.mark.settings(limits="on")
def test_a_token_has_three_hundred_calls_in_five_minutes(app, program, ann, bob):
    mine = program(ann)
    answers = [mine.get("/me").status_code for _number in range(300)]
    refused = mine.get("/me")
    assert set(answers) == {200} and refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 300 and refused.json["retry_after"] > 0
    assert program(bob).get("/me").status_code == 200


@pytest.mark.settings(limits="on")
def test_guests_search_thirty_times_a_minute_and_members_sixty(guest, program, ann):
    mine = program(ann)
    assert [guest.get("/search", q="router").status_code for _number in range(31)].count(200) == 30
    assert [mine.get("/search", q="router").status_code for _number in range(61)].count(200) == 60


def test_the_same_key_asks_once(program, ann):
    a_product("mesh")
    mine, key = program(ann), {"Idempotency-Key": "one"}
    first, second = mine.post("/questions", DRAFT, key), mine.post("/questions", DRAFT, key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json and second.headers["Idempotency-Replayed"] == "true"
    assert questions() == 1


def test_another_key_another_person_and_another_address_are_other_requests(program, ann, bob):
    a_product("mesh")
    for who, key in ((ann, "one"), (ann, "two"), (bob, "one")):
        assert program(who).post("/questions", DRAFT, {"Idempotency-Key": key}).status_code == 201
    assert questions() == 3
    asked = a_question()
    said = program(ann).post(f"/questions/{asked.id}/comments", {"body": "Same here."}, {"Idempotency-Key": "one"})
    assert said.json["body"] == "Same here."


def test_a_refused_request_may_be_sent_again_with_its_key(program, ann):
    a_product("mesh")
    mine, key = program(ann), {"Idempotency-Key": "one"}
    assert mine.post("/questions", DRAFT | {"body": ""}, key).status_code == 422
    assert mine.post("/questions", DRAFT, key).status_code == 201


def test_the_same_key_with_other_words_is_refused_and_asks_nothing(program, ann):
    a_product("mesh")
    mine, key = program(ann), {"Idempotency-Key": "one"}
    assert mine.post("/questions", DRAFT, key).status_code == 201
    other = mine.post("/questions", DRAFT | {"title": "Quite another thing is broken here"}, key)
    assert other.status_code == 422 and "Idempotency-Key" in other.json["detail"]
    assert "Idempotency-Replayed" not in other.headers and questions() == 1


def test_another_person_with_the_same_key_gets_nothing_of_the_first(program, ann, bob):
    question = a_question(by=ann)
    key = {"Idempotency-Key": "one"}
    mine = program(ann).post(f"/questions/{question.id}/comments", {"body": "It is urgent."}, key)
    theirs = program(bob).post(f"/questions/{question.id}/comments", {"body": "Same here."}, key)
    assert (mine.json["body"], theirs.json["body"]) == ("It is urgent.", "Same here.")
    assert "Idempotency-Replayed" not in theirs.headers


def used_at():
    db.session.rollback()
    return db.session.scalars(select(ApiToken.used_at)).one()


def test_a_token_shows_to_the_minute_when_it_was_used_last(program, ann, clock):
    mine = program(ann)
    assert used_at() is None
    mine.get("/me")
    first = clock.now()
    assert used_at() == first
    clock.advance(seconds=59)
    mine.get("/me")
    assert used_at() == first
    clock.advance(seconds=1)
    mine.get("/questions")
    assert used_at() == clock.now()


def test_a_call_is_answered_although_its_use_cannot_be_written_down(app, program, ann):
    mine = program(ann)
    db.session.execute(text("PRAGMA busy_timeout = 0"))
    with closing(sqlite3.connect(db.engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert mine.get("/me").status_code == 200
    assert used_at() is None


def test_a_use_is_written_once_a_minute_and_not_with_every_call(program, ann):
    mine = program(ann)
    mine.get("/me")
    with statements() as sql:
        mine.get("/me")
    assert not [each for each in sql if each.startswith("UPDATE")]


def test_a_key_is_no_novel(program, ann):
    assert program(ann).post("/questions", DRAFT, {"Idempotency-Key": "k" * 256}).status_code == 400


@pytest.mark.both_databases
def test_two_at_once_with_the_same_key_ask_once(app, program, ann):
    a_product("mesh")
    programs, answers = [program(ann) for _number in range(4)], []

    def ask(one) -> None:
        with app.app_context():
            answers.append(one.post("/questions", DRAFT, {"Idempotency-Key": "one"}))

    threads = [threading.Thread(target=ask, args=(one,)) for one in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1 and questions() == 1
