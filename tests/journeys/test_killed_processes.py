"""A process that is killed comes back, and nothing that was said or promised is lost."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.journeys.running_forum import RunningForum, people, running_forum

WITHIN = 90.0  # seconds; most of it is the start of a process beside other tests


class Program:
    """Speaks to the running forum with somebody's token."""

    def __init__(self, forum: RunningForum, token: str) -> None:
        self.address, self.token = f"{forum.address}/api/v1", token

    def get(self, path: str) -> Any:
        return self._call(Request(f"{self.address}{path}"))

    def post(self, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode()
        return self._call(Request(f"{self.address}{path}", data, {"Content-Type": "application/json"}))

    def _call(self, request: Request) -> Any:
        request.add_header("Authorization", f"Bearer {self.token}")
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def ask(self, title: str) -> int:
        body = "It has been so since the update of this morning. What can I do?"
        return int(self.post("/questions", title=title, body=body, product="support", tags=["update"])["id"])

    def told(self) -> set[tuple[str, int]]:
        return {(one["kind"], one["question_id"]) for one in self.get("/notifications")["items"]}


@pytest.fixture(scope="module")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningForum]:
    with running_forum(tmp_path_factory.mktemp("killed")) as forum:
        forum.commands(people(("ann", "moderator"), ("eve", "member")))  # a moderator may bring new tags
        yield forum


@pytest.fixture(scope="module")
def ann_and_eve(forum: RunningForum) -> tuple[Program, Program]:
    ann, eve = forum.commands([(("users", "token", name), None) for name in ("ann", "eve")])
    return Program(forum, ann), Program(forum, eve)


def eventually(holds: Any) -> bool:
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.2)
    return False


def stop_between_transactions(forum: RunningForum, worker: int) -> None:
    """A process that stands still in the middle of a transaction would keep SQLite's only pen: nobody could post."""

    def writes_nothing() -> bool:
        os.kill(worker, signal.SIGSTOP)
        with closing(sqlite3.connect(forum.database, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                return True
            except sqlite3.OperationalError:
                os.kill(worker, signal.SIGCONT)
                return False

    assert eventually(writes_nothing)


def test_after_the_web_was_killed_it_serves_what_was_posted_before(
    forum: RunningForum, ann_and_eve: tuple[Program, Program]
) -> None:
    ann, _eve = ann_and_eve
    web = forum.child("web")
    assert web is not None
    question = ann.ask("The lamp stays dark after the update")
    os.kill(web, signal.SIGKILL)

    assert forum.new_child("web", instead_of=web)
    forum.wait_until_ready()
    assert ann.get(f"/questions/{question}")["title"] == "The lamp stays dark after the update"
    assert ann.ask("The lamp blinks after the second update") > question


def test_a_job_that_waited_when_the_worker_was_killed_is_done_by_the_next(
    forum: RunningForum, ann_and_eve: tuple[Program, Program]
) -> None:
    ann, eve = ann_and_eve
    question = ann.ask("The app forgets my password each night")
    worker = forum.child("worker")
    assert worker is not None
    stop_between_transactions(forum, worker)  # so that nothing can be done before the kill
    eve.post(f"/questions/{question}/answers", body="Allow it to use the key store, then it remembers.")
    assert ("answer_posted", question) not in ann.told()
    os.kill(worker, signal.SIGKILL)

    assert forum.new_child("worker", instead_of=worker)
    assert eventually(lambda: ("answer_posted", question) in ann.told()), forum.log.read_text()
    assert forum.parent is not None and forum.parent.poll() is None
