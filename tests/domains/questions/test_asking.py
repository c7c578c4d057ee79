import pytest
from sqlalchemy import func, select

from app.domains.questions.actions.asking import (
    QuestionDraft,
    ask_question,
    close_question,
    delete_question,
    edit_question,
    question_to_change,
    reopen_question,
    restore_question,
)
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.models import PostKind, Question, ServiceState
from app.domains.questions.queries import ListFilter, question_list, question_page, revisions_of
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooSoon
from app.kernel.events import EventRow
from app.kernel.transaction import transaction
from tests.factories import a_product, a_question, an_answer


def draft(**more):
    values = {
        "title": "The router drops the connection",
        "body": "Every ten minutes since the update.",
        "product": "mesh",
    }
    return QuestionDraft(**(values | {"tags": ("wifi",)} | more))


def ask(actor, **more):
    a_product("mesh")
    with transaction():
        return ask_question(actor, draft(**more))


def kinds_of_events():
    return list(db.session.scalars(select(EventRow.kind).order_by(EventRow.id)))


@pytest.mark.both_databases
def test_a_question_is_stored_with_its_tags_its_revision_and_its_event(app, ann):
    question = ask(ann, tags=("Wifi", "固件"))

    page = question_page(ann, question.id)
    assert (page.title, set(page.tags), page.asker.name) == ("The router drops the connection", {"wifi", "固件"}, "ann")
    assert page.service_state == "open"
    assert [revision.number for revision, _name in revisions_of(PostKind.QUESTION, question.id)] == [1]
    assert kinds_of_events()[-1] == "QuestionAsked"


@pytest.mark.both_databases
def test_a_double_submit_makes_one_question(app, ann):
    first = ask(ann, submission="the form's own key")
    second = ask(ann, submission="the form's own key")

    assert first.id == second.id
    assert db.session.scalar(select(func.count()).select_from(Question)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "Help"),
        ("title", "坏了"),
        ("title", "x" * 201),
        ("title", "\u200b\u200b\u200b"),
        ("body", "   "),
        ("body", "broken"),
        ("body", "x" * 30_001),
        ("product", "no-such-product"),
        ("kind", "riddle"),
        ("tags", ()),
        ("tags", ("a", "b", "c", "d", "e", "f")),
        ("tags", ("wifi", "x" * 31)),
    ],
)
def test_what_cannot_be_a_question_is_refused_with_a_sentence_for_its_field(app, ann, field, value):
    with pytest.raises(Invalid) as refused:
        ask(ann, **{field: value})

    assert list(refused.value.fields) == [field]
    assert all(str(sentence) for sentence in refused.value.fields[field])


def test_six_han_characters_are_a_title_and_eight_a_body(app, ann):
    question = ask(ann, title="如何导出报表", body="点了导出没有反应", tags=("报表",))

    assert question.language == "zh"


def test_a_new_members_new_word_is_no_tag_yet_but_stands_in_the_first_revision(app, newcomer, ann):
    ask(ann, tags=("wifi",))
    question = ask(newcomer, tags=("wifi", "brand-new"))

    assert question_page(newcomer, question.id).tags == ("wifi",)
    assert revisions_of(PostKind.QUESTION, question.id)[0][0].tags == ["wifi", "brand-new"]


def test_a_new_member_asks_on_a_forum_that_has_no_tag_at_all(app, newcomer):
    question = ask(newcomer, tags=("brand-new",))

    assert question_page(newcomer, question.id).tags == ("untagged",)


def test_a_visitor_and_an_unconfirmed_member_may_not_ask(app, ann):
    from app.domains.accounts.actor import GUEST
    from tests.factories import a_person

    for actor in (GUEST, a_person("unconfirmed", confirmed=False)):
        with pytest.raises(NotAllowed):
            ask(actor)


def test_an_edit_keeps_the_old_text_and_moves_the_tag_counts(app, ann):
    question = ask(ann, tags=("wifi",))
    with transaction():
        row = question_to_change(question.id, ann)
        edit_question(ann, row, draft(title="The mesh drops every ten minutes", tags=("mesh",)), base_version=1)

    assert [r.title for r, _n in revisions_of(PostKind.QUESTION, question.id)][1] == "The router drops the connection"
    assert (tag_by_name("wifi").question_count, tag_by_name("mesh").question_count) == (0, 1)


