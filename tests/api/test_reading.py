"""People, products, tags, search, boards, notifications and follows as JSON."""

import pytest

from tests.factories import a_product, a_question, an_answer


def test_a_profile_is_public(guest, ann):
    found = guest.get(f"/users/{ann.id}").json
    assert (found["name"], found["role"], found["points"], found["rank"]) == ("ann", "member", 0, None)
    assert "email" not in found
    assert guest.get("/users/999").status_code == 404


def test_products_say_what_they_promise(guest):
    a_product("mesh", name="Mesh")
    a_product("lamp", policy=False)
    products = {each["slug"]: each for each in guest.get("/products").json["items"]}
    assert products["mesh"]["name"] == "Mesh" and products["mesh"]["respond_seconds"] == 4 * 3600
    assert products["lamp"]["respond_seconds"] is None


def test_tags_are_found_by_how_they_begin_and_have_pages(guest):
    a_question(tags=("wifi", "wlan"))
    a_question(tags=("wifi",))
    first = guest.get("/tags", q="w", per_page=1).json
    second = guest.get("/tags", q="w", per_page=1, after=first["next"]).json
    assert [(each["name"], each["question_count"]) for each in first["items"] + second["items"]] == [
        ("wifi", 2), ("wlan", 1),
    ]  # fmt: skip
    assert second["next"] is None and guest.get("/tags", q="x").json["items"] == []


def test_search_finds_and_marks_words(guest, worker):
    question = a_question(title="The <b>antenna</b> of the router is broken")
    a_question(title="Something else altogether", body="Nothing to see here, only other words.")
    worker.tick()
    found = guest.get("/search", q="antenna").json
    assert [each["id"] for each in found["items"]] == [question.id] and found["total"] == 1
    assert "<mark>antenna</mark>" in found["items"][0]["highlight"]["title"]
    assert "<b>" not in found["items"][0]["highlight"]["title"]
    assert (found["page"], found["per_page"], found["next"]) == (1, 20, None)
    assert found["items"][0]["respond_by"] is not None


def test_similar_questions_come_for_a_title(guest, worker):
    question = a_question(title="The antenna of the router is broken")
    worker.tick()
    found = guest.get("/similar", title="router antenna broken", product="mesh").json
    assert question.id in [each["id"] for each in found["items"]] and found["next"] is None
    assert guest.get("/similar").json["errors"].keys() == {"title"}


def test_the_board_says_whether_it_is_open(guest):
    a_product("mesh")
    board = guest.get("/leaderboard", window="week", product="mesh").json
    assert (board["items"], board["next"], board["window"], board["open"]) == ([], None, "week", False)
    assert guest.get("/leaderboard", window="year").status_code == 422
    assert guest.get("/leaderboard", product="nothing").status_code == 404


def test_notifications_are_listed_and_read(program, worker, ann, bob):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick()
    mine = program(ann)
    listed = mine.get("/notifications").json
    assert listed["unread"] == len(listed["items"]) == 1
    assert listed["items"][0]["question_id"] == question.id and listed["items"][0]["actor"]["name"] == "bob"
    assert mine.post("/notifications/read", {"ids": [listed["items"][0]["id"]]}).json == {"marked": 1, "unread": 0}
    assert mine.get("/notifications").json["items"][0]["read"] is True
    assert program(bob).post("/notifications/read").json["marked"] == 0


def test_things_are_followed_by_id_slug_or_name(program, ann, bob):
    question, mine = a_question(), program(ann)
    assert mine.put(f"/follows/question/{question.id}").json["level"] == "watching"
    assert mine.put("/follows/product/mesh", {"level": "muted"}).json["level"] == "muted"
    assert mine.put("/follows/tag/wifi").json["kind"] == "tag"
    assert mine.put(f"/follows/person/{bob.id}").json["id"] == bob.id
    assert mine.delete("/follows/tag/wifi").status_code == 204


@pytest.mark.parametrize(
    "path", ["question/9", "question/x", "person/9", "tag/none", "product/none", "feedback/9", "odd/1"]
)
def test_what_is_not_there_cannot_be_followed(program, ann, path):
    assert program(ann).put(f"/follows/{path}").status_code == 404


def test_a_level_is_one_of_four(program, ann, bob):
    assert program(ann).put(f"/follows/person/{bob.id}", {"level": "loud"}).json["errors"].keys() == {"level"}
