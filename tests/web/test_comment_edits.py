"""A comment is changed in its place or on a page of its own; what it said before stays in its history."""

import re

import pytest
from sqlalchemy import select

from app.domains.notifications.models import Notification
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.commenting import comment_to_change, edit_comment, post_comment
from app.domains.questions.models import Comment, Revision
from app.extensions import db
from app.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from app.kernel.transaction import transaction
from tests.conftest import sign_in
from tests.factories import a_comment, a_question, an_answer

ALONE = {"HX-Request": "true"}
SAID = "The same here since Monday."


@pytest.fixture
def remark(ann, bob) -> tuple[str, int]:
    """The address of Ann's question, and the id of Bob's comment on it."""
    question = a_question(by=ann)
    return f"/questions/{question.id}/{question.slug}", a_comment(on=question, by=bob, body=SAID).id


def change(actor, comment_id: int, body: str, **more) -> None:
    with transaction():
        edit_comment(actor, comment_to_change(comment_id), body, **more)


def history(comment_id: int) -> list[tuple[int, str, int]]:
    found = select(Revision).where(Revision.kind == "comment", Revision.target_id == comment_id)
    return [(each.number, each.body, each.author_id) for each in db.session.scalars(found.order_by(Revision.number))]


@pytest.mark.both_databases
def test_a_change_keeps_what_it_said_at_first_and_who_changed_it(ann, bob, mona, clock, remark):
    _address, comment_id = remark
    assert history(comment_id) == []
    clock.advance(minutes=2)
    change(bob, comment_id, "The same here since Tuesday.")
    change(mona, comment_id, "The same here since Tuesday, [name removed].")
    comment = db.session.get_one(Comment, comment_id)
    assert comment.edited_at == clock.now() and comment.version == 3 and "name removed" in comment.body_html
    first, second, third = history(comment_id)
    assert first == (1, SAID, bob.id) and second[0::2] == (2, bob.id) and third[0::2] == (3, mona.id)


def test_the_same_text_again_is_no_change(bob, remark):
    change(bob, remark[1], f"{SAID}  ")
    assert db.session.get_one(Comment, remark[1]).edited_at is None and history(remark[1]) == []


@pytest.mark.parametrize("who", ["bob", "mona", "ada", "ann", "eve", "stan"])
def test_its_author_and_moderators_change_a_comment(request, remark, who):
    may = who in ("bob", "mona", "ada")
    actor = request.getfixturevalue(who)
    if may:
        change(actor, remark[1], "The same here since Tuesday.")
    else:
        with pytest.raises(NotAllowed):
            change(actor, remark[1], "The same here since Tuesday.")
    assert (db.session.get_one(Comment, remark[1]).body != SAID) == may


@pytest.mark.parametrize("body", ["", "?", "long " * 300])
def test_a_changed_comment_is_asked_what_a_new_one_is(bob, remark, body):
    with pytest.raises(Invalid):
        change(bob, remark[1], body)


def test_who_changed_meanwhile_is_not_overwritten(bob, mona, remark):
    change(mona, remark[1], "The same here, says Mona.")
    with pytest.raises(Conflict):
        change(bob, remark[1], "The same here since Tuesday.", base_version=1)


def test_a_deleted_comment_and_a_hidden_one_of_another_are_not_changed(client, ann, bob, mona, eve, remark):
    with transaction():
        db.session.get_one(Comment, remark[1]).hidden = True
    with pytest.raises(NotFound):
        change(eve, remark[1], "The same here since Tuesday.")
    sign_in(client, bob)
    assert client.get(f"/comments/{remark[1]}/edit").status_code == 200
    client.post(f"/comments/{remark[1]}/delete")
    assert client.get(f"/comments/{remark[1]}/edit").status_code == 404
    with pytest.raises(NotAllowed):
        change(mona, remark[1], "The same here since Tuesday.")


@pytest.mark.settings(limits="on")
def test_edits_have_their_limit(client, newcomer, ann):
    comment_id = a_comment(on=a_question(by=ann), by=newcomer, body=SAID).id
    sign_in(client, newcomer)
    answers = [
        client.post(f"/comments/{comment_id}/edit", data={"body": f"The same here since day {number}."})
        for number in range(9)
    ]
    assert [each.status_code for each in answers] == [303] * 8 + [429]
    assert "since day 8." in answers[-1].text and answers[-1].headers["Retry-After"]


# --- the page ---


@pytest.mark.parametrize(
    ("language", "title", "mark"), [("en", "Edit the comment", ">edited<"), ("zh", "编辑评论", ">已编辑<")]
)
def test_without_scripts_a_page_changes_it_and_the_thread_says_so(client, bob, remark, language, title, mark):
    address, comment_id = remark
    sign_in(client, bob)
    client.post("/settings/language", data={"language": language})
    assert f'href="/comments/{comment_id}/edit"' in client.get(address).text
    page = client.get(f"/comments/{comment_id}/edit").text
    assert title in page and SAID in page and "data-mentions" in page
    saved = client.post(f"/comments/{comment_id}/edit", data={"body": "Since Tuesday, really.", "base_version": "1"})
    assert saved.status_code == 303 and saved.location.endswith(f"#comment-{comment_id}")
    thread = client.get(address).text
    assert "Since Tuesday, really." in thread and mark in thread and SAID not in thread
    told = client.get(f"/comments/{comment_id}/revisions").text
    assert "Monday" in told and "Tuesday" in told