def test_an_edit_of_a_stale_version_is_a_conflict_that_shows_the_newer_text(app, ann):
    question = ask(ann)
    with transaction():
        edit_question(ann, question_to_change(question.id, ann), draft(body="A newer text of the question."))

    with pytest.raises(Conflict) as conflict, transaction():
        edit_question(ann, question_to_change(question.id, ann), draft(), base_version=1)
    assert conflict.value.newer["body"] == "A newer text of the question."


@pytest.mark.settings(limits="on")
def test_a_newcomer_edits_eight_times_a_minute(app, newcomer, ann):
    question = ask(newcomer)
    for number in range(8):
        with transaction():
            words = draft(body=f"Every ten minutes since the update, {number} times.")
            edit_question(newcomer, question_to_change(question.id, newcomer), words)
    with pytest.raises(TooSoon), transaction():
        edit_question(newcomer, question_to_change(question.id, newcomer), draft(body="Every hour since Monday."))
    other = ask(ann)
    with transaction():
        edit_question(ann, question_to_change(other.id, ann), draft(body="Every ten minutes since Tuesday."))


def test_others_edit_only_when_they_are_trusted(app, ann, bob, eve):
    question = ask(ann)
    with pytest.raises(NotAllowed), transaction():
        edit_question(bob, question_to_change(question.id, bob), draft())
    with transaction():
        edit_question(eve, question_to_change(question.id, eve), draft(body="Every ten minutes since the last update."))
    assert question_page(ann, question.id).edited_at is not None


def test_a_closed_question_takes_no_answers_until_it_is_opened_again(app, ann, eve):
    question = a_question(by=ann)
    with transaction():
        close_question(ann, question_to_change(question.id, ann), "resolved_elsewhere")
    assert question_page(ann, question.id).service_state == ServiceState.CLOSED

    with pytest.raises(NotAllowed):
        an_answer(to=question, by=eve)
    with transaction():
        reopen_question(ann, question_to_change(question.id, ann))
    assert an_answer(to=question, by=eve).id


def test_closing_as_a_duplicate_needs_the_question_that_it_repeats(app, ann, mona):
    question, original = a_question(by=ann), a_question(by=ann)
    with pytest.raises(Invalid), transaction():
        close_question(mona, question_to_change(question.id, mona), "duplicate")
    with transaction():
        close_question(mona, question_to_change(question.id, mona), "duplicate", duplicate_of=original.id)
    assert question_page(ann, question.id).duplicate_of_id == original.id


def test_a_deleted_question_is_not_there_for_others_and_can_be_restored(app, ann, bob, mona):
    question = a_question(by=ann)
    with transaction():
        delete_question(ann, question_to_change(question.id, ann))

    with pytest.raises(NotFound):
        question_page(bob, question.id)
    assert question_page(ann, question.id).deleted_at is not None
    assert question_list(bob, ListFilter()).items == []
    with transaction():
        restore_question(ann, question_to_change(question.id, ann))
    assert question_page(bob, question.id).service_state == "open"


def test_a_question_that_others_answered_is_deleted_by_moderators_only(app, ann, eve, mona):
    question = a_question(by=ann)
    an_answer(to=question, by=eve)
    with pytest.raises(NotAllowed), transaction():
        delete_question(ann, question_to_change(question.id, ann))
    with transaction():
        delete_question(mona, question_to_change(question.id, mona))


def test_what_staff_announce_does_not_escalate(app, stan):
    question = ask(stan)

    assert (question.escalates, question.no_promise) == (False, "announcement")


def tag_count() -> int:
    db.session.rollback()
    return tag_by_name("wifi").question_count


def test_a_tag_counts_the_questions_that_everybody_may_see(app, ann, mona):
    question, _other = ask(ann), ask(ann, title="The mesh drops every ten minutes")
    counts = []
    for change in (
        lambda row: hide_post(mona, row, "private"),
        lambda row: delete_question(mona, row),
        lambda row: restore_question(mona, row),
        lambda row: edit_question(mona, row, draft(tags=("router",))),
        lambda row: edit_question(mona, row, draft(tags=("wifi", "router"))),
        lambda row: restore_post(mona, row),
        lambda row: delete_question(mona, row),
        lambda row: hide_post(mona, row, "private"),
        lambda row: restore_post(mona, row),
        lambda row: restore_question(mona, row),
    ):
        with transaction():
            change(question_to_change(question.id, mona))
        counts.append(tag_count())
    assert counts == [1, 1, 1, 1, 1, 2, 1, 1, 1, 2]
