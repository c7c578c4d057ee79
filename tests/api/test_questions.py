"""Questions, answers, comments and votes as JSON."""

import pytest

from app.domains.questions.models import PostKind
from app.domains.questions.queries import question_page, revisions_of
from tests.factories import a_comment, a_person, a_product, a_question, a_vote, an_answer

DRAFT = {
    "title": "The router drops the connection every night",
    "body": "It happens at 3 o'clock. **What can I do?**",
    "product": "mesh",
    "tags": ["wifi", "router"],
    "kind": "problem",
}


def test_asking_gives_the_question_with_its_promise(program, ann):
    a_product("mesh")
    answer = program(ann).post("/questions", DRAFT)
    question = answer.json
    assert answer.status_code == 201
    assert question["title"] == DRAFT["title"] and question["body"] == DRAFT["body"]
    assert "<strong>What can I do?</strong>" in question["body_html"]
    assert (question["product"], question["kind"], question["tags"]) == ("mesh", "problem", ["wifi", "router"])
    assert question["asker"]["id"] == ann.id and question["asker"]["name"] == "ann"
    assert (question["score"], question["answer_count"], question["accepted_answer_id"]) == (0, 0, None)
    assert (question["state"], question["created_at"]) == ("open", "2026-03-03T02:00:00Z")
    assert question["respond_by"] == "2026-03-03T06:00:00Z"  # four open hours after 10:00 in Shanghai
    assert question["url"].endswith(f"/questions/{question['id']}/the-router-drops-the-connection-every-night")


def test_a_tag_that_a_newcomer_may_not_add_is_named_as_left_out(program):
    newcomer = a_person("nina", level=0)
    a_question(tags=("wifi",))
    question = program(newcomer).post("/questions", DRAFT).json
    assert (question["tags"], question["left_out_tags"]) == (["wifi"], ["router"])
    changed = program(newcomer).patch(f"/questions/{question['id']}", {"tags": ["wifi", "cable"]}).json
    assert (changed["tags"], changed["left_out_tags"]) == (["wifi"], ["cable"])


def test_every_complaint_comes_at_once_with_its_field(program, ann):
    a_product("mesh")
    answer = program(ann).post("/questions", DRAFT | {"title": "Hm", "body": "", "tags": [], "product": "nothing"})
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json"
    assert set(answer.json["errors"]) == {"title", "body", "tags", "product"}
    assert answer.json["status"] == 422 and answer.json["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": 5}, "title"), ({"tags": "wifi"}, "tags"), ({"kind": "rant"}, "kind"), ({"body": None}, "body"),
     ({"title": "a\0b" * 20}, "title"), ({"tags": [1]}, "tags")],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_named(program, ann, change, field):
    a_product("mesh")
    answer = program(ann).post("/questions", DRAFT | change)
    assert answer.status_code == 422 and list(answer.json["errors"]) == [field]


@pytest.mark.parametrize("data", ["{", "[1]", '"words"', "[" * 100_000, "{\"a\": " + "9" * 5000 + "}"])
def test_what_is_no_json_object_is_malformed(program, ann, data):
    answer = program(ann).call("POST", "/questions", {"Content-Type": "application/json"}, data=data)
    assert answer.status_code == 400 and answer.mimetype == "application/problem+json"


def test_a_form_is_no_json(program, ann):
    assert program(ann).call("POST", "/questions", data={"title": "x"}).status_code == 400


def test_a_body_that_is_too_large_is_refused(program, ann):
    answer = program(ann).post("/questions", DRAFT | {"body": "word " * 500_000})
    assert answer.status_code == 413 and answer.json["status"] == 413


def test_a_list_has_pages_and_a_cursor_and_a_total(guest):
    asked = [a_question().id for _number in range(5)]
    first = guest.get("/questions", sort="new", per_page=2).json
    second = guest.get("/questions", sort="new", per_page=2, page=2).json
    after = guest.get("/questions", sort="new", per_page=2, after=first["next"]).json
    last = guest.get("/questions", sort="new", per_page=2, after=second["next"]).json
    assert [each["id"] for each in first["items"] + second["items"] + last["items"]] == asked[::-1]
    assert after["items"] == second["items"]
    assert (first["total"], first["page"], first["per_page"], last["next"]) == (5, 1, 2, None)


