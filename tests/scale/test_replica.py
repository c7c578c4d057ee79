"""Whoever wrote reads it at once, although pages come from a replica that lags; a replica that fails fails nobody."""

import os
import re
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from app.domains.accounts.models import User
from app.domains.accounts.passwords import hash_password
from app.extensions import db
from app.kernel import clock as clock_module
from app.kernel.transaction import transaction
from bench.faults.stage import eventually
from tests.scale.processes import Processes, separate_processes
from tests.servers.postgresql import Cluster, Standby, running_cluster, running_standby

pytestmark = pytest.mark.soak

TRIES = 1000 if os.environ.get("SOAK") else 120
READERS = 4
LAG_MILLISECONDS = 300  # longer than a request takes on a busy machine
WEBS = ("web 1", "web 2")
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def primary() -> Iterator[Cluster]:
    clock_module.freeze(None)
    with running_cluster(durable=False) as server:
        yield server


@pytest.fixture(scope="module")
def replica(primary: Cluster) -> Iterator[Standby]:
    with running_standby(primary, delay_milliseconds=LAG_MILLISECONDS) as server:
        yield server


@pytest.fixture(scope="module")
def forum(primary: Cluster, replica: Standby) -> Iterator[Processes]:
    # The name of the database is known once it is made: it is the same on both servers.
    with separate_processes(primary, "worker 1") as forum:
        name = forum.stage.environment["DATABASE_URL"].rpartition("/")[2]
        forum.stage.environment["DATABASE_REPLICA_URL"] = f"{replica.address}/{name}"
        forum.start(*WEBS)
        assert all(serves(forum, web) for web in WEBS)
        yield forum


def reads(forum: Processes, web: str, server: str) -> float:
    return forum.figures(web).get(f'huzhu_reads_total{{server="{server}"}}', 0)


def serves(forum: Processes, web: str) -> bool:
    """Whether the replica takes part: visitors' pages are read from it."""

    def reads_more() -> bool:
        before = reads(forum, web, "replica")
        forum.page(web, "/questions")
        return reads(forum, web, "replica") > before

    return eventually(reads_more, 30, pause=0.3)


def signed_in(forum: Processes, member: int, web: str = "web 1") -> requests.Session:
    """This member's browser, which has signed in through that process a moment ago."""
    actor = forum.stage.members[member].actor
    with forum.stage.app.app_context(), transaction():
        db.session.get_one(User, actor.id).password_hash = hash_password(PASSWORD)
    browser = requests.Session()
    form = {"login": actor.name, "password": PASSWORD}
    own = {"Origin": forum.address(web)}  # what a browser says of a form of the forum's own page
    answer = browser.post(f"{forum.address(web)}/login", form, headers=own, timeout=60, allow_redirects=False)
    assert answer.status_code == 303, answer.text[-2000:]
    return browser


def csrf_token(page: requests.Response) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


class Reader:
    """A member who changes a question through one web process and reads it through the other, again and again."""

    def __init__(self, forum: Processes, member: int) -> None:
        self.forum, self.programs = forum, [forum.client(web, member) for web in WEBS]
        self.question = self.programs[0].ask()
        self.unseen, self.unseen_by_others, self.tries = 0, 0, 0

    def change_and_read(self, number: int) -> None:
        writes, reads = self.programs[number % 2], self.programs[(number + 1) % 2]
        title = f"The lamp of try {number} by {self.question} stays dark"
        status, _headers, text = writes.ask_once("PATCH", f"/questions/{self.question}", {"title": title})
        assert status == 200, text
        visitor = self.forum.page(WEBS[number % 2], f"/api/v1/questions/{self.question}")
        self.unseen_by_others += title not in visitor.text
        self.unseen += title not in reads.ask_once("GET", f"/questions/{self.question}")[2]
        self.tries += 1


