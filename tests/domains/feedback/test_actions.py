import pytest
from sqlalchemy import delete, select

from app.domains.accounts.actor import SYSTEM
from app.domains.feedback.actions.deciding import change_state, edit_item, item_to_change, record_told, separate_item
from app.domains.feedback.actions.labelling import label_post, label_to_change, unlabel
from app.domains.feedback.invariants import INVARIANTS
from app.domains.feedback.models import FeedbackItem, FeedbackItemTag, FeedbackLabel, FeedbackTransition, ItemState
from app.domains.feedback.queries import item_page
from app.domains.feedback.states import STEPS
from app.extensions import db
from app.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from app.kernel.events import EventRow
from app.kernel.transaction import transaction
from tests.domains.feedback.feedback_rows import BODY, SENTENCE, a_label, an_item, move
from tests.factories import a_comment, a_person, a_product, a_question, an_answer

S = ItemState


def test_a_mark_makes_an_item_in_the_inbox(ann):
    label = a_label(by=ann)
    item = db.session.get_one(FeedbackItem, label.item_id)
    assert (item.state, item.type, item.title, item.product_id) == (S.INBOX, "bug", SENTENCE, label.product_id)
    assert item.acknowledge_by is not None
    assert [row.kind for row in db.session.scalars(select(EventRow)) if row.kind.startswith("Feedback")] == [
        "FeedbackLabelled"
    ]


def test_the_item_is_about_what_the_question_is_about_where_nobody_chose_tags(ann, stan):
    label = a_label(by=ann)
    assert item_page(stan, label.item_id).tags == ("wifi",)
    assert item_page(stan, a_label(by=ann, type="request", tags=("radio",)).item_id).tags == ("radio",)


def test_a_second_mark_joins_the_item_that_was_chosen(ann, bob):
    first = a_label(by=ann)
    second = a_label(by=bob, item_id=first.item_id)
    assert second.item_id == first.item_id
    assert len(list(db.session.scalars(select(FeedbackItem)))) == 1


def test_a_mark_on_a_merged_item_goes_to_the_one_it_was_merged_into(ann, bob, stan):
    kept, gone = a_label(by=ann), a_label(by=bob)
    move(stan, gone.item_id, S.MERGED, merged_into=kept.item_id)
    assert a_label(item_id=gone.item_id).item_id == kept.item_id


def test_the_same_mark_twice_is_one(ann):
    question = a_question(by=ann, body=BODY)
    assert a_label(on=question, by=ann).id == a_label(on=question, by=ann).id
    assert len(list(db.session.scalars(select(FeedbackItem)))) == 1


def test_an_answer_and_a_comment_can_be_marked(ann, bob, eve):
    question = a_question(by=ann)
    answer, comment = an_answer(to=question, by=bob), a_comment(on=question, by=bob)
    with transaction():
        on_answer = label_post(eve, f"answer:{answer.id}", "restart the router", "docs", ["manual"])
        on_comment = label_post(eve, f"comment:{comment.id}", "Same here", "bug")
    assert (on_answer.kind, on_answer.target_id, on_answer.question_id) == ("answer", answer.id, question.id)
    assert (on_comment.kind, on_comment.target_id) == ("comment", comment.id)


@pytest.mark.parametrize(
    "quote", [SENTENCE, "After  the\nupdate", "", "What can I do?", "\u200bthe router drops", "The router drops"]
)
def test_a_quote_is_found_however_the_browser_copied_it(ann, quote):
    question = a_question(by=ann, body=BODY, title="The router drops the connection after the update")
    assert a_label(on=question, by=ann, quote=quote).quote == " ".join(quote.replace("\u200b", "").split())


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("quote", {"quote": "the router is wonderful"}),
        ("quote", {"quote": "x" * 1001}),
        ("type", {"type": "wish"}),
        ("type", {"type": ""}),
        ("tags", {"tags": tuple(f"tag{n}" for n in range(6))}),
        ("item_id", {"item_id": 4711}),
    ],
)
def test_what_is_wrong_with_a_mark_is_said_at_its_field(ann, field, changed):
    question = a_question(by=ann, body=BODY)
    with pytest.raises(Invalid) as refused:
        a_label(on=question, by=ann, **changed)
    assert list(refused.value.fields) == [field]
    assert db.session.scalar(select(FeedbackLabel.id)) is None


@pytest.mark.parametrize("post", ["", "question", "question:", "question:x", "item:1", "question:-1", "question:٣"])
def test_a_post_needs_its_name(ann, post):
    with transaction(), pytest.raises(Invalid) as refused:
        label_post(ann, post, "", "bug")
    assert list(refused.value.fields) == ["post"]


def test_a_post_that_is_not_there_is_not_found(ann):
    with transaction(), pytest.raises(NotFound):
        label_post(ann, "question:999", "", "bug")


def test_a_new_member_cannot_invent_a_tag_by_marking(newcomer):
    a_question(tags=("wifi",))
    own = a_question(by=newcomer, body=BODY, tags=("wifi",))
    with pytest.raises(Invalid) as refused:
        a_label(on=own, by=newcomer, tags=("brand-new-word",))
    assert list(refused.value.fields) == ["tags"]