def test_a_list_is_narrowed_by_product_tag_and_state(guest, ann):
    plain, other = a_question(tags=("wifi",)), a_question(product="lamp", tags=("light",))
    an_answer(to=plain)
    ids = lambda **query: [each["id"] for each in guest.get("/questions", **query).json["items"]]  # noqa: E731
    assert ids(product="lamp") == [other.id] == ids(tag="light") == ids(filter="unanswered") == ids(filter="open")
    assert ids(filter="answered") == [plain.id]
    assert guest.get("/questions", product="nothing").status_code == 404
    assert guest.get("/questions", tag="nothing").status_code == 404


@pytest.mark.parametrize("query", [{"page": 101}, {"page": 0}, {"page": "x"}, {"per_page": 101}, {"sort": "odd"}])
def test_a_wrong_page_or_order_is_named(guest, query):
    answer = guest.get("/questions", **query)
    assert answer.status_code == 422 and list(answer.json["errors"]) == list(query)


def test_a_question_comes_with_answers_and_comments(guest, bob):
    question = a_question()
    answer, comment = an_answer(to=question, by=bob), a_comment(on=question, by=bob)
    found = guest.get(f"/questions/{question.id}").json
    assert [each["id"] for each in found["answers"]] == [answer.id]
    assert found["answers"][0]["author"]["name"] == "bob" and found["answers"][0]["accepted"] is False
    assert [(each["id"], each["body"]) for each in found["comments"]] == [(comment.id, "Same here since Monday.")]
    assert found["state"] == "answered" and found["respond_by"] is None


def test_an_edit_changes_what_is_given_and_keeps_the_rest(program, ann):
    question = a_question(by=ann, tags=("wifi", "router"))
    changed = program(ann).patch(f"/questions/{question.id}", {"title": "Why does the router sleep at night?"}).json
    assert changed["title"] == "Why does the router sleep at night?"
    assert (changed["body"], changed["tags"]) == (question.body, ["wifi", "router"])


def test_an_edit_that_changes_nothing_makes_no_version(program, ann):
    question = a_question(by=ann, tags=("wifi", "router"))
    answer = an_answer(to=question, by=ann, body="I restarted it twice, in vain.")
    mine, before = program(ann), question_page(ann, question.id)
    for change in ({}, {"title": question.title}, {"body": question.body, "tags": ["wifi", "router"]}):
        assert mine.patch(f"/questions/{question.id}", change).status_code == 200
    assert mine.patch(f"/answers/{answer.id}", {"body": answer.body}).status_code == 200
    after = question_page(ann, question.id)
    assert after.version == before.version and after.edited_at is None
    assert [one.version for one in after.answers] == [one.version for one in before.answers]
    assert len(revisions_of(PostKind.QUESTION, question.id)) == 1


@pytest.mark.parametrize("path", [
    "/questions", "/questions?sort=votes", "/search?q=router", "/tags", "/notifications", "/feedback", "/digests",
    "/staff/cases",
])  # fmt: skip
@pytest.mark.parametrize("after", ["nonsense", "WyJhIl0", "W251bGwsMV0"])
def test_a_broken_cursor_is_named_instead_of_giving_the_first_page(program, ada, path, after):
    a_question()
    answer = program(ada).get(f"{path}&after={after}" if "?" in path else f"{path}?after={after}")
    assert answer.status_code == 422 and list(answer.json["errors"]) == ["after"]


def test_a_stale_edit_gets_the_newer_text(program, ann):
    question = a_question(by=ann)
    words = {"body": "It drops the connection, and then it needs ten minutes to come back."}
    program(ann).patch(f"/questions/{question.id}", words)
    answer = program(ann).patch(f"/questions/{question.id}", {"body": "Older words than that.", "base_version": 1})
    assert answer.status_code == 409 and answer.json["newer"]["body"] == words["body"]


def test_a_question_without_answers_is_deleted_by_its_asker(program, guest, ann, bob):
    question = a_question(by=ann)
    assert program(bob).delete(f"/questions/{question.id}").status_code == 403
    gone = program(ann).delete(f"/questions/{question.id}")
    assert (gone.status_code, gone.data) == (204, b"")
    assert guest.get(f"/questions/{question.id}").status_code == 404


