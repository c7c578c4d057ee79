"""Mail about notices, on its way through a real SMTP server."""

import re
import socket
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from app.domains.accounts.models import LinkPurpose, User
from app.domains.follows.actions import follow
from app.domains.follows.models import FollowKind
from app.domains.notifications.actions import mark_read, set_preferences
from app.domains.notifications.holding import promise_held_mail
from app.domains.notifications.kinds import KINDS
from app.domains.notifications.models import Frequency
from app.domains.questions.actions.hiding import hide_post
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.jobs import Job
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.factories import a_person, a_product, a_question, an_answer


class Postbox:
    """What a real mail server was given, parsed."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, _server, _session, envelope):
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def postbox(app):
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    app.extensions["config"].smtp_url = f"smtp://127.0.0.1:{port}"
    yield box
    controller.stop()


def part(message, kind):
    return message.get_body(preferencelist=(kind,)).get_content()


def mails_to(name):
    return [mail for mail in kept_mails() if mail.recipient == f"{name}@example.com" and mail.key.startswith("notif")]


def test_a_mail_about_an_answer_says_everything_in_text_and_html(postbox, worker, bob):
    ann = a_person("ann", language="en")
    question = a_question(by=ann, title="Why does the lamp flicker <at> night?")
    an_answer(to=question, by=bob, body="Please *tighten* the screw.")
    worker.tick_until_mailed()

    message = next(each for each in postbox.messages if "answered your question" in each["Subject"])
    assert message["To"] == "ann@example.com"
    assert message["Subject"] == "bob answered your question: Why does the lamp flicker <at> night?"
    assert re.fullmatch(r"<http://127\.0\.0\.1:5000/unsubscribe/\S+>", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Please *tighten* the screw." in part(message, "plain")
    assert "<em>tighten</em>" in part(message, "html")
    assert "flicker &lt;at&gt; night" in part(message, "html")
    for text in (part(message, "plain"), part(message, "html")):
        assert f"http://127.0.0.1:5000/questions/{question.id}/{question.slug}#answer-1" in text
        assert "http://127.0.0.1:5000/answered/solved/" in text
        assert "http://127.0.0.1:5000/answered/not-yet/" in text


def test_a_mail_speaks_its_readers_language(worker, bob, app):
    from flask_babel import get_translations

    from app.kernel.i18n import in_language

    ann = a_person("ann", language="zh")
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick_until_mailed()

    [mail] = mails_to("ann")
    with in_language("zh"):
        spoken = get_translations().gettext("This solved it")
    assert 'lang="zh-Hans"' in mail.html
    assert spoken in mail.text


def test_the_buttons_are_only_for_the_asker(worker, ann, bob, eve):
    question = a_question(by=ann)
    with transaction():
        follow(eve, FollowKind.QUESTION, question.id)
    an_answer(to=question, by=eve)
    worker.tick_until_mailed()
    an_answer(to=question, by=bob)
    worker.tick_until_mailed()

    assert all("/answered/solved/" in mail.text for mail in mails_to("ann"))
    assert [("/answered/" in mail.text) for mail in mails_to("eve")] == [False]


def test_no_mail_leaves_once_the_answer_is_hidden(worker, ann, bob, mona, app):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob, body="canary-4711 in a spam answer")
    _react_without_sending(worker)
    with transaction():
        hide_post(mona, db.session.get(Answer, answer.id), "Spam")
    worker.tick_until_mailed()

    assert all("canary-4711" not in mail.text + mail.html for mail in kept_mails())
    assert mails_to("ann") == []


@pytest.mark.parametrize("change", ["suspended", "unconfirmed", "anonymised", "switched off", "question hidden"])
def test_no_mail_leaves_to_who_must_not_get_it(change, worker, ann, bob, mona, clock, app):
    question = a_question(by=ann)
    with transaction():
        follow(bob, FollowKind.QUESTION, question.id)
    an_answer(to=question, by=ann, body="Thank you, I have tried it.")
    _react_without_sending(worker)
    with transaction():
        user = db.session.get(User, bob.id)
        if change == "suspended":
            user.suspended_until = clock.advance(hours=1)
            clock.advance(hours=-1)
        elif change == "unconfirmed":
            user.email_confirmed_at = None
        elif change == "anonymised":
            user.anonymised_at = clock.now()
        elif change == "switched off":
            set_preferences(bob, {"answer_posted": Frequency.NEVER})
        else:
            hide_post(mona, db.session.get(Question, question.id), "Private")
    worker.tick_until_mailed()

    assert mails_to("bob") == []


def test_a_mail_server_that_is_away_loses_no_mail(worker, ann, bob, clock, app):
    app.extensions["config"].smtp_url = "smtp://127.0.0.1:1"
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick_until_mailed()

    app.extensions["config"].smtp_url = None
    clock.advance(minutes=5)
    worker.tick_until_mailed()
    worker.tick_until_mailed()

    assert len(mails_to("ann")) == 1


def test_one_reminder_after_three_days_then_none(worker, ann, bob, eve, clock):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick_until_mailed()
    clock.advance(days=1)
    an_answer(to=question, by=eve)
    worker.tick_until_mailed()
    clock.advance(days=3, minutes=1)
    worker.tick_until_mailed()
    assert _reminders("ann") == 1

    clock.advance(days=1)
    an_answer(to=question, by=bob, body="One more idea: another cable.")
    worker.tick_until_mailed()
    clock.advance(days=10)
    worker.tick_until_mailed()
    assert _reminders("ann") == 1


def test_who_has_said_so_is_not_reminded(worker, client, ann, bob, clock):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick_until_mailed()
    assert client.post(_link(mails_to("ann")[0], "solved")).status_code == 303

    clock.advance(days=4)
    worker.tick_until_mailed()

    assert _reminders("ann") == 0


def test_opening_the_links_changes_nothing_and_each_button_works_once(worker, client, ann, bob):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick_until_mailed()
    [mail] = mails_to("ann")
    solved, not_yet = _link(mail, "solved"), _link(mail, "not-yet")

    for _scanner in range(3):
        assert client.get(solved).status_code == client.get(not_yet).status_code == 200
    assert _fresh(Question, question.id).accepted_answer_id is None

    assert client.post(solved).status_code == 303
    assert _fresh(Question, question.id).accepted_answer_id == answer.id
    assert client.post(solved).status_code == 404
    assert client.get(solved).status_code == 404


def test_not_yet_sets_the_question_waiting_again(worker, client, ann, bob):
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick_until_mailed()
    [mail] = mails_to("ann")

    assert client.post(_link(mail, "not-yet")).status_code == 303

    assert _fresh(Answer, answer.id).did_not_help
    assert _fresh(Question, question.id).first_answer_at is None


def test_a_link_of_one_purpose_does_not_open_the_other(worker, client, ann, bob):
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick_until_mailed()
    token = _link(mails_to("ann")[0], "solved").rsplit("/", 1)[1]

    assert client.post(f"/answered/not-yet/{token}").status_code == 404
    assert {purpose.value for purpose in LinkPurpose} >= {"solved", "not_yet"}


def test_one_click_ends_a_kind_of_mail_without_signing_in(worker, client, ann, bob):
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick_until_mailed()
    [mail] = mails_to("ann")
    address = urlsplit(mail.headers["List-Unsubscribe"].strip("<>")).path

    assert client.get(address).status_code == 200
    an_answer(to=question, by=bob, body="And please look at the fuse.")
    worker.tick_until_mailed()
    assert len(mails_to("ann")) == 2  # opening it ended nothing

    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    an_answer(to=question, by=bob, body="And please look at the plug.")
    worker.tick_until_mailed()
    assert len(mails_to("ann")) == 2


def test_a_changed_unsubscribe_link_opens_nothing(client):
    assert client.get("/unsubscribe/WzEsImFuc3dlcl9wb3N0ZWQiXQ.forged").status_code == 404


def test_every_kind_but_the_fixed_one_has_a_switch_and_staff_kinds_only_for_staff(ann, stan):
    from app.domains.notifications.queries import preferences_of

    members = {kind.name for kind, _on in preferences_of(ann)}
    agents = {kind.name for kind, _on in preferences_of(stan)}

    assert agents - members == {"question_escalated"}
    assert set(KINDS) - agents == {"role_granted", "case_raised", "case_overdue", "digest_ready"}


def _react_without_sending(worker):
    """The reactions have run; the mail still waits to leave."""
    with worker.worker.app.app_context():
        while worker.worker._work_at_home():
            pass


def _reminders(name):
    return sum("Did the answer help" in mail.subject for mail in mails_to(name))


def _link(mail, purpose):
    return re.search(rf"http://127\.0\.0\.1:5000(/answered/{purpose}/\S+)", mail.text)[1]


def _fresh(model, row_id):
    db.session.expire_all()
    return db.session.get(model, row_id)


def test_the_product_manager_gets_the_digest_itself(worker, ann, bob, clock, app):
    pat = a_person("pat", role="pm")
    an_answer(to=a_question(by=ann), by=bob)
    clock.advance(days=8)
    worker.tick_until_mailed()
    worker.tick_until_mailed()

    [mail] = mails_to(pat.name)
    assert "digest of" in mail.subject
    assert "/digests/" in mail.text and "/unsubscribe/" in mail.text
    assert "List-Unsubscribe" in mail.headers


def test_a_product_without_a_manager_sends_its_digest_to_the_lead(worker, ann, lena, stan, clock):
    a_question(by=ann)
    clock.advance(days=8)
    worker.tick_until_mailed()
    worker.tick_until_mailed()

    assert any("digest of" in mail.subject for mail in mails_to("lena"))
    assert not any("digest of" in mail.subject for mail in mails_to("stan"))


def test_everybody_behind_a_wish_hears_what_became_of_it_once(worker, ann, bob, eve):
    from app.domains.feedback.events import FeedbackStateChanged
    from app.domains.feedback.models import FeedbackItem, FeedbackTransition, FeedbackType, ItemState
    from app.kernel.clock import now
    from app.kernel.events import publish

    question = a_question(by=ann)
    with transaction():
        item = FeedbackItem(product_id=question.product_id, title="Dark mode", type=FeedbackType.REQUEST)
        item.created_at = item.state_since = now()
        db.session.add(item)
        db.session.flush()
        step = FeedbackTransition(
            item_id=item.id, from_state=ItemState.UNDER_REVIEW, to_state=ItemState.PLANNED, at=now()
        )
        db.session.add(step)
        db.session.flush()
        for person in (bob, eve):
            follow(person, FollowKind.FEEDBACK, item.id)
        event = {"item_id": item.id, "product_id": item.product_id, "transition_id": step.id}
        publish(FeedbackStateChanged(**event, before="under_review", after="planned", actor_id=eve.id))
        step_id = step.id
    worker.tick_until_mailed()

    assert [mail.subject for mail in mails_to("bob")] == ["“Dark mode”, which you stand behind, is now: Planned"]
    assert mails_to("eve") == []  # who decided it knows
    assert _fresh(FeedbackTransition, step_id).told == 1


def test_a_mail_waits_ten_minutes_and_is_not_sent_when_the_notice_was_read(worker, ann, bob, clock):
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick()
    clock.advance(minutes=9)
    worker.tick()
    assert mails_to("ann") == []

    with transaction():
        mark_read(ann)
    worker.tick_until_mailed()

    assert mails_to("ann") == []
    assert db.session.scalar(select(func.count()).where(Job.name == "notifications.deliver_thread")) == 0


def test_what_is_read_while_its_mail_is_tried_again_is_not_sent(worker, ann, bob, clock, app):
    app.extensions["config"].smtp_url = "smtp://127.0.0.1:1"
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick_until_mailed()

    app.extensions["config"].smtp_url = None
    with transaction():
        mark_read(ann)
    clock.advance(minutes=5)
    worker.tick()

    assert mails_to("ann") == []


def test_several_notices_of_one_thread_within_the_hold_are_one_mail(worker, ann, bob, eve, clock):
    question, other = a_question(by=ann), a_question(by=ann, title="Where is the switch of the lamp?")
    an_answer(to=question, by=bob, body="Turn the wheel to the left, gently.")
    worker.tick()
    clock.advance(minutes=6)
    an_answer(to=question, by=eve, body="Or unplug the red cable.")
    an_answer(to=other, by=bob)
    worker.tick()
    clock.advance(minutes=5)
    worker.tick()

    [mail] = mails_to("ann")  # the second answer came along before its own time, the other question waits
    for text in (mail.text, mail.html):
        assert "Turn the wheel" in text and "red cable" in text
        assert f"/questions/{question.id}/" in text and "#answer-2" in text
    clock.advance(minutes=30)
    worker.tick()
    assert len(mails_to("ann")) == 2


def test_a_mail_of_many_long_answers_stays_small(worker, ann, bob):
    question = a_question(by=ann)
    for number in range(25):
        an_answer(to=question, by=bob, body=f"{number} " + "换一根更长的电缆。" * 900)
    worker.tick_until_mailed()

    [mail] = mails_to("ann")
    assert len((mail.text + mail.html).encode()) < 100_000
    assert "5" in mail.text.rpartition("…")[2]


def test_a_posted_answer_promises_no_mail_job_yet(worker, ann, bob):
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick()

    assert not db.session.scalar(select(func.count()).where(Job.name.like("notifications.deliver%")))


def test_a_mail_is_promised_once_however_often_the_sweep_runs(worker, ann, bob, clock):
    an_answer(to=a_question(by=ann), by=bob)
    worker.tick()
    clock.advance(minutes=11)
    promise_held_mail()
    promise_held_mail()
    worker.tick()

    assert len(mails_to("ann")) == 1
    assert db.session.scalar(select(func.count()).where(Job.name == "notifications.deliver_thread")) == 1


def test_a_clock_that_was_ahead_holds_no_mail_back(worker, ann, bob, clock):
    question = a_question(by=ann)
    clock.advance(days=1)
    an_answer(to=question, by=bob)
    worker.tick()
    clock.advance(days=-1)
    worker.tick()
    clock.advance(minutes=1)
    worker.tick()

    assert len(mails_to("ann")) == 1


def test_staff_hear_at_once_of_a_question_that_nobody_answered(worker, ann, clock):
    mesh = a_product("mesh")
    a_person("stan", role="agent", serves=(mesh.id,))
    a_question(by=ann)
    worker.tick()
    clock.advance(hours=5)
    worker.tick()

    assert any("/staff/cases/" in mail.text for mail in mails_to("stan"))
