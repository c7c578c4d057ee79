from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from app.domains.accounts.actor import SYSTEM
from app.domains.accounts.models import Customer, Role, Tier, User
from app.domains.feedback.actions.freezing import freeze_digest
from app.domains.feedback.actions.labelling import label_post
from app.domains.feedback.digest import build_digest
from app.domains.feedback.models import FeedbackItem, FeedbackType, ItemState, Period
from app.domains.feedback.periods import last_monday, midnight, next_monday, window
from app.domains.feedback.progress import Move, progress
from app.domains.feedback.queries import (
    InboxFilter,
    build_or_stored,
    digest_facts,
    digest_list,
    digest_page,
    inbox_page,
    item_page,
    labels_of_question,
    newest_digest_id,
    people_behind,
    running_week,
    score_of,
    similar_items,
    state_counts,
    stored_digest,
)
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.products.models import Product
from app.domains.questions.actions.answering import answer_with_question
from app.domains.questions.actions.asking import close_question, delete_question, move_question, question_to_change
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.domains.feedback.feedback_rows import BODY, SENTENCE, a_label, an_item, move
from tests.factories import a_comment, a_person, a_product, a_question, a_vote, an_answer

S = ItemState
MONDAY = date(2026, 3, 9)  # the week of the tests' clock (Tue 3 March, 10:00 in Shanghai) ends here
CANARY = "kanarienvogel"


def a_week(product: Product, until: date = MONDAY):
    return digest_facts(product.id, Period.WEEK, until)


def test_the_window_takes_its_first_moment_and_not_its_last(clock, app):
    product = a_product()
    start = datetime(2026, 3, 1, 16, tzinfo=UTC)  # Monday 2 March, 00:00 in Shanghai
    moments = [start - timedelta(microseconds=1), start, start + timedelta(days=7) - timedelta(microseconds=1)]
    for moment in (*moments, start + timedelta(days=7)):
        clock.at(moment)
        a_question()
    built = build_digest(a_week(product))
    assert (built.covers.start, built.covers.end) == (start, start + timedelta(days=7))
    assert built.header.posts == 2
    weeks = [date(2026, 3, 2), MONDAY, date(2026, 3, 16)]
    assert [build_digest(a_week(product, until)).header.posts for until in weeks] == [1, 2, 1]


def test_a_month_ends_where_it_is_said_to():
    covered = window("mesh", Period.MONTH, date(2026, 3, 31), "Asia/Shanghai")
    assert (covered.start, covered.end) == (
        midnight(date(2026, 2, 28), "Asia/Shanghai"),
        midnight(date(2026, 3, 31), "Asia/Shanghai"),
    )
    assert window("mesh", Period.DAY, date(2026, 3, 31), "UTC").start == datetime(2026, 3, 30, tzinfo=UTC)


def test_the_week_closes_on_monday_in_the_zone_of_the_product():
    moment = datetime(2026, 3, 8, 16, 30, tzinfo=UTC)  # Monday 00:30 in Shanghai, Sunday in Berlin
    assert (last_monday(moment, "Asia/Shanghai"), next_monday(moment, "Asia/Shanghai")) == (MONDAY, date(2026, 3, 16))
    assert (last_monday(moment, "Europe/Berlin"), next_monday(moment, "Europe/Berlin")) == (date(2026, 3, 2), MONDAY)


def test_a_week_in_which_clocks_change_is_still_a_week():
    covered = window("mesh", Period.WEEK, date(2026, 3, 30), "Europe/Berlin")
    assert covered.end - covered.start == timedelta(hours=167)


def test_question_tags_make_themes_where_nobody_has_marked_anything(app):
    for _again in range(3):
        a_question(tags=("firmware", "wifi"))
    built = build_digest(a_week(a_product()))
    assert {theme.name: (theme.posts, theme.people, theme.confirmed) for theme in built.themes} == {
        "firmware": (3, 3, False),
        "wifi": (3, 3, False),
    }
    assert (built.header.checked_by_a_person.met, built.header.checked_by_a_person.total) == (0, 3)


