"""What somebody who was away for a week is told, once a week."""

import pytest
from sqlalchemy import func, select, update

from app.domains.accounts.models import User
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind, FollowLevel
from app.domains.notifications.actions import set_preferences
from app.domains.notifications.away import promise_away_mail
from app.domains.notifications.models import Frequency
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Question
from app.domains.questions.queries import tag_ids_of
from app.extensions import db
from app.kernel.jobs import Job
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question, an_answer

pytestmark = pytest.mark.both_databases


def away_mails(name):
    return [mail for mail in kept_mails() if mail.recipient == f"{name}@example.com" and mail.key.startswith("away:")]


def was_here(actor, clock):
    with transaction():
        db.session.execute(update(User).where(User.id == actor.id).values(seen_at=clock.now()))


def a_day_later(worker, clock, days=1):
    for _day in range(days):
        clock.advance(days=1)
        worker.tick()


def test_who_was_away_reads_of_answers_first_and_then_of_what_they_follow_once_a_week(ann, bob, eve, worker, clock):
    mine = a_question(by=ann, title="My lamp flickers at night")
    was_here(ann, clock)
    with transaction():
        follow(ann, FollowKind.TAG, tag_ids_of(mine.id)[0])
    clock.advance(days=1)
    an_answer(to=mine, by=bob)
    a_question(by=eve, title="Who knows this strange noise")
    worker.tick()
    a_day_later(worker, clock, days=5)
    assert away_mails("ann") == []

    a_day_later(worker, clock, days=3)
    [mail] = away_mails("ann")
    assert mail.subject == "Your question was answered: My lamp flickers at night"
    assert mail.text.index("My lamp flickers") < mail.text.index("Who knows this strange noise")
    assert "/unsubscribe/" in mail.headers["List-Unsubscribe"]

    a_day_later(worker, clock, days=12)
    assert len(away_mails("ann")) == 1  # nothing more has happened


def test_nothing_is_said_of_what_is_hidden_or_muted_and_nothing_at_all_where_nothing_is_left(
    ann, bob, eve, mona, worker, clock
):
    mine, hidden = a_question(by=ann), a_question(by=eve, title="canary-12 in the title")
    muted = a_question(by=eve, title="Muted by the person who is away")
    was_here(ann, clock)
    with transaction():
        follow(ann, FollowKind.PRODUCT, mine.product_id)
        follow(ann, FollowKind.QUESTION, muted.id, FollowLevel.MUTED)
        hide_post(mona, db.session.get(Question, hidden.id), "A name in it")
    a_day_later(worker, clock, days=9)

    assert away_mails("ann") == []


@pytest.mark.parametrize("why", ["back", "never", "unconfirmed", "suspended", "gone for long"])
def test_no_mail_to_who_is_back_or_must_not_get_it(why, ann, bob, worker, clock):
    question = a_question(by=ann)
    was_here(ann, clock)
    clock.advance(days=200 if why == "gone for long" else 8)
    an_answer(to=question, by=bob)
    if why == "back":
        promise_away_mail()  # looked at, and back before nine in the morning
        was_here(ann, clock)
    with transaction():
        user = db.session.get(User, ann.id)
        if why == "never":
            set_preferences(ann, {"away": Frequency.NEVER})
        elif why == "unconfirmed":
            user.email_confirmed_at = None
        elif why == "suspended":
            user.suspended_until = clock.advance(days=30)
            clock.advance(days=-30)
    a_day_later(worker, clock, days=2)

    assert away_mails("ann") == []


def test_a_sweep_that_runs_twice_promises_one_mail(ann, bob, worker, clock):
    an_answer(to=a_question(by=ann), by=bob)
    was_here(ann, clock)
    clock.advance(days=8)
    promise_away_mail()
    promise_away_mail()

    waiting = select(func.count()).where(Job.name == "notifications.deliver_away")
    assert db.session.scalar(waiting.where(Job.key.like(f"mail:away:{ann.id}:%"))) == 1


def test_a_mail_waits_for_the_morning_and_for_the_end_of_quiet_hours(bob, worker, clock):
    from app.domains.accounts.actions.profiles import set_quiet_hours

    mei = a_person("mei", timezone="Asia/Shanghai")
    question = a_question(by=mei)
    was_here(mei, clock)
    with transaction():
        set_quiet_hours(mei, (22 * 60, 10 * 60))
    clock.advance(days=8)
    an_answer(to=question, by=bob)
    promise_away_mail()

    due_at = db.session.scalar(select(Job.due_at).where(Job.key.like(f"mail:away:{mei.id}:%")))
    assert due_at is not None and (due_at.hour, due_at.minute) == (2, 0)
