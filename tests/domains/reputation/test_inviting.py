"""Who is asked about a new question, why, and who is left in peace."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.domains.accounts.models import Appointment, QuietHours, User
from app.domains.follows.actions import set_follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.questions.events import AnswerPosted, QuestionAsked
from app.domains.reputation.actions import choose_invitations, decline_invitation
from app.domains.reputation.events import ExpertsInvited
from app.domains.reputation.inviting import route
from app.domains.reputation.models import Invitation, Response
from app.domains.reputation.queries import invitations_for, invitations_of
from app.domains.reputation.reactions import invite_experts, note_answer_to_invitation
from app.domains.tags.queries import tag_by_name
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid, NotAllowed, NotFound
from app.kernel.events import EventRow, event_of
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.factories import a_person, a_question, an_answer


def last_event(kind):
    found = select(EventRow).where(EventRow.kind == kind.__name__).order_by(EventRow.id.desc()).limit(1)
    return event_of(db.session.scalars(found).one())


def asked_about(question) -> dict[str, dict[str, Any]]:
    """Name -> reason of those who were asked about a question that has just been asked."""
    with transaction():
        invite_experts(last_event(QuestionAsked))
    return {each.person.name: each.because for each in invitations_of(question.id)}


@pytest.fixture
def helpers(app):
    """Six people who answered questions on wifi: the first of them six, the last one."""
    people = [a_person(f"h{number}", level=1) for number in range(6)]
    asker = a_person("somebody", level=2)
    for place in range(6):
        question = a_question(by=asker, tags=("wifi",))
        for person in people[: 6 - place]:
            an_answer(to=question, by=person)
    return people


@pytest.mark.both_databases
def test_five_people_who_know_are_asked_and_told_why(helpers, ann, app):
    question = a_question(by=ann, tags=("wifi",))
    asked = asked_about(question)

    assert list(asked) == ["h0", "h1", "h2", "h3", "h4"]
    assert asked["h0"] == {"code": "answers_on_tag", "tag": "wifi", "n": 6}
    invited = last_event(ExpertsInvited)
    assert invited.question_id == question.id
    assert len(invited.user_ids) == 5


def test_a_question_asks_only_once_however_often_the_reaction_runs(helpers, ann, app):
    question = a_question(by=ann, tags=("wifi",))
    assert asked_about(question) == asked_about(question)


def test_the_asker_and_staff_are_not_asked(helpers, stan, app):
    an_answer(to=a_question(by=a_person(), tags=("wifi",)), by=stan)
    asked = asked_about(a_question(by=helpers[0], tags=("wifi",)))

    assert "h0" not in asked
    assert "stan" not in asked


def test_some_people_are_left_in_peace(helpers, ann, app, clock):
    asleep, opted_out, suspended, muting, gone, unconfirmed = helpers
    with transaction():
        db.session.add(QuietHours(user_id=asleep.id, starts_minute=22 * 60, ends_minute=7 * 60))  # it is 02:00 UTC
        choose_invitations(opted_out, opted_out=True, per_week=10)
        db.session.get_one(User, suspended.id).suspended_until = clock.now().replace(year=2030)
        set_follow(muting.id, FollowKind.TAG, tag_by_name("wifi").id, FollowLevel.MUTED)
        db.session.get_one(User, gone.id).anonymised_at = now()
        db.session.get_one(User, unconfirmed.id).email_confirmed_at = None

    question = a_question(by=ann, tags=("wifi",))
    assert asked_about(question) == {}
    # Who fits is another question.
    assert [each.user_id for each in route(question.id)][:2] == [asleep.id, opted_out.id]


def test_nobody_has_more_than_three_open_invitations(helpers, ann, app, clock):
    for _ in range(3):
        assert "h0" in asked_about(a_question(by=ann, tags=("wifi",)))
    fourth = a_question(by=ann, tags=("wifi",))
    assert "h0" not in asked_about(fourth)

    clock.advance(days=15)
    assert "h0" in asked_about(a_question(by=ann, tags=("wifi",)))


def test_nobody_is_asked_more_often_a_week_than_they_chose(helpers, ann, app, clock):
    with transaction():
        choose_invitations(helpers[0], opted_out=False, per_week=1)
    first = a_question(by=ann, tags=("wifi",))
    assert "h0" in asked_about(first)
    an_answer(to=first, by=helpers[0])

    assert "h0" not in asked_about(a_question(by=ann, tags=("wifi",)))
    clock.advance(days=8)
    assert "h0" in asked_about(a_question(by=ann, tags=("wifi",)))


def test_who_wants_no_limit_is_asked_whatever_waits(helpers, ann, app):
    with transaction():
        choose_invitations(helpers[0], opted_out=False, per_week=1, unlimited=True)
    for _ in range(12):
        assert "h0" in asked_about(a_question(by=ann, tags=("wifi",)))


def why_nobody(question) -> str | None:
    assert asked_about(question) == {}
    return invitations_of(question.id).why_nobody


@pytest.mark.both_databases
def test_why_nobody_could_be_asked_is_remembered(helpers, ann, bob, app):
    with transaction():
        for helper in helpers[1:]:
            choose_invitations(helper, opted_out=True, per_week=10)
    for _ in range(3):
        assert list(asked_about(a_question(by=ann, tags=("wifi",)))) == ["h0"]
    assert why_nobody(a_question(by=ann, tags=("wifi",))) == "share"

    with transaction():
        choose_invitations(helpers[1], opted_out=False, per_week=10)
        db.session.add(QuietHours(user_id=helpers[1].id, starts_minute=22 * 60, ends_minute=7 * 60))
    assert why_nobody(a_question(by=ann, tags=("wifi",))) == "share_or_quiet"

    with transaction():
        choose_invitations(helpers[0], opted_out=True, per_week=10)
    assert why_nobody(a_question(by=ann, tags=("wifi",))) == "quiet"

    with transaction():
        choose_invitations(helpers[1], opted_out=True, per_week=10)
    assert why_nobody(a_question(by=ann, tags=("wifi",))) == "unwilling"


def test_on_an_empty_forum_there_is_nobody_to_ask(ann, app):
    question = a_question(by=ann)
    assert why_nobody(question) == "nobody"
    assert why_nobody(question) == "nobody"  # however often the reaction runs


def test_a_young_product_asks_its_appointed_experts_and_followers(ann, bob, eve, newcomer, lena, app):
    question = a_question(by=ann, product="pay", tags=("refund",))
    with transaction():
        appointment = Appointment(product_id=question.product_id, user_id=bob.id, appointed_at=now())
        db.session.add(appointment)
        set_follow(eve.id, FollowKind.TAG, tag_by_name("refund").id, FollowLevel.WATCHING)
        set_follow(newcomer.id, FollowKind.PRODUCT, question.product_id, FollowLevel.TRACKING)
        set_follow(lena.id, FollowKind.PRODUCT, question.product_id, FollowLevel.WATCHING)

    assert asked_about(question) == {
        "bob": {"code": "appointed", "product": "Pay"},
        "eve": {"code": "follows_tag", "tag": "refund"},
        "newcomer": {"code": "follows_product", "product": "Pay"},
    }


def test_similar_titles_find_people_without_a_common_tag(ann, bob, eve, app):
    other = a_question(by=ann, title="How do I export invoices to a spreadsheet?", tags=("billing",))
    an_answer(to=other, by=bob)
    an_answer(to=a_question(by=ann, title="The lamp is too dark in winter", tags=("light",)), by=eve)
    question = a_question(by=ann, title="Export of invoices to a spreadsheet fails", tags=("files",))

    asked = asked_about(question)
    assert asked["bob"] == {"code": "similar", "n": 1}
    assert asked["eve"] == {"code": "active"}
    assert [each.user_id for each in route(question.id)] == [bob.id, eve.id]


def test_hidden_questions_and_staffs_own_ask_nobody(helpers, ann, stan, app):
    assert asked_about(a_question(by=stan, tags=("wifi",))) == {}

    hidden = a_question(by=ann, tags=("wifi",))
    with transaction():
        db.session.get_one(type(hidden), hidden.id).hidden = True
    assert asked_about(hidden) == {}


def test_questions_wait_for_the_person_until_answered_or_declined(helpers, ann, app):
    first, second = (a_question(by=ann, tags=("wifi",)) for _ in range(2))
    with transaction():
        for row in db.session.scalars(select(EventRow).where(EventRow.kind == "QuestionAsked")).all():
            if event_of(row).question_id in (first.id, second.id):
                invite_experts(event_of(row))
    h0, h1 = helpers[0], helpers[1]
    assert [each.card.id for each in invitations_for(h0)] == [second.id, first.id]

    an_answer(to=first, by=h0)
    with transaction():
        note_answer_to_invitation(last_event(AnswerPosted))
        decline_invitation(h0, second.id)
        decline_invitation(h0, second.id)

    assert invitations_for(h0) == []
    assert [each.card.id for each in invitations_for(h1)] == [second.id]
    assert {each.person.name: each.response for each in invitations_of(first.id)}["h0"] == "answered"
    assert "h0" not in {each.person.name for each in invitations_of(second.id)}
    mine = select(Invitation.response).where(Invitation.user_id == h0.id).order_by(Invitation.question_id)
    assert list(db.session.scalars(mine)) == [Response.ANSWERED, Response.DECLINED]


def test_only_who_was_asked_declines_and_only_while_they_may_act(helpers, ann, bob, app, clock):
    question = a_question(by=ann, tags=("wifi",))
    asked_about(question)
    with transaction(), pytest.raises(NotFound):
        decline_invitation(bob, question.id)
    suspended = replace(helpers[0], suspended_until=clock.now().replace(year=2030))
    with transaction(), pytest.raises(NotAllowed):
        decline_invitation(suspended, question.id)


@pytest.mark.parametrize("per_week", [0, -1, 51])
def test_how_often_is_a_number_from_one_to_fifty(ann, app, per_week):
    with transaction(), pytest.raises(Invalid) as refused:
        choose_invitations(ann, opted_out=False, per_week=per_week)
    assert list(refused.value.fields) == ["per_week"]


def test_inviting_costs_a_bounded_number_of_statements(helpers, ann, app):
    question = a_question(by=ann, tags=("wifi",))
    question_id = question.id
    with statements() as seen:
        asked_about(question)
    few = len(seen)
    for number in range(12):
        an_answer(to=a_question(by=a_person(), tags=("wifi",)), by=a_person(f"more{number}"))
    another = a_question(by=ann, tags=("wifi",))
    with statements() as seen:
        asked_about(another)
    assert len(seen) == few <= 45
    with statements() as seen:
        invitations_of(question_id)
    assert len(seen) == 1
