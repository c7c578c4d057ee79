"""Several processes are one forum: limits, live lines and pages hold across them, and a killed one loses nothing."""

from collections.abc import Iterator

import pytest

from app.kernel import clock as clock_module
from app.kernel import settings
from app.kernel.transaction import transaction
from bench.faults.clients import Notebook
from bench.faults.counting import counted
from bench.faults.stage import PRODUCT, TAG, eventually
from tests.scale.processes import KINDS, Listener, Processes, separate_processes
from tests.servers.postgresql import running_cluster

pytestmark = pytest.mark.soak

BURST = 5  # questions and answers of one member in a row; app/domains/questions/actions/posting.py
ASKED = {"title": "The lamp flickers at night", "body": "It does so since the update. What can I do?"}
ASKED |= {"product": PRODUCT, "tags": [TAG]}


@pytest.fixture(scope="module")
def forum() -> Iterator[Processes]:
    clock_module.freeze(None)
    with running_cluster(durable=False) as server, separate_processes(server, LIMITS="on") as forum:
        yield forum


def test_a_limit_counted_by_one_web_process_holds_in_the_other(forum: Processes) -> None:
    here, there = forum.client("web 1", 0), forum.client("web 2", 0)
    for number in range(BURST):
        program = (here, there)[number % 2]
        assert program.ask() is not None
    for program in (here, there):
        status, headers, _text = program.ask_once("POST", "/questions", ASKED)
        assert status == 429 and 0 < int(headers["Retry-After"]) <= 150
    assert forum.client("web 2", 1).ask() is not None


def test_an_answer_posted_through_a_web_process_reaches_a_socket_on_live(forum: Processes) -> None:
    question = forum.client("web 2", 2).ask()
    assert question is not None
    with Listener(forum, question) as page:
        assert page.hears(forum.client("web 1", 3).answer(question, 0))


def test_live_has_no_pages_and_web_has_no_sockets(forum: Processes) -> None:
    assert forum.page("live", "/questions").status_code == 404
    assert forum.page("live", "/readyz").status_code == 200
    refused = forum.page("web 1", "/socket.io/?EIO=4&transport=websocket")
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0


def test_a_kept_page_is_fresh_right_after_a_write_through_the_other_web_process(forum: Processes) -> None:
    question = forum.client("web 1", 4).ask()
    assert question is not None
    for number in range(3):
        before = forum.page("web 2", f"/questions/{question}").text
        notebook = Notebook()
        forum.client("web 1", 5 + number, notebook).answer(question, 0)
        mark = notebook.said[0].mark
        assert mark not in before and mark in forum.page("web 2", f"/questions/{question}").text


def test_a_kept_page_shows_no_setting_that_has_changed_since(forum: Processes) -> None:
    for name in ("The first name", "The second name", "The third name"):
        forum.page("web 1", "/questions")
        with forum.stage.app.app_context(), transaction():
            settings.change("site.name", name, None)
        assert all(name in forum.page(web, "/questions").text for web in ("web 1", "web 2"))


def test_without_redis_the_forum_goes_on_and_says_so(forum: Processes) -> None:
    before = len(forum.log_lines("web 1", "redis.away"))
    forum.redis.stop()
    try:
        assert forum.client("web 1", 8).ask() is not None
        assert forum.client("web 1", 9).ask() is not None
        ready = forum.page("web 1", "/readyz")
        assert ready.status_code == 200 and "REDIS_URL" in ready.text
        assert len(forum.log_lines("web 1", "redis.away")) == before + 1

        alone = forum.client("web 1", 10)
        assert all(alone.ask() is not None for _number in range(BURST))
        assert alone.ask() is None and ": 429 " in alone.notebook.refused[0], "a process alone still counts"
    finally:
        forum.redis.start()

    def is_back() -> bool:
        forum.client("web 1", 11).ask_once("GET", "/questions")
        return len(forum.log_lines("web 1", "redis.back")) == before + 1

    assert eventually(is_back, 30)
    assert "REDIS_URL" not in forum.page("web 1", "/readyz").text
    assert '"status": 500' not in forum.log("web 1") + forum.log("web 2")


def test_whichever_process_is_killed_nothing_is_lost_and_every_promise_is_kept_once(forum: Processes) -> None:
    forum.stage.promise_within(1)
    notebook, members = Notebook(), iter([1, 2, 3, 12, 13, 14, 15, 11, 9, 8])
    for name in KINDS:
        other = "web 2" if name == "web 1" else "web 1"
        first = forum.client("web 1", next(members), notebook)
        question = first.ask()
        forum.kill(name)
        meanwhile = forum.client(other, next(members), notebook)
        assert question is not None and meanwhile.ask() is not None
        answer = meanwhile.answer(question, first.person.actor.id or 0)
        forum.start(name)
        if name == "live":
            hears_what_was_said_while_it_was_away(forum, question, answer)

    forum.stage.stop_workers()  # there are none of its own: it ends the leases of the dead, as a minute would
    forum.stage.wait_until_quiet()
    result = counted(forum.stage, "each process killed once", notebook)
    assert result.wrong == [], result.remarks
    assert result.acknowledged == 3 * len(KINDS) and result.due >= len(KINDS)


def hears_what_was_said_while_it_was_away(forum: Processes, question: int, answer: int | None) -> None:
    with Listener(forum, question) as page:
        page.socket.call("resume", {"last_id": 0})
        assert page.hears(answer)