def test_a_mark_counts_as_checked_and_is_quoted(ann):
    a_label(by=ann, tags=("radio",))
    a_question()
    built = build_digest(a_week(a_product()))
    assert built.header.checked_by_a_person.value == 0.5
    quote = built.quotes[0].quotes[0]
    assert (quote.text, quote.type, quote.marked, quote.confirmed, quote.author_name) == (
        SENTENCE, "bug", True, True, "ann")  # fmt: skip


def test_questions_and_answers_count_and_comments_only_when_marked(ann, bob, eve):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    comment = a_comment(on=question, by=bob)
    facts = a_week(a_product())
    assert [post.post.split(":")[0] for post in facts.posts] == ["answer", "question"]
    with transaction():
        label_post(eve, f"comment:{comment.id}", "Same here", "bug")
    facts = a_week(a_product())
    assert [post.post.split(":")[0] for post in facts.posts] == ["answer", "comment", "question"]
    assert build_digest(facts).late_labels == ()


def test_what_the_digest_knows_of_a_question(ann, bob, clock):
    question = a_question(by=ann, tags=("wifi", "firmware"), kind="problem")
    an_answer(to=question, by=ann, body="Found nothing in the manual so far.")
    asked_at = clock.now()
    answered_at = clock.advance(hours=2)
    an_answer(to=question, by=bob)
    a_vote(on=question, by=bob)
    fact = next(post for post in a_week(a_product()).posts if post.is_question)
    assert (fact.tags, fact.kind, fact.score, fact.lang) == (("firmware", "wifi"), "problem", 1, "en")
    assert (fact.created_at, fact.answered_at) == (asked_at, answered_at)
    assert fact.url == f"/questions/{question.id}"
    assert fact.excerpt.startswith("After the update the router drops")


def test_what_happened_after_the_week_changes_nothing(ann, bob, clock):
    question = a_question(by=ann)
    clock.advance(days=7)
    before = build_digest(a_week(a_product())).to_json()
    clock.advance(days=3)
    an_answer(to=question, by=bob)
    with transaction():
        close_question(ann, question_to_change(question.id, ann), "resolved_elsewhere")
    assert build_digest(a_week(a_product())).to_json() == before


@pytest.mark.parametrize("how", ["hidden", "deleted", "spam", "hidden question of an answer", "by staff"])
def test_what_not_everybody_may_read_is_in_no_digest(app, ann, bob, eve, mona, stan, how):
    """The canary: a word that stands in that post alone."""
    product, singing = a_product(), f"My {CANARY} sings when the router drops the connection."
    others = a_question(by=bob, title="The router drops the connection in the garden")
    asker = stan if how == "by staff" else ann
    question = a_question(by=asker, title=f"The {CANARY} drops the connection", body=singing)
    answer = an_answer(to=question, by=bob, body=singing)
    post = f"answer:{answer.id}" if "answer" in how else f"question:{question.id}"
    _mark(eve, post, singing, title="Drops" if how == "by staff" else "")
    assert CANARY in (build_digest(a_week(product)).to_json()) or how == "by staff"
    with transaction():
        _take_away(how, mona, question_to_change(question.id, mona))
    if how == "by staff":
        _take_away_answer(mona, answer.id)
    written = build_digest(a_week(product)).to_json()
    assert CANARY not in written
    assert others.title in written


def _mark(actor, post, quote, title):
    with transaction():
        label_post(actor, post, quote, "bug", ["wifi"], title=title)


def _take_away(how, mona, question):
    if how.startswith("hidden"):
        hide_post(mona, question, "private")
    elif how == "deleted":
        delete_question(mona, question)
    elif how == "spam":
        close_question(mona, question, "spam")


def _take_away_answer(mona, answer_id):
    with transaction():
        hide_post(mona, answer_with_question(answer_id, mona)[0], "private")