def test_within_the_page_the_form_comes_alone_and_saving_says_nothing(client, bob, remark):
    sign_in(client, bob)
    form = client.get(f"/comments/{remark[1]}/edit", headers=ALONE).text
    assert "<html" not in form and SAID in form
    sent = {"body": "Since Tuesday, really.", "base_version": "1"}
    assert client.post(f"/comments/{remark[1]}/edit", data=sent, headers=ALONE).status_code == 204


def test_a_refused_or_overtaken_change_comes_back_whole(client, bob, mona, remark):
    sign_in(client, bob)
    refused = client.post(f"/comments/{remark[1]}/edit", data={"body": "Hm."})
    assert refused.status_code == 422 and "Hm." in refused.text
    change(mona, remark[1], "The same here, says Mona.")
    late = client.post(f"/comments/{remark[1]}/edit", data={"body": "Since Tuesday, really.", "base_version": "1"})
    assert late.status_code == 409 and "says Mona" in late.text and "Since Tuesday, really." in late.text


def test_the_draft_of_a_change_comes_back_and_goes_with_it(client, bob, remark):
    name = f"edit-comment:{remark[1]}"
    sign_in(client, bob).put(f"/drafts/{name}", json={"fields": {"body": "Since Tues", "base_version": "1"}})
    form = client.get(f"/comments/{remark[1]}/edit").text
    assert "Since Tues" in form and f'href="/comments/{remark[1]}/edit"' in client.get("/drafts").text
    version = re.search(r'name="draft_version"[^>]* value="(\d+)"', form)[1]
    client.post(f"/comments/{remark[1]}/edit", data={"body": "Since Tuesday, really.", "draft_version": version})
    assert "Since Tues" not in client.get("/drafts").text


def test_a_comment_has_an_address_of_its_own(client, ann, bob, remark):
    address, comment_id = remark
    assert client.get(f"/comments/{comment_id}").location == f"{address}#comment-{comment_id}"
    assert client.get(f"/comments/{comment_id + 99}").status_code == 404
    with transaction():
        db.session.get_one(Comment, comment_id).hidden = True
    assert client.get(f"/comments/{comment_id}").status_code == 404
    assert sign_in(client, bob).get(f"/comments/{comment_id}").status_code == 303


def test_a_comment_far_down_a_long_thread_is_led_to_with_its_page(client, ann, bob):
    question = a_question(by=ann)
    for number in range(31):
        last = an_answer(to=question, by=bob, body=f"Please restart the router {number} times.")
    with transaction():
        answer, under = answer_with_question(last.id, ann)
        comment_id = post_comment(ann, under, answer, SAID).id
    found = client.get(f"/comments/{comment_id}").location
    assert f"at={last.id}" in found and SAID in client.get(found).text


# --- who hears ---


def mentions_of(actor) -> int:
    told = select(Notification.id).where(Notification.user_id == actor.id, Notification.kind == "mentioned")
    return len(db.session.scalars(told).all())


def test_who_is_named_in_a_comment_hears_once_also_when_it_is_changed(bob, eve, stan, worker, remark):
    _address, comment_id = remark
    eve_named = f"[@eve](/users/{eve.id}) knows more."
    change(bob, comment_id, eve_named)
    worker.tick()
    assert mentions_of(eve) == 1
    change(bob, comment_id, f"{eve_named} And [@stan](/users/{stan.id}), too.")
    worker.tick()
    assert (mentions_of(eve), mentions_of(stan)) == (1, 1)


def test_who_was_named_at_first_does_not_hear_again(ann, bob, eve, worker):
    named = f"[@eve](/users/{eve.id}) knows more."
    comment_id = a_comment(on=a_question(by=ann), by=bob, body=named).id
    worker.tick()
    change(bob, comment_id, f"{named} Really.")
    worker.tick()
    assert mentions_of(eve) == 1


def test_open_pages_are_told_of_a_change(app, client, bob, worker, remark):
    question_id = db.session.get_one(Comment, remark[1]).question_id
    last = client.get(f"/events?question={question_id}").json["last_id"]
    change(bob, remark[1], "The same here since Tuesday.")
    worker.tick()
    told = client.get(f"/events?question={question_id}&after={last}").json["events"]
    assert [each["kind"] for each in told if each["kind"] == "post.edited"] == ["post.edited"]


def test_the_forms_for_comments_offer_names(client, eve, remark):
    page = sign_in(client, eve).get(f"{remark[0]}?comment=question:{remark[0].split('/')[2]}").text
    assert "data-mentions" in page


def test_a_new_member_names_somebody_by_the_name_alone(client, ann, newcomer):
    question = a_question(by=ann)
    a_comment(on=question, by=newcomer, body=f"[@ann](/users/{ann.id}) thank you!")
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    assert "@ann thank you!" in page and f"(/users/{ann.id})" not in page