def test_own_writes_are_never_unseen_while_others_are_served_by_the_replica(forum: Processes) -> None:
    before = {(web, server): reads(forum, web, server) for web in WEBS for server in ("replica", "primary")}
    readers = [Reader(forum, member) for member in range(READERS)]

    def live(reader: Reader) -> None:
        for number in range(TRIES // READERS):
            reader.change_and_read(number)

    threads = [threading.Thread(target=live, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    served = {server: sum(reads(forum, web, server) - before[web, server] for web in WEBS)
              for server in ("replica", "primary")}  # fmt: skip
    unseen_by_others = sum(reader.unseen_by_others for reader in readers)
    unseen = sum(reader.unseen for reader in readers)
    print(f"{TRIES} tries: {unseen} unseen, {unseen_by_others} not yet shown to visitors; GETs read from {served}")
    assert sum(reader.tries for reader in readers) == TRIES and unseen == 0
    assert unseen_by_others > 0, "the replica did not lag, so nothing was tried"
    assert served["replica"] > 0 and served["primary"] > 0


def test_who_signs_in_or_out_through_one_web_process_has_done_so_in_the_other(forum: Processes) -> None:
    for member in (5, 6, 7):
        browser = signed_in(forum, member, "web 1")
        inbox = browser.get(f"{forum.address('web 2')}/inbox", timeout=60, allow_redirects=False)
        assert inbox.status_code == 200
        form = {"csrf_token": csrf_token(inbox)}
        assert browser.post(f"{forum.address('web 2')}/logout", form, timeout=60, allow_redirects=False).ok
        after = browser.get(f"{forum.address('web 1')}/inbox", timeout=60, allow_redirects=False)
        assert after.status_code == 303 and "/login" in after.headers["Location"]


def test_a_browser_reads_its_own_comment_through_either_web_process(forum: Processes) -> None:
    question, browser = forum.client("web 1", 5).ask(), signed_in(forum, 6)
    path = f"/questions/{question}/"
    token = csrf_token(browser.get(f"{forum.address('web 1')}{path}", timeout=60))
    for number in range(8):
        said = {"csrf_token": token, "body": f"The lamp of my neighbour number {number} does the same."}
        here, there = WEBS[number % 2], WEBS[(number + 1) % 2]
        address = f"{forum.address(here)}/questions/{question}/comments"
        posted = browser.post(address, said, timeout=60, allow_redirects=False)
        assert posted.status_code == 303, posted.text[-2000:]
        assert said["body"] in browser.get(f"{forum.address(there)}{path}", timeout=60).text


def test_once_the_replica_has_caught_up_it_serves_the_writer_too(forum: Processes) -> None:
    program = forum.client("web 1", 7)
    question = program.ask()

    def is_served_by_the_replica() -> bool:
        before = reads(forum, "web 1", "replica")
        program.ask_once("GET", f"/questions/{question}")
        return reads(forum, "web 1", "replica") > before

    assert eventually(is_served_by_the_replica, 20)


def test_what_the_replica_does_not_know_yet_is_asked_of_the_primary(forum: Processes) -> None:
    for number in range(5):
        question = forum.client("web 1", 8 + number).ask()
        assert forum.page("web 2", f"/api/v1/questions/{question}").status_code == 200


def test_a_page_that_writes_is_no_error_on_the_replica(forum: Processes) -> None:
    """Views are counted after the answer of a GET; a session notes its visit."""
    question = forum.client("web 1", 13).ask()
    browser = signed_in(forum, 14)
    until = time.monotonic() + 7  # views are stored every five seconds
    while time.monotonic() < until:
        for web in WEBS:
            assert forum.page(web, f"/questions/{question}/").ok
            assert browser.get(f"{forum.address(web)}/questions/{question}/", timeout=60).ok
        time.sleep(0.2)
    assert not [line for web in WEBS for line in forum.log_lines(web, "request") if line["status"] >= 500]
    assert not [line for web in WEBS for line in forum.log_lines(web, "readers.not_stored")]


def test_without_redis_only_visitors_read_from_the_replica(forum: Processes) -> None:
    forum.redis.stop()
    try:
        Reader(forum, 1).change_and_read(0)
        before = reads(forum, "web 1", "replica")
        member = forum.client("web 1", 2)
        assert member.ask_once("GET", "/questions")[0] == 200
        assert reads(forum, "web 1", "replica") == before
        assert serves(forum, "web 1")
    finally:
        forum.redis.start()


def test_a_replica_that_was_killed_is_left_out_and_comes_back(forum: Processes, replica: Standby) -> None:
    assert all(serves(forum, web) for web in WEBS)
    before = {web: said(forum, web) for web in WEBS}
    replica.kill()
    try:
        until = time.monotonic() + 3
        while time.monotonic() < until:
            assert all(forum.page(web, path).status_code == 200 for web in WEBS for path in ("/questions", "/tags"))
        assert all(said(forum, web) == (before[web][0] + 1, before[web][1]) for web in WEBS)
        ready = forum.page("web 1", "/readyz")
        assert ready.status_code == 200 and "DATABASE_REPLICA_URL" in ready.text
    finally:
        replica.start()
    assert all(serves(forum, web) for web in WEBS)
    assert all(said(forum, web) == (before[web][0] + 1, before[web][1] + 1) for web in WEBS)


def said(forum: Processes, web: str) -> tuple[int, int]:
    """How often the log says that the replica was left out, and that it is back."""
    return len(forum.log_lines(web, "replica.left_out")), len(forum.log_lines(web, "replica.back"))


def test_a_replica_that_stands_still_is_left_out(forum: Processes, replica: Standby) -> None:
    assert all(serves(forum, web) for web in WEBS)
    before = said(forum, "web 1")[0]
    replica.ask("SELECT pg_wal_replay_pause()")
    try:
        question = forum.client("web 2", 3).ask()

        def is_left_out() -> bool:
            assert forum.page("web 1", f"/api/v1/questions/{question}").status_code == 200
            forum.client("web 2", 4).ask_once("GET", f"/questions/{question}")
            return said(forum, "web 1")[0] > before

        assert eventually(is_left_out, 30, pause=0.3)
        assert "behind" in forum.log_lines("web 1", "replica.left_out")[-1]["because"]
    finally:
        replica.ask("SELECT pg_wal_replay_resume()")
    assert serves(forum, "web 1")


def test_while_the_primary_is_away_the_replica_serves_who_only_reads(forum: Processes, primary: Cluster) -> None:
    question = forum.client("web 1", 9).ask()
    assert all(serves(forum, web) for web in WEBS)
    time.sleep(2)  # what was asked is on the replica, and each process has looked at both servers since
    primary.stop("fast")
    try:
        for web in WEBS:
            assert forum.page(web, f"/api/v1/questions/{question}").status_code == 200
            status, headers, _text = forum.client(web, 10).ask_once("POST", "/questions", {"title": "The lamp hums"})
            assert status == 503 and headers["Retry-After"]
            assert forum.page(web, "/readyz").status_code == 503
    finally:
        primary.start()
    assert forum.client("web 1", 10).ask() is not None
