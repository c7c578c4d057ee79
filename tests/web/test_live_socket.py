"""Open pages under a real server: what they hear, and what nobody may hear."""

import json
import threading
import time
from bisect import insort
from datetime import timedelta
from operator import itemgetter

import pytest
import requests
import socketio
import websocket

from app.domains.accounts.actions.sessions import end_all_sessions
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel import clock as clock_module
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_question, a_vote, an_answer
from tests.servers.live_forum import Forum, forum_beside_web
from tests.servers.ports import free_port
from tests.servers.web_process import served


@pytest.fixture(scope="module")
def forum(empty_database, tmp_path_factory):
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("live"), LIVE_CLIENTS="12") as both:
        yield both


class Page:
    """An open page's socket, with everything that it heard."""

    def __init__(self, forum, actor=None, question=None):
        self.heard, self.gone, self._more = [], threading.Event(), threading.Condition()
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("event", self._hear)
        self.socket.on("disconnect", lambda *_reason: self.gone.set())
        headers = {"Cookie": forum.cookie_of(actor)} if actor else {}
        self.socket.connect(forum.web.address, headers=headers, transports=["websocket"], wait_timeout=60)
        self.watched = self.socket.call("watch", {"question": question.id}) if question else None

    def _hear(self, message):
        with self._more:  # each in a thread of the client's, which may run in another order than they came
            insort(self.heard, message, key=itemgetter("id"))
            self._more.notify_all()

    def waits_for(self, kind, seconds=10, **facts):
        """The first message of this kind with these facts; fails where none comes."""
        with self._more:
            found = self._more.wait_for(lambda: self._found(kind, facts), seconds)
        assert found, f"no {kind} {facts} among {self.heard}"
        return found

    def _found(self, kind, facts):
        fitting = (each for each in self.heard if each["kind"] == kind and facts.items() <= each.items())
        return next(fitting, None)

    def kinds(self):
        return [message["kind"] for message in self.heard]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.socket.disconnect()


def test_an_open_page_hears_of_answers_comments_votes_and_states(forum):
    ann, bob = a_person("ann"), a_person("bob")
    question = a_question(by=ann)
    forum.work()
    with Page(forum, ann, question) as page:
        answer = an_answer(to=question, by=bob)
        a_comment(on=question, by=bob)
        a_vote(on=answer, by=ann)
        forum.work()

        assert page.waits_for("answer.posted")["answer"] == answer.id
        assert page.waits_for("comment.posted")["question"] == question.id
        assert page.waits_for("vote.changed")["score"] == 1
        assert page.waits_for("question.state")["state"] == "answered"
        assert page.waits_for("notification", about="answer_posted")["unread"] >= 1
        assert "restart the router" not in json.dumps(page.heard)


def test_a_message_for_one_person_reaches_nobody_else(forum):
    ann, bob, eve = a_person("ann"), a_person("bob"), a_person("eve")
    question = a_question(by=ann)
    with Page(forum, ann) as anns, Page(forum, eve, question) as eves, Page(forum) as guests:
        an_answer(to=question, by=bob)
        forum.work()

        anns.waits_for("notification")
        eves.waits_for("answer.posted")
        assert "notification" not in eves.kinds() + guests.kinds()
        assert guests.heard == []


def test_after_a_break_nothing_is_missing_and_nothing_comes_twice(forum):
    ann, bob = a_person("ann"), a_person("bob")
    question = a_question(by=ann)
    forum.work()
    with Page(forum, ann, question) as page:
        first = an_answer(to=question, by=bob)
        forum.work()
        last_id = page.waits_for("answer.posted", answer=first.id)["id"]
        last_id = max([last_id, *(message["id"] for message in page.heard)])

    with Page(forum, bob, question) as bobs:
        missed = [an_answer(to=question, by=bob, body=f"Another idea, number {n} of them.").id for n in range(5)]
        forum.work()
        bobs.waits_for("answer.posted", answer=missed[-1])  # said to all who were there: nobody hears it late

    with Page(forum, ann, question) as page:
        acknowledged = page.socket.call("resume", {"last_id": last_id})
        page.waits_for("answer.posted", answer=missed[-1])
        heard = [message["answer"] for message in page.heard if message["kind"] == "answer.posted"]
        ids = [message["id"] for message in page.heard]
    assert heard == missed
    assert ids == sorted(set(ids)) and acknowledged == {"last_id": ids[-1], "more": False}