def test_an_answer_by_staff_is_no_feedback_and_still_an_answer(ann, stan):
    question = a_question(by=ann)
    an_answer(to=question, by=stan)
    facts = a_week(a_product())
    assert [post.post for post in facts.posts] == [f"question:{question.id}"]
    assert facts.posts[0].answered_at is not None


def test_a_moved_question_is_feedback_of_its_new_product(ann, app):
    a_product("notes")
    label = a_label(by=ann)
    with transaction():
        move_question(ann, question_to_change(label.question_id, ann), "notes")
    assert a_week(a_product("mesh")).posts == a_week(a_product("mesh")).labels == ()
    assert len(a_week(a_product("notes")).posts) == len(a_week(a_product("notes")).labels) == 1


def test_other_products_are_left_out(ann):
    a_question(by=ann, product="notes")
    assert a_week(a_product("mesh")).posts == ()


@pytest.mark.both_databases
def test_the_same_rows_give_the_same_bytes(app, ann, bob, eve):
    for number in range(4):
        question = a_question(tags=("wifi", "firmware"), body=BODY)
        an_answer(to=question, by=bob)
        a_label(on=question, by=eve, tags=("radio",), quote=SENTENCE if number else "")
        a_vote(on=question, by=ann)
    an_item(S.DECLINED, by=ann)
    written = build_or_stored(a_product().id, Period.WEEK, MONDAY).text
    db.session.rollback()
    db.session.expunge_all()
    assert build_or_stored(a_product().id, Period.WEEK, MONDAY).text == written


def test_a_frozen_window_is_returned_as_stored(ann, clock):
    a_question(by=ann)
    clock.at(datetime(2026, 3, 9, 2, tzinfo=UTC))
    with transaction():
        row = freeze_digest(SYSTEM, a_product().id, Period.WEEK, MONDAY)
    stored = row.content
    with transaction():
        db.session.execute(update(Question).values(title="Something else", score=99))
    again = build_or_stored(a_product().id, Period.WEEK, MONDAY)
    assert (again.id, again.text) == (row.id, stored)
    with transaction():
        assert freeze_digest(SYSTEM, a_product().id, Period.WEEK, MONDAY).id == row.id


def test_a_window_that_is_still_open_is_not_frozen(app):
    with transaction(), pytest.raises(Invalid):
        freeze_digest(SYSTEM, a_product().id, Period.WEEK, MONDAY)


def test_nobody_freezes_by_hand(pat, clock):
    clock.at(datetime(2026, 3, 9, 2, tzinfo=UTC))
    with transaction(), pytest.raises(NotAllowed):
        freeze_digest(pat, a_product().id, Period.WEEK, MONDAY)


def test_a_digest_costs_the_same_statements_however_much_was_said(ann, eve):
    a_label(by=ann)
    with statements() as few:
        a_week(a_product())
    for _again in range(5):
        a_label(by=eve, on=a_question(body=BODY))
    with statements() as many:
        a_week(a_product())
    assert len(many) == len(few) <= 12


@pytest.mark.both_databases
def test_a_post_hidden_after_the_freezing_is_marked_as_removed(ann, mona, pat, clock):
    label = a_label(by=ann)
    clock.at(datetime(2026, 3, 9, 2, tzinfo=UTC))
    with transaction():
        row = freeze_digest(SYSTEM, a_product().id, Period.WEEK, MONDAY)
    assert digest_page(pat, row.id).removed == frozenset()
    _set_hidden(mona, label.question_id, hide=True)
    assert digest_page(pat, row.id).removed == {f"question:{label.question_id}", f"item:{label.item_id}"}
    _set_hidden(mona, label.question_id, hide=False)
    assert digest_page(pat, row.id).removed == frozenset()


def _set_hidden(mona, question_id, *, hide):
    with transaction():
        question = question_to_change(question_id, mona)
        hide_post(mona, question, "private") if hide else restore_post(mona, question)


