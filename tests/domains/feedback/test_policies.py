"""Who may: tables of role and state, and each rule beside its SQL twin."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.domains.accounts.actor import GUEST, SYSTEM
from app.domains.accounts.models import Appointment
from app.domains.accounts.queries import actor_by_id
from app.domains.feedback import policies
from app.domains.feedback.models import Digest, FeedbackItem, FeedbackLabel, ItemState, Period
from app.domains.feedback.queries import is_behind
from app.domains.feedback.states import STEPS
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction
from tests.domains.feedback.feedback_rows import a_label, an_item, move
from tests.factories import a_person, a_product, a_question, a_vote


@pytest.mark.parametrize(
    ("who", "own", "foreign"),
    [
        ("guest", False, False),
        ("member", True, False),
        ("expert", True, True),
        ("appointed", True, True),
        ("agent", True, True),
        ("moderator", True, True),
        ("pm", True, True),
        ("unconfirmed", False, False),
    ],
)
def test_members_mark_their_own_posts_and_trusted_people_any(app, who, own, foreign):
    actor = _somebody(who)
    assert bool(policies.may_label(actor, SimpleNamespace(author_id=actor.id))) is own
    assert bool(policies.may_label(actor, SimpleNamespace(author_id=4711))) is foreign


def test_who_set_a_mark_takes_it_back_and_so_do_moderators_and_staff_of_the_product(ann, bob, mona, stan):
    elsewhere = a_person("elsewhere", role="agent", serves=(a_product("notes").id,))
    label = a_label(by=ann)
    verdicts = [bool(policies.may_unlabel(actor, label)) for actor in (ann, mona, stan, SYSTEM, bob, elsewhere, GUEST)]
    assert verdicts == [True, True, True, True, False, False, False]


def test_every_step_asks_for_the_right_person(ann, stan, lena, mona, pat, ada, eve):
    item = SimpleNamespace(product_id=a_product().id)
    allowed = {
        (before, after): [
            actor.name for actor in (ann, eve, stan, lena, mona, pat, ada) if policies.may_take(actor, item, step)
        ]
        for before, ways in STEPS.items()
        for after, step in ways.items()
    }
    sorts, decides = ["stan", "lena", "pat", "ada"], ["pat", "ada"]
    s = ItemState
    assert allowed[s.INBOX, s.TRIAGED] == allowed[s.INBOX, s.NOT_FEEDBACK] == allowed[s.PLANNED, s.MERGED] == sorts
    assert allowed[s.TRIAGED, s.UNDER_REVIEW] == allowed[s.UNDER_REVIEW, s.DECLINED] == decides
    assert allowed[s.IN_PROGRESS, s.SHIPPED] == allowed[s.SHIPPED, s.UNDER_REVIEW] == decides
    assert policies.may_take(ann, item, STEPS[s.SHIPPED][s.CONFIRMED], contributes=True)


def test_the_inbox_is_for_experts_moderators_and_staff(ann, eve, stan, mona, pat):
    verdicts = [bool(policies.may_see_inbox(actor)) for actor in (GUEST, ann, eve, stan, mona, pat)]
    assert verdicts == [False, False, True, True, True, True]


@pytest.mark.both_databases
def test_items_are_seen_by_those_whom_the_rule_names(app, ann, bob, eve, stan, lena, mona, pat, ada):
    """The twins agree: the same items by rule and by SQL, for everybody."""
    notes = a_product("notes")
    voter, follower, merged_author = a_person("voter"), a_person("follower"), a_person("merged_author")
    appointed = _appointed(notes.id)
    own_team = a_person("own_team", role="pm", serves=(notes.id,))
    items = [an_item(by=ann), an_item(by=bob), an_item(ItemState.SHIPPED)]
    elsewhere = a_label(on=a_question(by=bob, product="notes"), by=bob, quote="")
    items.append(db.session.get_one(FeedbackItem, elsewhere.item_id))
    a_vote(on=_question_of(items[1]), by=voter)
    with transaction():
        follow(follower, FollowKind.FEEDBACK, items[2].id)
    child = a_label(by=merged_author)
    _merge(child.item_id, items[0].id, stan)
    behind = (ann, bob, voter, follower, merged_author)
    for actor in (GUEST, SYSTEM, *behind, eve, stan, lena, mona, pat, ada, appointed, own_team):
        by_sql = set(db.session.scalars(select(FeedbackItem.id).where(policies.items_seen_by(actor))))
        every = list(db.session.scalars(select(FeedbackItem)))
        by_rule = {one.id for one in every if policies.may_see_item(actor, one, is_behind(actor.id, one.id))}
        assert by_sql == by_rule, actor.name
    seen = {actor.name: _seen(actor) for actor in (ann, voter, follower, merged_author, appointed, own_team)}
    assert seen["ann"] == {items[0].id}
    assert seen["voter"] == {items[1].id}
    assert seen["follower"] == {items[2].id}
    assert seen["merged_author"] == {items[0].id, child.item_id}
    assert seen["appointed"] == seen["own_team"] == {items[3].id}


@pytest.mark.both_databases
def test_digests_are_seen_by_staff_of_their_product(app, ann, eve, stan, lena, mona, pat, ada):
    mesh, notes = a_product("mesh"), a_product("notes")
    own_team = a_person("own_team", role="pm", serves=(notes.id,))
    admin_in_team = a_person("admin_in_team", role="admin", serves=(notes.id,))
    with transaction():
        for product in (mesh, notes):
            row = Digest(product_id=product.id, period=Period.WEEK, starts_at=now(), ends_at=now(), frozen_at=now())
            row.content, row.is_empty = "{}", False
            db.session.add(row)
    counts = {}
    for actor in (GUEST, SYSTEM, ann, eve, stan, lena, mona, pat, ada, own_team, admin_in_team):
        by_sql = set(db.session.scalars(select(Digest.id).where(policies.digests_seen_by(actor))))
        by_rule = {one.id for one in db.session.scalars(select(Digest)) if policies.may_see_digest(actor, one)}
        assert by_sql == by_rule, actor.name
        counts[actor.name or actor.role] = len(by_sql)
    assert counts == {
        "guest": 0, "system": 2, "ann": 0, "eve": 0, "stan": 2, "lena": 2, "mona": 0, "pat": 2, "ada": 2,
        "own_team": 1, "admin_in_team": 2,
    }  # fmt: skip


def _somebody(who):
    if who == "guest":
        return GUEST
    if who == "appointed":
        return _appointed(a_product().id)
    if who == "unconfirmed":
        return a_person("unconfirmed", confirmed=False)
    traits = {"member": {"level": 1}, "expert": {"level": 3}}.get(who, {"role": who})
    return a_person(who, **traits)


def _appointed(product_id):
    person = a_person("appointed")
    with transaction():
        db.session.add(Appointment(product_id=product_id, user_id=person.id, appointed_at=now()))
    return actor_by_id(person.id)


def _question_of(item):
    found = select(FeedbackLabel.question_id).where(FeedbackLabel.item_id == item.id)
    return db.session.get_one(Question, db.session.scalar(found))


def _merge(item_id, target_id, actor):
    move(actor, item_id, ItemState.MERGED, merged_into=target_id)


def _seen(actor):
    return set(db.session.scalars(select(FeedbackItem.id).where(policies.items_seen_by(actor))))