def test_ending_the_session_closes_the_socket_within_five_seconds(forum):
    ann = a_person("ann")
    with Page(forum, ann) as page, Page(forum, a_person("bob")) as other:
        with transaction():
            end_all_sessions(ann.id)
        assert page.gone.wait(5)
        assert not other.gone.is_set()


def test_a_hidden_question_is_watched_and_heard_only_by_those_who_may_see_it(forum):
    ann, bob, mona = a_person("ann"), a_person("bob"), a_person("mona", role="moderator")
    question = a_question(by=ann)
    forum.work()
    with (
        Page(forum, ann, question) as asker,
        Page(forum, bob, question) as member,
        Page(forum, None, question) as guest,
    ):
        with transaction():
            hide_post(mona, db.session.get(Question, question.id), "A name in it")
        forum.work()
        asker.waits_for("question.state", state="hidden")
        with Page(forum, bob, question) as late:
            assert late.watched == {}
        assert "question.state" not in member.kinds() + guest.kinds()

        with transaction():
            restore_post(mona, db.session.get(Question, question.id))
        forum.work()
        member.waits_for("question.state", state="open")


def test_a_hidden_answer_is_heard_of_only_by_those_who_may_see_it(forum):
    ann, bob, mona = a_person("ann"), a_person("bob"), a_person("mona", role="moderator")
    question = a_question(by=ann)
    forum.work()
    with Page(forum, ann, question) as reader, Page(forum, mona, question) as moderator:
        answer = an_answer(to=question, by=bob)
        with transaction():
            hide_post(mona, db.session.get(Answer, answer.id), "Spam")
        forum.work()
        moderator.waits_for("answer.posted", answer=answer.id)
        moderator.waits_for("question.state")
        reader.waits_for("question.state")
        assert "answer.posted" not in reader.kinds()


def test_case_changes_are_heard_by_staff_of_the_product_only(forum):
    ann, stan = a_person("ann"), a_person("stan", role="agent")
    question = a_question(by=ann)
    forum.work()
    with Page(forum, ann, question) as asker, Page(forum, stan) as agent:
        clock_module.advance(timedelta(days=3))
        try:
            from app.domains.escalation.schedule import sweep_overdue

            sweep_overdue()
            forum.work()
        finally:
            clock_module.freeze(None)
        assert agent.waits_for("case.changed", question=question.id)["state"] == "queued"
        asker.waits_for("question.state", state="escalated")
        assert "case.changed" not in asker.kinds()


def test_two_readers_and_a_writer_are_counted_and_leave(forum):
    question = a_question(by=a_person("ann"))
    with Page(forum, a_person("bob"), question) as reader:
        with Page(forum, a_person("eve"), question) as writer, Page(forum, None, question):
            writer.socket.call("presence", {"question": question.id, "writing": True})
            reader.waits_for("presence", reading=2, writing=1)
        reader.waits_for("presence", reading=1, writing=0)


def test_polling_gives_the_same_lines_as_the_socket(forum):
    ann, bob = a_person("ann"), a_person("bob")
    question = a_question(by=ann)
    forum.work()
    headers = {"Cookie": forum.cookie_of(ann)}
    polled_from = requests.get(f"{forum.web.address}/events", headers=headers, timeout=60).json()["last_id"]
    with Page(forum, ann, question) as page:
        an_answer(to=question, by=bob)
        forum.work()
        page.waits_for("notification", about="answer_posted")
        page.waits_for("answer.posted")
        page.waits_for("question.state", state="answered")
        address = f"{forum.web.address}/events?after={polled_from}&question={question.id}"
        answer = requests.get(address, headers=headers, timeout=60).json()
        assert [each for each in answer["events"] if each["kind"] != "presence"] == [
            each for each in page.heard if each["kind"] != "presence"
        ]


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example", "https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "file://",
        "http://127.0.0.1.evil.example", "http://localhost", "http://evil.example:{port}", "http://[::1]:{port}",
        "chrome-extension://abc", "http://127.0.0.1:{port}.evil.example", "ftp://127.0.0.1:{port}",
        "http://user@127.0.0.1:{port}",
    ],
)  # fmt: skip
def test_a_page_of_another_origin_gets_no_socket(forum, origin):
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        raw_socket(forum, origin.format(port=forum.web.port))
    assert refused.value.status_code == 400