def test_digests_are_listed_with_their_neighbours(ann, pat, clock):
    product = a_product()
    ids = []
    for until in (MONDAY, date(2026, 3, 16), date(2026, 3, 23)):
        a_question(by=ann)
        clock.at(midnight(until, "Asia/Shanghai"))
        with transaction():
            ids.append(freeze_digest(SYSTEM, product.id, Period.WEEK, until).id)
    first = digest_list(pat, limit=2)
    assert [line.id for line in first.items] == [ids[2], ids[1]]
    assert [line.id for line in digest_list(pat, after=first.next, limit=2).items] == [ids[0]]
    view = digest_page(pat, ids[1])
    assert (view.previous_id, view.next_id) == (ids[0], ids[2])
    assert newest_digest_id(pat) == ids[2]
    assert stored_digest(pat, ids[0]).content.header.posts == 1


def test_a_digest_of_another_team_is_not_there(ann, clock):
    a_question(by=ann)
    stranger = a_person("stranger", role="pm", serves=(a_product("notes").id,))
    clock.at(datetime(2026, 3, 9, 2, tzinfo=UTC))
    with transaction():
        row = freeze_digest(SYSTEM, a_product("mesh").id, Period.WEEK, MONDAY)
    for look in (digest_page, stored_digest):
        with pytest.raises(NotFound):
            look(stranger, row.id)
    with pytest.raises(NotFound):
        running_week(stranger, a_product("mesh"))
    with pytest.raises(NotAllowed):
        running_week(ann, a_product("mesh"))
    assert digest_list(stranger).items == []


@pytest.mark.both_databases
def test_escalations_and_promises_come_from_the_cases(ann, clock, worker):
    a_question(by=ann)
    worker.tick()
    clock.advance(hours=5)
    worker.tick()
    facts = a_week(a_product())
    assert facts.posts[0].escalated_at is not None
    assert facts.posts[0].escalation_reason == "overdue"
    assert [(one.clock, one.total) for one in facts.promises] == [("peer", 1)]


# --- people and score ---


@pytest.mark.both_databases
def test_people_are_authors_voters_and_followers_each_once(ann, bob, eve):
    first = a_label(by=ann)
    second = a_label(by=bob, item_id=first.item_id)
    question = db.session.get_one(Question, second.question_id)
    a_vote(on=question, by=ann)
    a_vote(on=question, by=eve)
    a_vote(on=question, by=a_person("against"), value=-1)
    muted = a_person("muted")
    with transaction():
        follow(bob, FollowKind.FEEDBACK, first.item_id)
        follow(muted, FollowKind.FEEDBACK, first.item_id, FollowLevel.MUTED)
    assert people_behind(first.item_id) == sorted([ann.id, bob.id, eve.id])


def test_nobody_stands_behind_an_item_because_of_a_hidden_post(ann, bob, mona):
    label = a_label(by=ann)
    a_vote(on=db.session.get_one(Question, label.question_id), by=bob)
    _set_hidden(mona, label.question_id, hide=True)
    assert people_behind(label.item_id) == []


def test_an_account_counts_once_with_the_weight_of_its_tier(ann, bob, eve, clock):
    label = a_label(by=ann)
    a_label(by=bob, item_id=label.item_id)
    a_label(by=eve, item_id=label.item_id)
    with transaction():
        customer = Customer(name="Lakeside School", tier=Tier.VIP)
        db.session.add(customer)
        db.session.flush()
        db.session.execute(update(User).where(User.id.in_([ann.id, bob.id])).values(customer_id=customer.id))
    item = db.session.get_one(FeedbackItem, label.item_id)
    assert score_of(item) == 4 + 1
    clock.advance(days=180)
    assert score_of(item) == pytest.approx((4 + 1) / 2)
    item.importance = 3
    assert score_of(item) == pytest.approx(3 * (4 + 1) / 2)
    db.session.rollback()


