"""Cases, feedback and digests as JSON."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from app.api.feedback import StateWord
from app.domains.accounts.actor import SYSTEM
from app.domains.escalation.models import Case
from app.domains.feedback.actions.freezing import freeze_digest
from app.domains.feedback.models import ItemState, Period
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_product, a_question, an_answer

BODY = "After the update the router drops the connection every ten minutes. What can I do?"


@pytest.fixture
def case_id(clock, worker, ann):
    """A case that waits in the queue: nobody answered ann in time."""
    a_question(by=ann, body=BODY)
    worker.tick()
    clock.advance(hours=5)
    worker.tick()
    return db.session.scalars(select(Case.id)).one()


def test_the_queue_shows_what_waits(program, case_id, stan):
    (case,) = program(stan).get("/staff/cases").json["items"]
    assert (case["id"], case["state"], case["level"], case["queue"]) == (case_id, "queued", 1, "agents")
    assert case["owner"] is None and case["due_at"].endswith("Z") and case["question"]["asker"]["name"] == "ann"
    assert program(stan).get("/staff/cases", state="resolved").json == {"items": [], "next": None}
    assert program(stan).get("/staff/cases", state="odd").status_code == 422


def test_a_case_is_claimed_noted_raised_released_and_resolved(program, case_id, worker, stan, lena):
    agent, lead = program(stan), program(lena)
    claimed = agent.post(f"/staff/cases/{case_id}/claim").json
    assert (claimed["state"], claimed["owner"]["id"]) == ("assigned", stan.id)
    noted = agent.post(f"/staff/cases/{case_id}/note", {"note": "Looks like the firmware."}).json
    assert [each["note"] for each in noted["events"] if each["kind"] == "note"] == ["Looks like the firmware."]
    assert agent.post(f"/staff/cases/{case_id}/release").json["state"] == "queued"
    raised = agent.post(f"/staff/cases/{case_id}/raise", {"note": "Needs a lead."}).json
    assert (raised["level"], raised["queue"]) == (2, "leads")
    assert agent.post(f"/staff/cases/{case_id}/claim").status_code == 403
    too_early = lead.post(f"/staff/cases/{case_id}/resolve", {"reason": "fixed"})
    assert too_early.status_code == 403 and "answered" in too_early.json["detail"]
    lead.post(f"/questions/{claimed['question_id']}/answers", {"body": "Please install version 2.1."})
    worker.tick()
    resolved = lead.post(f"/staff/cases/{case_id}/resolve", {"reason": "fixed"}).json
    assert resolved["state"] == "resolved" and resolved["events"][-1]["because"] == "fixed"


def test_who_comes_second_learns_who_was_faster(program, case_id, stan, lena):
    program(stan).post(f"/staff/cases/{case_id}/claim")
    refused = program(lena).post(f"/staff/cases/{case_id}/claim")
    assert refused.status_code == 409 and refused.json["newer"] == {"owner": stan.id}
    assert refused.json["title"] == "Somebody was faster"


def test_who_raises_a_case_that_is_at_the_top_is_not_told_of_somebody_faster(program, case_id, lena):
    program(lena).post(f"/staff/cases/{case_id}/raise")
    refused = program(lena).post(f"/staff/cases/{case_id}/raise")
    assert refused.status_code == 409 and "highest level" in refused.json["detail"]
    assert refused.json["title"] == "This cannot be done now"


def test_a_case_needs_words_where_it_asks_for_them(program, case_id, stan):
    assert list(program(stan).post(f"/staff/cases/{case_id}/note").json["errors"]) == ["note"]
    assert program(stan).post(f"/staff/cases/{case_id}/note", {"note": " "}).status_code == 422
    program(stan).post(f"/questions/{db.session.get_one(Case, case_id).question_id}/answers", {"body": "Restart it."})
    wrong = program(stan).post(f"/staff/cases/{case_id}/resolve", {"reason": "because"})
    assert wrong.status_code == 422 and list(wrong.json["errors"]) == ["reason"]


def test_a_case_is_not_there_for_members(program, case_id, ann, eve):
    for who in (ann, eve):
        assert program(who).get("/staff/cases").status_code == 403
        assert program(who).get(f"/staff/cases/{case_id}").status_code == 404
        assert program(who).post(f"/staff/cases/{case_id}/claim").status_code == 404


def mark(who, question, **more):
    body = {"post": f"question:{question.id}", "quote": "the router drops the connection", "type": "bug"}
    return who.post("/feedback", body | more)


def test_a_sentence_becomes_feedback_and_goes_its_way(program, ann, pat):
    question = a_question(by=ann, body=BODY)
    marked, manager = mark(program(ann), question), program(pat)
    item_id = marked.json["id"]
    assert (marked.status_code, marked.json["type"]) == (201, "bug")
    (listed,) = manager.get("/feedback", product="mesh").json["items"]
    assert (listed["id"], listed["state"], listed["people"]) == (item_id, "inbox", 1)
    assert manager.get("/feedback", state="overdue").json["items"] == []
    assert manager.get("/feedback", state="odd").status_code == 422
    assert manager.patch(f"/feedback/{item_id}", {"state": "triaged"}).json["state"] == "triaged"
    reviewed = manager.patch(f"/feedback/{item_id}", {"state": "under_review", "owner": pat.id}).json
    assert reviewed["owner"]["id"] == pat.id and {"planned", "declined"} <= {
        each["state"] for each in reviewed["next_states"]
    }
    short = manager.patch(f"/feedback/{item_id}", {"state": "declined", "reason": "no"})
    assert short.status_code == 422 and list(short.json["errors"]) == ["reason"]
    both = manager.patch(f"/feedback/{item_id}", {"state": "planned", "title": "The router reconnects by itself"}).json
    assert (both["state"], both["title"]) == ("planned", "The router reconnects by itself")
    assert [(move["before"], move["after"]) for move in both["history"]][-1] == ("under_review", "planned")
    assert both["sources"][0]["quote"] == "the router drops the connection"


def test_a_refused_step_leaves_the_edit_undone(program, ann, pat):
    item_id = mark(program(ann), a_question(by=ann, body=BODY)).json["id"]
    refused = program(pat).patch(f"/feedback/{item_id}", {"title": "Another title", "state": "shipped"})
    assert refused.status_code == 422 and list(refused.json["errors"]) == ["state"]
    assert program(pat).get(f"/feedback/{item_id}").json["title"] != "Another title"


def test_an_older_decision_is_a_conflict(program, ann, pat):
    item_id = mark(program(ann), a_question(by=ann, body=BODY)).json["id"]
    program(pat).patch(f"/feedback/{item_id}", {"title": "Another title", "base_version": 1})
    stale = program(pat).patch(f"/feedback/{item_id}", {"state": "triaged", "base_version": 1})
    assert stale.status_code == 409 and stale.json["newer"]["title"] == "Another title"


def test_feedback_has_its_readers(program, guest, ann, bob, eve):
    item_id = mark(program(ann), a_question(by=ann, body=BODY)).json["id"]
    assert guest.get("/feedback").status_code == 401
    assert program(bob).get("/feedback").status_code == 403
    assert program(bob).get(f"/feedback/{item_id}").status_code == 404
    assert program(ann).get(f"/feedback/{item_id}").status_code == 200
    assert program(eve).get(f"/feedback/{item_id}").status_code == 200
    assert program(eve).patch(f"/feedback/{item_id}", {"state": "triaged"}).status_code == 403


def test_a_mark_names_its_post_and_quotes_it(program, ann, bob):
    question = a_question(by=ann, body=BODY)
    assert mark(program(bob), question).status_code == 403
    for wrong, field in (({"post": "x"}, "post"), ({"quote": "not there"}, "quote"), ({"type": "rant"}, "type")):
        refused = mark(program(ann), question, **wrong)
        assert refused.status_code == 422 and list(refused.json["errors"]) == [field]
    assert mark(program(ann), question, post="question:999").status_code == 404


def test_a_frozen_digest_is_read_as_it_was_stored(program, clock, guest, ann, pat):
    product, _question = a_product("mesh"), a_question(by=ann, body=BODY)
    clock.advance(days=7)
    with transaction():
        row = freeze_digest(SYSTEM, product.id, Period.WEEK, date(2026, 3, 9))
        digest_id, text = row.id, row.content
    manager = program(pat)
    (line,) = manager.get("/digests", product="mesh").json["items"]
    assert (line["id"], line["period"], line["posts"]) == (digest_id, "week", 1)
    found = manager.get(f"/digests/{digest_id}").json
    assert found["content"] == json.loads(text) and found["removed"] == []
    assert guest.get("/digests").status_code == 401 and program(ann).get("/digests").status_code == 403
    assert program(ann).get(f"/digests/{digest_id}").status_code == 404


def test_a_moderator_is_told_by_a_flag(program, ann, bob, stan):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    flagged = program(ann).post("/flags", {"post": f"answer:{answer.id}", "reason": "rude"})
    assert flagged.status_code == 201 and flagged.json["state"] == "open"
    assert program(ann).post("/flags", {"post": f"answer:{answer.id}", "reason": "rude"}).json == flagged.json
    assert program(bob).post("/flags", {"post": f"answer:{answer.id}", "reason": "rude"}).status_code == 403
    assert program(bob).post("/flags", {"post": "answer:99", "reason": "rude"}).status_code == 404
    assert program(bob).post("/flags", {"post": f"question:{question.id}", "reason": "x"}).status_code == 422


def test_the_feedback_list_is_filtered_by_every_state():
    assert {state.value for state in ItemState} | {"live", "overdue"} == {word.value for word in StateWord}