def test_an_item_of_another_product_is_not_joined(ann):
    a_product("notes")
    other = a_label(on=a_question(by=ann, product="notes", body=BODY), by=ann)
    with pytest.raises(Invalid):
        a_label(by=ann, item_id=other.item_id)


def test_a_mark_taken_back_leaves_no_unsorted_item_behind(ann):
    label = a_label(by=ann)
    with transaction():
        unlabel(ann, label_to_change(label.id))
    assert db.session.get_one(FeedbackItem, label.item_id).state is S.NOT_FEEDBACK
    assert [invariant.code for invariant in INVARIANTS if invariant.query()] == []


def test_a_sorted_item_stays_when_its_mark_is_taken_back(ann, stan):
    label = a_label(by=ann)
    move(stan, label.item_id, S.TRIAGED)
    with transaction():
        unlabel(ann, label_to_change(label.id))
    assert db.session.get_one(FeedbackItem, label.item_id).state is S.TRIAGED


WAYS = [(before, after) for before, ways in STEPS.items() for after in ways if after is not S.MERGED]


@pytest.mark.parametrize(("before", "after"), WAYS)
def test_an_item_goes_the_ways_of_the_table(app, before, after):
    item = _in_state(before)
    assert move(a_person("decider", role="admin"), item.id, after).state is after
    assert [invariant.code for invariant in INVARIANTS if invariant.query()] == []


@pytest.mark.parametrize("before", [state for state in S if state is not S.MERGED])
def test_an_item_goes_no_other_way(app, before):
    item, decider = _in_state(before), a_person("decider", role="admin")
    others = [state for state in S if state is not before and state not in STEPS.get(before, {})]
    for after in others:
        with pytest.raises(Invalid) as refused:
            move(decider, item.id, after)
        assert list(refused.value.fields) == ["state"]


def _in_state(state: ItemState) -> FeedbackItem:
    if state is S.CONFIRMED:
        shipped = an_item(S.SHIPPED)
        return move(a_person("decider", role="admin"), shipped.id, S.CONFIRMED)
    return an_item(state)


@pytest.mark.parametrize(
    ("before", "after", "missing", "field"),
    [
        (S.INBOX, S.NOT_FEEDBACK, {"reason": "  "}, "reason"),
        (S.TRIAGED, S.UNDER_REVIEW, {"owner": None}, "owner"),
        (S.UNDER_REVIEW, S.DECLINED, {"reason": "No."}, "reason"),
        (S.UNDER_REVIEW, S.DECLINED, {"reason": "x" * 19}, "reason"),
        (S.UNDER_REVIEW, S.DECLINED, {"reason": "x" * 2001}, "reason"),
        (S.IN_PROGRESS, S.DECLINED, {"reason": ""}, "reason"),
        (S.IN_PROGRESS, S.SHIPPED, {"release": " "}, "release"),
        (S.SHIPPED, S.UNDER_REVIEW, {"reason": ""}, "reason"),
        (S.DECLINED, S.UNDER_REVIEW, {"reason": ""}, "reason"),
    ],
)
def test_a_step_asks_for_what_it_needs(app, before, after, missing, field):
    item = an_item(before)
    with pytest.raises(Invalid) as refused:
        move(a_person("decider", role="admin"), item.id, after, **missing)
    assert list(refused.value.fields) == [field]
    db.session.rollback()
    assert db.session.get_one(FeedbackItem, item.id, populate_existing=True).state is before


def test_sorting_needs_a_tag(ann, stan):
    item = a_label(on=a_question(by=ann, body=BODY, tags=("wifi",)), by=ann)
    with transaction():
        row = item_to_change(item.item_id, SYSTEM)
        db.session.execute(delete(FeedbackItemTag))
        with pytest.raises(Invalid) as refused:
            change_state(stan, row, "triaged")
    assert list(refused.value.fields) == ["tags"]


def test_twenty_characters_are_a_reason(app):
    item = an_item(S.UNDER_REVIEW)
    declined = move(a_person("decider", role="admin"), item.id, S.DECLINED, reason="x" * 20)
    assert (declined.state, declined.reason) == (S.DECLINED, "x" * 20)


def test_an_unknown_state_is_refused(stan):
    item = an_item()
    with transaction(), pytest.raises(Invalid) as refused:
        change_state(stan, item_to_change(item.id, stan), "finished")
    assert list(refused.value.fields) == ["state"]


def test_the_same_step_twice_is_one(stan):
    item = an_item()
    move(stan, item.id, S.TRIAGED)
    move(stan, item.id, S.TRIAGED)
    assert len(list(db.session.scalars(select(FeedbackTransition)))) == 1


def test_who_decides_from_an_old_page_is_told(stan, pat):
    item = an_item(S.TRIAGED)
    version = item.version
    move(pat, item.id, S.UNDER_REVIEW, owner=pat.id)
    with transaction(), pytest.raises(Conflict) as refused:
        change_state(pat, item_to_change(item.id, pat), "planned", base_version=version)
    assert refused.value.newer["state"] == "under_review"