def test_growth_is_what_the_new_signals_of_the_week_brought(ann, bob, clock):
    label = a_label(by=ann)
    clock.advance(days=7)
    a_label(by=bob, item_id=label.item_id)
    item, = a_week(a_product(), date(2026, 3, 16)).items
    assert item.growth == pytest.approx(1, abs=0.05)
    assert (item.people, item.proposer, item.tags) == (2, "ann", ("wifi",))


# --- progress ---


def test_progress_is_read_from_the_history_as_it_was_at_the_moment():
    at = datetime(2026, 3, 2, tzinfo=UTC)
    day = timedelta(days=1)
    way = [S.INBOX, S.TRIAGED, S.UNDER_REVIEW, S.PLANNED, S.IN_PROGRESS, S.SHIPPED]
    moves = [Move(before, after, at + n * day) for n, (before, after) in enumerate(zip(way, way[1:], strict=False))]
    early = progress(moves, at + 2 * day)
    assert (early.state, early.acknowledged_at, early.planned_at) == (S.UNDER_REVIEW, at, None)
    done = progress(moves, at + 9 * day)
    assert (done.state, done.decided_at, done.shipped_at) == (S.SHIPPED, at + 2 * day, at + 4 * day)
    again = progress([*moves, Move(S.SHIPPED, S.UNDER_REVIEW, at + 6 * day)], at + 9 * day)
    assert (again.shipped_at, again.decided_at, again.contradicted) == (None, None, 1)


# --- inbox, item, labels ---


@pytest.mark.both_databases
def test_the_inbox_is_filtered_and_paged_by_key(ann, stan):
    items = [an_item(by=ann), an_item(S.TRIAGED), an_item(S.TRIAGED)]
    other = a_label(on=a_question(product="notes", body=BODY, tags=("sync",)), type="praise")
    mesh = a_product("mesh").id
    newest_first = [other.item_id, *(one.id for one in reversed(items))]
    assert [row.id for row in inbox_page(stan, InboxFilter()).items] == newest_first
    assert [row.id for row in inbox_page(stan, InboxFilter(mesh, "triaged")).items] == [items[2].id, items[1].id]
    assert [row.id for row in inbox_page(stan, InboxFilter(type="praise")).items] == [other.item_id]
    assert [row.id for row in inbox_page(stan, InboxFilter(tag="sync")).items] == [other.item_id]
    assert inbox_page(stan, InboxFilter(tag="nothing")).items == []
    first = inbox_page(stan, InboxFilter(mesh), limit=2)
    assert [row.id for row in inbox_page(stan, InboxFilter(mesh), after=first.next, limit=2).items] == [items[0].id]
    assert state_counts(stan, mesh) == {"inbox": 1, "triaged": 2, "overdue": 0}


def test_what_is_past_its_deadline_is_in_the_overdue_list(ann, stan, pat, clock):
    waiting, undecided, decided = an_item(by=ann), an_item(S.TRIAGED), an_item(S.PLANNED)
    clock.advance(days=2)
    assert inbox_page(stan, InboxFilter(state="overdue")).items == []
    clock.advance(days=90)
    late = inbox_page(stan, InboxFilter(state="overdue")).items
    assert {row.id for row in late} == {waiting.id, undecided.id}
    assert all(row.overdue for row in late)
    assert decided.id not in {row.id for row in late}
    assert state_counts(stan)["overdue"] == 2


def test_the_deadline_to_sort_is_three_working_days(ann, app):
    item = an_item(by=ann)  # Tuesday 10:00 in Shanghai
    assert item.acknowledge_by == datetime(2026, 3, 6, 2, tzinfo=UTC)  # Friday 10:00


def test_the_inbox_costs_the_same_statements_however_long(ann, stan):
    an_item(by=ann)
    with statements() as few:
        inbox_page(stan, InboxFilter())
    for _again in range(4):
        an_item()
    with statements() as many:
        inbox_page(stan, InboxFilter())
    assert len(many) == len(few) <= 3