def test_long_polling_is_not_offered(forum):
    answer = requests.get(f"{forum.web.address}/socket.io/?EIO=4&transport=polling", timeout=60)
    assert answer.status_code == 400


def raw_socket(forum, origin=None):
    address = f"ws://127.0.0.1:{forum.web.port}/socket.io/?EIO=4&transport=websocket"
    own = origin or forum.web.address
    return websocket.create_connection(address, origin=own, timeout=60)


ODD = [
    "", "9", "x", "4", "42", "42{}", "42[]", "42[[]]", '42[{"a":1}]', "42[null]", '42["watch"]', '42["watch",null]',
    '42["watch",{"question":"1"}]', '42["watch",{"question":-1}]', '42["watch",{"question":1e400}]',
    '42["watch",{"question":99999999999999999999999}]', '42["watch",{"question":1}', '42["resume",{"last_id":true}]',
    '42["resume",[]]', '42["presence",7]', '42["presence",{"question":1,"writing":[]}]', '42["connect"]',
    '42["disconnect"]', '42["__class__",{}]', "43[]", "45", "451-[]", '451-["a",{"_placeholder":true,"num":0}]',
    "46", "41", "44{}", "4999999999", '42/other,["watch"]', "40/other,", "3", "5", "42" + "[" * 20000,
    "4" + "2" * 5000, "\x00", "4\ud7ff",
]  # fmt: skip


def test_odd_frames_end_at_most_their_own_socket(forum):
    ann, bob = a_person("ann"), a_person("bob")
    question = a_question(by=ann)
    with Page(forum, ann, question) as page:
        for frame in ODD:
            _send_oddly(forum, frame)
        _send_oddly(forum, b"\x00\xff\x04binary")
        _send_oddly(forum, "4" + "x" * 100_000)
        answer = an_answer(to=question, by=bob)
        forum.work()
        assert page.waits_for("answer.posted", answer=answer.id)
    assert forum.web.running.lives
    assert "Traceback" not in forum.log(), forum.log()[-3000:]


def _send_oddly(forum, frame):
    line = raw_socket(forum)
    line.recv()
    line.send("40")
    line.recv()
    if isinstance(frame, bytes):
        line.send_binary(frame)
    else:
        line.send(frame)
    line.close()


def test_who_sends_too_much_is_cut_off(forum):
    line = raw_socket(forum)
    line.recv()
    line.send("40")
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError, BrokenPipeError)):
        for _n in range(10_000):
            line.send('42["watch",{"question":1}]')
            if _n % 50 == 49:
                time.sleep(0.01)


def test_past_the_cap_a_page_is_refused_and_a_place_that_was_left_is_free_again(forum):
    lines = []
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        for _n in range(20):
            lines.append(raw_socket(forum))
    assert refused.value.status_code == 503 and len(lines) <= 12
    assert requests.get(f"{forum.web.address}/events", timeout=60).status_code == 200

    for line in lines:
        line.close()
    for _try in range(50):
        try:
            raw_socket(forum).close()
            break
        except websocket.WebSocketBadStatusException:
            time.sleep(0.1)
    else:
        pytest.fail("no place became free")


def test_another_web_process_has_every_message_and_stops_although_pages_are_open(forum):
    ann, bob = a_person("ann"), a_person("bob")
    question = a_question(by=ann)
    forum.work()
    before = requests.get(f"{forum.web.address}/events", timeout=60).json()["last_id"]
    answer = an_answer(to=question, by=bob)
    forum.work()
    with served(forum.folder, free_port(), forum.folder / "second.log") as second:
        elsewhere = Forum(forum.app, second, forum.folder)
        pages = [Page(elsewhere, ann, question)] + [Page(elsewhere) for _n in range(4)]
        pages[0].socket.call("resume", {"last_id": before})
        assert pages[0].waits_for("answer.posted", answer=answer.id)

        second.stop()  # waits for less than the time that gunicorn gives open connections
        for page in pages:
            assert page.gone.wait(5)