def test_an_answer_is_posted_edited_accepted_and_withdrawn(program, ann, bob):
    question = a_question(by=ann)
    posted = program(bob).post(f"/questions/{question.id}/answers", {"body": "Please restart the router *once*."})
    answer_id = posted.json["id"]
    assert posted.status_code == 201 and posted.json["question_id"] == question.id
    assert posted.json["url"].endswith(f"#answer-{answer_id}")
    words = "Please restart the router twice."
    edited = program(bob).patch(f"/answers/{answer_id}", {"body": words, "base_version": 1})
    assert edited.json["body"] == words and edited.json["edited_at"]
    accepted = program(ann).put(f"/answers/{answer_id}/acceptance").json
    assert accepted == {"question_id": question.id, "accepted_answer_id": answer_id, "state": "solved"}
    assert program(ann).get("/questions").json["items"][0]["accepted_answer_id"] == answer_id
    withdrawn = program(ann).delete(f"/answers/{answer_id}/acceptance").json
    assert withdrawn == {"question_id": question.id, "accepted_answer_id": None, "state": "answered"}
    assert program(bob).delete(f"/answers/{answer_id}").status_code == 204


def test_only_the_asker_accepts(program, ann, bob):
    answer = an_answer(to=a_question(by=ann), by=bob)
    refused = program(bob).put(f"/answers/{answer.id}/acceptance")
    assert refused.status_code == 403 and refused.json["detail"] == "Only the person who asked accepts an answer."


def test_an_answer_to_an_older_state_of_the_thread_is_a_conflict(program, stan):
    question = a_question()
    version = question.version
    an_answer(to=question)
    words = {"body": "Our team says: please restart it.", "base_version": version}
    refused = program(stan).post(f"/questions/{question.id}/answers", words)
    assert refused.status_code == 409 and refused.json["newer"]["version"] > version


def test_staff_answer_officially(program, stan):
    question = a_question()
    assert program(stan).post(f"/questions/{question.id}/answers", {"body": "Please restart it."}).json["official"]


def test_comments_stand_under_questions_and_answers(program, bob):
    question = a_question()
    answer = an_answer(to=question)
    under = program(bob).post(f"/questions/{question.id}/comments", {"body": "Which model is it?"})
    below = program(bob).post(f"/answers/{answer.id}/comments", {"body": "This helped me too."})
    assert (under.status_code, under.json["answer_id"], under.json["body"]) == (201, None, "Which model is it?")
    assert (below.status_code, below.json["answer_id"]) == (201, answer.id)
    assert program(bob).post(f"/questions/{question.id}/comments", {"body": ""}).status_code == 422


def test_a_vote_gives_the_new_score(program, ann, bob):
    question = a_question(by=ann)
    answer = an_answer(to=question)
    a_vote(on=question)
    assert program(bob).put(f"/questions/{question.id}/vote", {"value": 1}).json == {"score": 2, "my_vote": 1}
    assert program(bob).put(f"/questions/{question.id}/vote", {"value": 0}).json == {"score": 1, "my_vote": 0}
    assert program(bob).put(f"/answers/{answer.id}/vote", {"value": -1}).json == {"score": -1, "my_vote": -1}
    assert program(ann).put(f"/questions/{question.id}/vote", {"value": 1}).status_code == 403
    for wrong in (2, "up", None, 0.5):
        assert program(bob).put(f"/questions/{question.id}/vote", {"value": wrong}).status_code == 422


def test_an_expert_calls_our_team_and_the_asker_says_not_solved(program, worker, ann, bob, eve, stan):
    question, other = a_question(by=ann), a_question(by=ann)
    worker.tick()
    called = program(eve).post(f"/questions/{question.id}/escalate", {"reason": "It burns."})
    assert (called.status_code, called.json["state"]) == (200, "escalated")
    assert program(bob).post(f"/questions/{other.id}/escalate").status_code == 403
    an_answer(to=other, by=bob)
    worker.tick()
    assert program(bob).post(f"/questions/{other.id}/not-solved").status_code == 403
    reopened = program(ann).post(f"/questions/{other.id}/not-solved", {"reason": "Still broken."})
    assert (reopened.status_code, reopened.json["state"]) == (200, "escalated")
    assert reopened.json["respond_by"] is not None


def test_an_id_that_no_column_holds_is_not_there(guest):
    assert guest.get(f"/questions/{10**30}").status_code == 404