@pytest.mark.both_databases
def test_an_item_shows_its_sources_and_hides_what_is_not_public(ann, bob, eve, mona, stan):
    item_id = a_label(by=ann).item_id
    second = a_label(by=bob, item_id=item_id, type="request")
    _set_hidden(mona, second.question_id, hide=True)
    shown = item_page(stan, item_id)
    assert [(source.quote, source.url is None) for source in shown.sources] == [(SENTENCE, False), ("", True)]
    assert shown.people == 1
    with statements() as few:
        item_page(stan, item_id)
    for _again in range(5):
        a_label(on=a_question(body=BODY), by=eve, item_id=item_id)
    with statements() as many:
        item_page(stan, item_id)
    assert len(many) == len(few) <= 9


def test_an_item_offers_only_the_steps_that_this_person_may_take(ann, stan, pat):
    item = an_item(S.TRIAGED, by=ann)
    ways = {actor.name: {way.to for way in item_page(actor, item.id).ways} for actor in (ann, stan, pat)}
    assert ways == {"ann": set(), "stan": {"merged"}, "pat": {"under_review", "merged"}}


def test_a_stranger_does_not_find_the_item(ann, bob):
    item = an_item(by=ann)
    with pytest.raises(NotFound):
        item_page(bob, item.id)
    assert item_page(ann, item.id).contributes
    with pytest.raises(NotFound):
        item_page(ann, 4711)


@pytest.mark.both_databases
def test_a_thread_says_what_it_feeds(ann, bob, stan):
    question = a_question(by=ann, body=BODY)
    one = a_label(on=question, by=ann)
    a_label(on=question, by=ann, type="request", quote="What can I do?", title="A button that restarts the radio")
    other = a_label(by=bob, title="Radio stops")
    move(stan, one.item_id, S.MERGED, merged_into=other.item_id)
    labels = labels_of_question(question.id)
    assert [(label.post, label.title, label.type) for label in labels] == [
        (f"question:{question.id}", "Radio stops", "bug"),
        (f"question:{question.id}", "A button that restarts the radio", "request"),
    ]


@pytest.mark.both_databases
def test_a_title_made_from_a_post_goes_with_the_post(ann, bob, eve, stan, mona):
    """Staff see what they moderate; others see no word of it, in no list."""
    label = a_label(by=ann, quote="every ten minutes")
    a_label(by=bob, item_id=label.item_id)
    named = a_label(by=ann, title="A name of our own", type="docs")
    for question_id in (label.question_id, named.question_id):
        _set_hidden(mona, question_id, hide=True)
    assert item_page(stan, label.item_id).title == "every ten minutes"
    assert {item_page(actor, label.item_id).title for actor in (bob, eve)} == {"•••"}
    assert [row.title for row in inbox_page(eve, InboxFilter()).items] == ["A name of our own", "•••"]
    assert similar_items(label.product_id, "every ten minutes") == []
    assert [item.title for item in a_week(a_product()).items] == ["•••", "A name of our own"]


def test_similar_items_share_words_in_either_language(ann, stan):
    product = a_product()
    wanted = a_label(by=ann, title="Export reports to Excel")
    chinese = a_label(by=ann, type="request", title="把报表导出为表格")
    gone = a_label(by=ann, type="docs", title="Export reports as PDF")
    move(stan, gone.item_id, S.NOT_FEEDBACK)
    assert [one.id for one in similar_items(product.id, "How do I export the reports?")] == [wanted.item_id]
    assert [one.id for one in similar_items(product.id, "怎么导出报表")] == [chinese.item_id]
    assert similar_items(product.id, "") == []


def test_what_staff_wrote_before_they_were_staff_is_left_out_too(ann):
    """Roles are read as they are now: the rows of now decide."""
    a_question(by=ann)
    with transaction():
        db.session.execute(update(User).where(User.id == ann.id).values(role=Role.AGENT))
    assert a_week(a_product()).posts == ()


def test_types_are_those_of_the_contract():
    assert [kind.value for kind in FeedbackType] == ["bug", "request", "complaint", "praise", "docs"]