def test_an_agent_sorts_and_does_not_decide(stan):
    item = an_item()
    move(stan, item.id, S.TRIAGED)
    with pytest.raises(NotAllowed):
        move(stan, item.id, S.UNDER_REVIEW)


def test_a_product_manager_of_another_product_does_not_decide(app):
    item = an_item(S.UNDER_REVIEW)
    stranger = a_person("stranger", role="pm", serves=(a_product("notes").id,))
    with pytest.raises(NotAllowed):
        move(stranger, item.id, S.PLANNED)


def test_the_owner_is_on_the_staff_of_the_product(ann, pat):
    item = an_item(S.TRIAGED)
    with pytest.raises(Invalid) as refused:
        move(pat, item.id, S.UNDER_REVIEW, owner=ann.id)
    assert list(refused.value.fields) == ["owner"]


def test_a_contributor_confirms_what_was_shipped_and_a_stranger_does_not(ann, bob):
    item = an_item(S.SHIPPED, by=ann)
    with pytest.raises(NotAllowed):
        move(bob, item.id, S.CONFIRMED)
    assert move(ann, item.id, S.CONFIRMED).state is S.CONFIRMED


def test_reopening_forgets_the_release_and_sets_a_new_deadline(pat):
    item = an_item(S.SHIPPED)
    before = item.decide_by
    again = move(pat, item.id, S.UNDER_REVIEW, reason="It came back in 5.4.")
    assert (again.release, again.reason) == ("", "")
    assert again.decide_by is not None and before is not None and again.decide_by >= before


def test_merging_is_a_link_that_can_be_undone(ann, bob, stan, clock):
    kept, gone = a_label(by=ann), a_label(by=bob)
    merged = move(stan, gone.item_id, S.MERGED, merged_into=kept.item_id)
    assert (merged.state, merged.merged_into_id) == (S.MERGED, kept.item_id)
    assert item_page(stan, kept.item_id).people == 2
    with transaction():
        separate_item(stan, item_to_change(gone.item_id, stan))
    assert db.session.get_one(FeedbackItem, gone.item_id).state is S.INBOX
    assert item_page(stan, kept.item_id).people == 1
    assert [invariant.code for invariant in INVARIANTS if invariant.query()] == []


def test_after_thirty_days_a_merge_stays(ann, bob, stan, clock):
    kept, gone = a_label(by=ann), a_label(by=bob)
    move(stan, gone.item_id, S.MERGED, merged_into=kept.item_id)
    clock.advance(days=31)
    with transaction(), pytest.raises(Invalid):
        separate_item(stan, item_to_change(gone.item_id, stan))


def test_a_merge_has_a_live_target_and_makes_no_chain(ann, bob, stan):
    one, two, three = a_label(by=ann), a_label(by=bob), a_label()
    for wrong in (None, one.item_id, 4711):
        with pytest.raises(Invalid):
            move(stan, one.item_id, S.MERGED, merged_into=wrong)
    move(stan, two.item_id, S.MERGED, merged_into=one.item_id)
    with pytest.raises(Invalid):
        move(stan, one.item_id, S.MERGED, merged_into=three.item_id)
    with pytest.raises(Invalid):
        move(stan, three.item_id, S.MERGED, merged_into=two.item_id)


def test_staff_edit_what_an_item_is_called_and_only_product_managers_weigh_it(stan, pat):
    item = an_item()
    with transaction():
        edit_item(stan, item_to_change(item.id, stan), title="Router drops", type="complaint", tags=["radio"])
    with transaction(), pytest.raises(NotAllowed):
        edit_item(stan, item_to_change(item.id, stan), importance=3)
    with transaction():
        edit_item(pat, item_to_change(item.id, pat), importance=3)
    shown = item_page(stan, item.id)
    assert (shown.title, shown.type, shown.tags, shown.importance) == ("Router drops", "complaint", ("radio",), 3)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("title", {"title": " \u200b "}),
        ("title", {"title": "x" * 201}),
        ("type", {"type": "wish"}),
        ("tags", {"tags": []}),
        ("importance", {"importance": 4}),
        ("importance", {"importance": 0}),
        ("owner", {"owner": 4711}),
    ],
)
def test_what_is_wrong_with_an_edit_is_said_at_its_field(pat, field, changed):
    item = an_item()
    with transaction(), pytest.raises(Invalid) as refused:
        edit_item(pat, item_to_change(item.id, pat), **changed)
    assert list(refused.value.fields) == [field]


def test_how_many_heard_of_a_step_is_kept_once(stan):
    item = an_item(S.TRIAGED)
    row = db.session.scalars(select(FeedbackTransition)).one()
    for _again in range(2):
        with transaction():
            record_told(row.id, 3)
    assert item_page(stan, item.id).history[0].told == 3


def test_every_state_is_published_with_its_step(stan):
    item = an_item()
    move(stan, item.id, S.TRIAGED)
    row = db.session.scalars(select(EventRow).where(EventRow.kind == "FeedbackStateChanged")).one()
    assert (row.payload["before"], row.payload["after"], row.actor_id) == ("inbox", "triaged", stan.id)
