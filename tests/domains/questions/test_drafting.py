"""What is typed and not yet sent: kept for its owner alone, never overwritten unseen, gone when it was posted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domains.accounts.actions.anonymising import anonymise
from app.domains.accounts.actor import GUEST, SYSTEM
from app.domains.accounts.models import User
from app.domains.accounts.queries import actor_by_id
from app.domains.questions.actions.drafting import MOST_DRAFTS, discard_draft, save_draft, take_draft
from app.domains.questions.drafts import FIELDS, LONGEST_DRAFT, UNDER_A_COMMENT, UNDER_AN_ANSWER, draft_form
from app.domains.questions.models import Draft, Question
from app.domains.questions.queries import draft_list, draft_of, drafts_on
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooSoon
from app.kernel.freshness import content_version
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.factories import a_comment, a_person, a_question, an_answer


def save(owner, form="ask", version=0, writer="", **fields):
    """The version of the draft as it is kept now."""
    with transaction():
        row = save_draft(owner, form, fields or {"body": "Half a sentence"}, version=version, writer=writer)
        return row.version if row else 0


def kept(owner, form="ask"):
    db.session.rollback()
    draft = draft_of(owner, form)
    return draft.fields if draft else None


def count():
    return db.session.scalar(select(func.count()).select_from(Draft))


@pytest.mark.both_databases
def test_a_draft_is_kept_as_it_was_typed(ann):
    typed = {"title": "灯不亮 ", "tags": "wifi, 固件", "product": "mesh"}
    save(ann, **typed, body="First line\r\n\r\n  second, \x00\ud800half")
    assert kept(ann) == typed | {"body": "First line\n\n  second, half"}


def test_of_a_form_only_its_own_fields_are_kept(ann):
    save(ann, body="Half", csrf_token="secret", submission="x", asks="y", title=7)
    assert kept(ann) == {"body": "Half"}


def test_the_next_save_replaces_it_and_counts_on(ann, clock):
    first = save(ann, body="Half")
    second = save(ann, version=first, body="Half a sentence")
    assert second > first and kept(ann) == {"body": "Half a sentence"} and count() == 1
    clock.advance(minutes=1)
    assert save(ann, version=second, body="Half a sentence") == second, "nothing new is no new version"


@pytest.mark.both_databases
def test_a_text_that_its_writer_has_not_seen_is_not_overwritten(ann):
    first = save(ann, body="From the laptop")
    save(ann, version=first, body="From the laptop, and more")
    for version in (0, first):
        with pytest.raises(Conflict) as refused:
            save(ann, version=version, body="From the phone")
        assert refused.value.newer["fields"] == {"body": "From the laptop, and more"}
    newest = refused.value.newer["version"]
    save(ann, version=newest, body="From the phone")
    assert kept(ann) == {"body": "From the phone"}


def test_two_pages_with_the_same_text_are_no_conflict(ann):
    first = save(ann, body="The same words")
    assert save(ann, version=0, body="The same words") == first


def test_a_page_is_in_no_conflict_with_itself_when_an_answer_was_lost_on_the_way(ann):
    save(ann, writer="this page", body="Half")
    save(ann, writer="this page", version=0, body="Half a sentence")
    assert kept(ann) == {"body": "Half a sentence"}
    with pytest.raises(Conflict):
        save(ann, writer="another page", version=0, body="Something else")


def test_a_draft_that_comes_again_is_not_taken_for_the_one_before(ann, clock):
    before = save(ann, body="The first")
    with transaction():
        discard_draft(ann, "ask", version=before)
    clock.advance(seconds=1)
    save(ann, body="Begun anew")
    with pytest.raises(Conflict):
        save(ann, version=before, body="The first, and more")


def test_an_emptied_form_leaves_the_kept_text_until_somebody_discards_it(ann):
    version = save(ann, body="Half a sentence", product="mesh")
    assert save(ann, version=version, body=" \n", product="mesh") == version
    assert kept(ann) == {"body": "Half a sentence", "product": "mesh"}


def test_what_was_only_chosen_is_no_draft(ann):
    assert save(ann, product="mesh", kind="problem") == 0
    assert count() == 0


@pytest.mark.parametrize("length, fits", [(LONGEST_DRAFT, True), (LONGEST_DRAFT + 1, False)])
def test_a_draft_has_a_longest_length(ann, length, fits):
    if fits:
        save(ann, body="x" * length)
    else:
        with pytest.raises(Invalid, match="The draft has 60001 characters; at most 60000 are kept"):
            save(ann, body="x" * length)
    assert count() == int(fits)


def test_a_person_has_at_most_fifty_drafts_and_the_oldest_leave(ann, bob, clock):
    question = a_question(by=bob)
    save(bob, body="Somebody else's")
    for number in range(MOST_DRAFTS + 2):
        save(ann, f"answer:{a_question(by=bob).id if number else question.id}", body=f"Draft {number}")
        clock.advance(minutes=1)
    assert [len(draft_list(person)) for person in (ann, bob)] == [MOST_DRAFTS, 1]
    assert draft_list(ann)[-1].text == "Draft 2"


def test_half_a_year_after_the_last_letter_a_draft_goes(ann, clock, worker):
    worker.tick()
    save(ann, body="Long ago")
    clock.advance(days=100)
    question = a_question(by=ann)
    save(ann, f"answer:{question.id}", body="Not so long ago")
    clock.advance(days=81)
    worker.tick()
    assert [line.text for line in draft_list(ann)] == ["Not so long ago"]


@pytest.mark.parametrize("kind", [kind for kind in FIELDS if kind != "ask"])
def test_a_form_stands_under_a_post_that_its_writer_sees(ann, bob, mona, kind):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=ann)
    comment = a_comment(on=question, by=ann)
    target = comment.id if kind in UNDER_A_COMMENT else answer.id if kind in UNDER_AN_ANSWER else question.id
    save(bob, f"{kind}:{target}", body="Half")
    assert list(drafts_on(bob, question.id)) == [f"{kind}:{target}"]
    with transaction():
        db.session.get_one(Question, question.id).hidden = True
    for owner, form in ((a_person(), f"{kind}:{target}"), (ann, f"{kind}:999")):
        with pytest.raises(NotFound):
            save(owner, form, body="Half")
    save(mona, f"{kind}:{target}", body="Half")


NO_FORMS = ["", "ask:1", "answer", "answer:", "answer:x", "answer:-1", "answer:01", "answer:٧", "x:1"]


@pytest.mark.parametrize("name", NO_FORMS)
def test_a_form_has_one_name(name):
    with pytest.raises(NotFound):
        draft_form(name)


def test_only_its_owner_reads_changes_and_discards_a_draft(ann, bob, ada, mona):
    version = save(ann, body="Mine alone")
    for other in (bob, ada, mona, GUEST, SYSTEM):
        assert draft_of(other, "ask") is None and draft_list(other) == []
    with transaction():
        assert discard_draft(ada, "ask", version=version) == {}
        take_draft(ada, "ask", version=version)
    save(ada, body="Another's")
    assert kept(ann) == {"body": "Mine alone"}
    for nobody in (GUEST, SYSTEM):
        with pytest.raises(NotAllowed):
            save(nobody, body="Half")


def test_whoever_may_not_post_now_keeps_what_they_type(app, clock):
    newcomer = a_person("newcomer", confirmed=False)
    save(newcomer, body="Before the address was confirmed")
    with transaction():
        db.session.get_one(User, newcomer.id).suspended_until = now() + timedelta(days=7)
    save(actor_by_id(newcomer.id), version=draft_of(newcomer, "ask").version, body="While suspended")
    assert kept(newcomer) == {"body": "While suspended"}


def test_discarding_gives_the_text_back_and_asks_before_a_newer_one_goes(ann):
    old = save(ann, body="Old")
    new = save(ann, version=old, body="New")
    with pytest.raises(Conflict), transaction():
        discard_draft(ann, "ask", version=old)
    with transaction():
        assert discard_draft(ann, "ask", version=new) == {"body": "New"}
    with transaction():
        assert discard_draft(ann, "ask", version=new) == {}
    assert count() == 0


PAGES = [(1, "", True), (0, "", False), (0, "page", True), (0, "other", False)]


@pytest.mark.parametrize("version, writer, goes", PAGES)
def test_a_post_takes_its_own_draft_and_leaves_a_newer_one_of_another_page(ann, version, writer, goes):
    saved = save(ann, writer="page", body="Half")
    with transaction():
        take_draft(ann, "ask", version=saved * version, writer=writer)
    assert count() == (0 if goes else 1)


def test_who_leaves_the_forum_leaves_no_draft(ann, bob, worker):
    save(ann, body="Half")
    save(bob, body="Somebody else's")
    with transaction():
        anonymise(ann, ann.id)
    worker.tick()
    assert kept(ann) is None and kept(bob) == {"body": "Somebody else's"}


def test_the_list_names_the_question_while_its_owner_sees_it(ann, bob):
    question = a_question(by=ann, title="The router drops the connection")
    save(bob, f"answer:{question.id}", body="Restart  it\nonce")
    save(bob, title="A question of my own", product="mesh")
    lines = {line.form.kind: line for line in draft_list(bob)}
    assert (lines["answer"].title, lines["answer"].product) == ("The router drops the connection", "Mesh")
    assert (lines["ask"].title, lines["ask"].product) == ("A question of my own", "Mesh")

    with transaction():
        db.session.get_one(Question, question.id).hidden = True
    line = next(line for line in draft_list(bob) if line.form.kind == "answer")
    assert (line.title, line.product, line.question_id, line.text) == ("Restart it once", "", None, "Restart  it\nonce")


def test_the_list_costs_two_statements_and_a_page_one(ann):
    question = a_question(by=ann)
    for form in ("ask", f"answer:{question.id}", f"edit-question:{question.id}"):
        save(ann, form, body="Half")
    db.session.rollback()
    with statements() as listed:
        assert len(draft_list(ann)) == 3
    with statements() as shown:
        assert len(drafts_on(ann, question.id)) == 2
    with statements() as visitors:
        assert drafts_on(GUEST, question.id) == {} and draft_of(GUEST, "ask") is None
    assert (len(listed), len(shown), len(visitors)) == (2, 1, 0)


def test_typing_makes_no_visitors_page_anew(ann):
    before = content_version()
    save(ann, body="Half")
    db.session.rollback()
    assert content_version() == before


@pytest.mark.settings(limits="on")
def test_a_browser_saves_at_most_120_times_a_minute(ann, bob):
    version = 0
    for number in range(120):
        version = save(ann, version=version, body=f"Letter {number}")
    with pytest.raises(TooSoon):
        save(ann, version=version, body="One letter more")
    save(bob, body="Others go on")
    assert kept(ann) == {"body": "Letter 119"}
