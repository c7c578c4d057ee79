"""The daily and the weekly round-up, and mail that waits for the end of quiet hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.domains.accounts.actions.profiles import set_quiet_hours
from app.domains.accounts.quiet_hours import quiet_until
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind
from app.domains.notifications.actions import mark_read, set_preferences
from app.domains.notifications.holding import promise_held_mail
from app.domains.notifications.models import Frequency
from app.domains.notifications.rounds import next_round
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.jobs import Job
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_question, an_answer

TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def wants(actor, **often):
    with transaction():
        set_preferences(actor, {kind: Frequency(value) for kind, value in often.items()})


def mails_to(name):
    return [mail for mail in reversed(kept_mails()) if mail.recipient == f"{name}@example.com"]


@pytest.mark.both_databases
def test_a_day_is_one_mail_at_nine_where_the_person_lives_grouped_by_thread(bob, eve, worker, clock):
    clock.at(TUESDAY)
    mei = a_person("mei", language="zh", timezone="Asia/Shanghai")  # it is 20:00 there
    wants(mei, answer_posted="daily", comment_posted="daily", solved_reminder="never")
    lamp = a_question(by=mei, title="The lamp flickers at night")
    router = a_question(by=mei, title="The router is slow today")
    an_answer(to=lamp, by=bob, body="Tighten the screw, please.")
    an_answer(to=router, by=bob, body="Move it to the window.")
    a_comment(on=lamp, by=eve, body="Which lamp is it, please?")
    worker.tick_until_mailed()
    clock.at(datetime(2026, 11, 25, 0, 59, tzinfo=UTC))
    worker.tick()
    assert mails_to("mei") == []

    clock.at(datetime(2026, 11, 25, 1, 0, 30, tzinfo=UTC))
    worker.tick()
    [mail] = mails_to("mei")
    for text in (mail.text, mail.html.partition("<body")[2]):
        assert text.count("The lamp flickers at night") == 1 and text.count("The router is slow today") == 1
        assert "Tighten the screw" in text and "Which lamp is it" in text and "Move it to the window" in text
    assert 'lang="zh-Hans"' in mail.html and "List-Unsubscribe" in mail.headers

    clock.advance(days=3)
    worker.tick()
    assert len(mails_to("mei")) == 1


def test_what_is_read_or_hidden_until_then_is_left_out_and_nothing_left_is_no_mail(ann, bob, eve, mona, worker, clock):
    clock.at(TUESDAY)
    wants(ann, answer_posted="daily")
    zoe = a_person("zoe")
    wants(zoe, answer_posted="daily")
    read, seen = a_question(by=ann, title="Read before the morning"), a_question(by=ann, title="Unread in the morning")
    hidden = a_question(by=eve, title="canary-88 in the title of it")
    with transaction():
        for person in (ann, zoe):
            follow(person, FollowKind.QUESTION, hidden.id)
    for question in (read, seen, hidden):
        an_answer(to=question, by=bob)
    worker.tick()
    with transaction():
        mark_read(ann, question_id=read.id)
        hide_post(mona, db.session.get(Question, hidden.id), "A name in it")
    clock.advance(days=1)
    worker.tick()

    [mail] = mails_to("ann")
    assert "Unread in the morning" in mail.text and "Read before" not in mail.text
    assert "canary-88" not in mail.text + mail.html
    assert mails_to("zoe") == []


@pytest.mark.both_databases
def test_a_week_is_one_mail_on_monday_and_the_days_mail_of_that_morning_is_part_of_it(ann, bob, worker, clock):
    clock.at(TUESDAY)
    wants(ann, answer_posted="weekly", comment_posted="daily", solved_reminder="never")
    question = a_question(by=ann)
    an_answer(to=question, by=bob, body="Weekly: tighten the screw.")
    worker.tick()
    clock.at(datetime(2026, 11, 29, 12, 0, tzinfo=UTC))
    a_comment(on=question, by=bob, body="Daily: and which lamp is it?")
    worker.tick()
    assert mails_to("ann") == []

    clock.at(datetime(2026, 11, 30, 9, 0, 30, tzinfo=UTC))
    worker.tick()
    [mail] = mails_to("ann")
    assert "Weekly: tighten" in mail.text and "Daily: and which" in mail.text


@pytest.mark.both_databases
def test_a_round_up_is_promised_once_however_often_and_late_the_sweep_runs(ann, bob, worker, clock):
    clock.at(TUESDAY)
    wants(ann, answer_posted="daily")
    for _number in range(3):
        an_answer(to=a_question(by=ann), by=bob)
    worker.tick()
    clock.advance(days=2)
    promise_held_mail()
    promise_held_mail()

    assert db.session.scalar(select(func.count()).where(Job.name == "notifications.deliver_round")) == 1
    worker.tick()
    worker.tick()
    assert len(mails_to("ann")) == 1


def test_the_way_out_of_a_round_up_ends_all_that_comes_by_it_and_nothing_else(client, ann, bob, worker, clock):
    clock.at(TUESDAY)
    wants(ann, answer_posted="daily", mentioned="weekly", comment_posted="at_once")
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick()
    clock.advance(days=1)
    worker.tick()
    address = mails_to("ann")[0].headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:5000")

    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200

    from app.domains.notifications.queries import preferences_of

    often = {kind.name: str(how) for kind, how in preferences_of(ann)}
    assert (often["answer_posted"], often["mentioned"]) == ("never", "never")
    assert (often["comment_posted"], often["away"]) == ("at_once", "weekly")


@pytest.mark.parametrize(
    ("zone", "after", "often", "due"),
    [
        ("Europe/Berlin", "2026-03-28T20:00+00:00", "daily", "2026-03-29T09:00"),  # the clocks go forward that night
        ("Europe/Berlin", "2026-10-24T20:00+00:00", "daily", "2026-10-25T09:00"),
        ("America/New_York", "2026-11-24T13:59+00:00", "daily", "2026-11-24T09:00"),
        ("America/New_York", "2026-11-24T14:00+00:00", "daily", "2026-11-25T09:00"),
        ("Asia/Shanghai", "2026-11-30T00:59+00:00", "weekly", "2026-11-30T09:00"),
        ("Asia/Shanghai", "2026-11-30T01:00+00:00", "weekly", "2026-12-07T09:00"),
    ],
)
def test_a_round_up_leaves_at_nine_by_the_clocks_of_the_place(zone, after, often, due):
    found = next_round(zone, Frequency(often), datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(zone)) and found.tzinfo == ZoneInfo(zone)


def quiet(actor, starts, ends):
    with transaction():
        set_quiet_hours(actor, (starts * 60, ends * 60))


@pytest.mark.both_databases
def test_in_quiet_hours_mail_waits_for_their_end_over_midnight(bob, worker, clock):
    clock.at(datetime(2026, 11, 24, 15, 0, tzinfo=UTC))  # 23:00 in Shanghai
    mei = a_person("mei", timezone="Asia/Shanghai")
    quiet(mei, 22, 7)
    an_answer(to=a_question(by=mei), by=bob)
    worker.tick_until_mailed()
    clock.at(datetime(2026, 11, 24, 22, 59, tzinfo=UTC))
    worker.tick()
    assert mails_to("mei") == []

    clock.at(datetime(2026, 11, 24, 23, 0, 10, tzinfo=UTC))
    worker.tick()
    worker.tick()
    assert len(mails_to("mei")) == 1


def test_what_is_read_in_quiet_hours_is_not_mailed_after_them(bob, worker, clock):
    clock.at(datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
    ann = a_person("ann")
    quiet(ann, 22, 7)
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick_until_mailed()
    with transaction():
        mark_read(ann)
    clock.advance(hours=9)
    worker.tick()

    assert mails_to("ann") == []


def test_a_round_up_waits_for_who_sleeps_late_and_is_one_mail(ann, bob, worker, clock):
    clock.at(TUESDAY)
    wants(ann, answer_posted="daily")
    quiet(ann, 1, 11)
    for _number in range(2):
        an_answer(to=a_question(by=ann), by=bob)
    worker.tick()
    clock.at(datetime(2026, 11, 25, 9, 1, tzinfo=UTC))
    worker.tick()
    assert mails_to("ann") == []

    clock.at(datetime(2026, 11, 25, 11, 1, tzinfo=UTC))
    worker.tick()
    assert len(mails_to("ann")) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("zone", "at", "until"),
    [
        ("UTC", "2026-11-24T23:30+00:00", "2026-11-25T07:00+00:00"),
        ("UTC", "2026-11-25T06:59+00:00", "2026-11-25T07:00+00:00"),
        ("UTC", "2026-11-25T07:00+00:00", None),
        ("Asia/Tokyo", "2026-11-24T13:00+00:00", "2026-11-24T22:00+00:00"),
        ("Europe/Berlin", "2026-03-28T22:00+00:00", "2026-03-29T05:00+00:00"),  # a night of one hour less
    ],
)
def test_quiet_hours_end_where_the_person_lives(app, zone, at, until):
    sleeper = a_person("sleeper", timezone=zone)
    quiet(sleeper, 22, 7)

    found = quiet_until([sleeper.id], datetime.fromisoformat(at))

    assert found == ({sleeper.id: datetime.fromisoformat(until)} if until else {})


def test_urgent_mail_comes_at_any_hour(ann, worker, clock):
    from tests.factories import a_product

    mesh = a_product("mesh", open_always=True)
    clock.at(TUESDAY)
    stan = a_person("stan", role="agent", serves=(mesh.id,))
    quiet(stan, 0, 23)
    a_question(by=ann)
    worker.tick()
    clock.advance(hours=5)
    worker.tick()

    assert any("/staff/cases/" in mail.text for mail in mails_to("stan"))
