"""Where the faults take place: a forum on an empty database, its people, and its processes."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from uuid import uuid4

from flask import Flask
from sqlalchemy import and_, func, or_, select, update

from app import create_app
from app.config import Settings
from app.domains.accounts.actions.tokens_managing import issue_token
from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.escalation.actions.policies_editing import set_policy
from app.domains.escalation.models import Case, CaseState
from app.domains.notifications.models import Notification
from app.domains.products.queries import product_by_slug
from app.domains.tags.actions import find_or_create_tags
from app.extensions import Model, db
from app.kernel.clock import now
from app.kernel.jobs import Job, JobState
from app.kernel.transaction import transaction
from bench.faults.mail_server import MailServer, misbehaving
from bench.faults.processes import Running, serve, work
from tests.factories import a_person, a_product
from tests.servers.ports import free_port
from tests.servers.postgresql import Cluster, drop_database, fresh_database, running_cluster

PRODUCT, TAG = "lamp", "light"
KINDS = ("sqlite", "postgresql")
WITHIN = 120.0  # seconds until a process answers, or everything that was promised is done


@dataclass
class Person:
    actor: Actor
    token: str


@dataclass
class Stage:
    """`app` is this process's own view of the forum: it makes people and counts what was stored."""

    kind: str
    folder: Path
    app: Flask
    environment: dict[str, str]
    cluster: Cluster | None = None
    mail: MailServer | None = None
    members: list[Person] = field(default_factory=list)
    agents: list[Person] = field(default_factory=list)
    web: Running | None = None
    workers: list[Running] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    def start_web(self, *, wait: bool = True) -> None:
        self.web = Running(serve, self.environment, self.log)
        if wait:
            self.wait_for_web()

    def start_worker(self, shift_seconds: float = 0) -> Running:
        worker = Running(work, self.environment, self.log, shift_seconds)
        self.workers.append(worker)
        return worker

    def start(self, workers: int = 1) -> None:
        """What `make run` runs, where it does not run yet."""
        if self.web is None or not self.web.lives:
            self.start_web(wait=False)
        self.workers = [worker for worker in self.workers if worker.lives]
        while len(self.workers) < workers:
            self.start_worker()
        self.wait_for_web()

    def stop_workers(self) -> None:
        """With kill -9; their leases end with them, as they would a minute later."""
        for worker in self.workers:
            worker.kill()
        self.workers.clear()
        with transaction():
            leased = update(Job).where(Job.state == JobState.WAITING, Job.lease_until.is_not(None))
            db.session.execute(leased.values(lease_until=None, lease_by=None))

    def stop(self) -> None:
        self.stop_workers()
        if self.web is not None:
            self.web.kill()
            self.web = None

    def wait_for_web(self) -> None:
        def answers() -> bool:
            try:
                urlopen(f"{self.address}/healthz", timeout=10).close()
            except HTTPError:
                return True
            except (URLError, ConnectionError, TimeoutError):
                return False
            return True

        assert eventually(answers), self.log.read_text()[-4000:]

    def promise_within(self, seconds: int) -> None:
        """How long peers answer alone, from the next question on."""
        with transaction():
            set_policy(SYSTEM, product_by_slug(PRODUCT).id, peer=seconds)

    def wait_until_quiet(self) -> None:
        """Until nothing is owed any more: no job, no promise that has run out. TimeoutError where for two minutes
        nothing was done."""
        before = self.owed()
        while before:
            if not eventually(lambda before=before: self.owed() != before, pause=0.2):
                raise TimeoutError(f"still owed: {self.owed()}\n{self.log.read_text()[-4000:]}")
            before = self.owed()

    def owed(self) -> dict[str, int]:
        """How many jobs of a name wait, how many mails are held no more, and how many promises ran out unnoticed;
        empty where nothing is owed."""
        at = now()
        due = select(Job.name, func.count()).where(Job.state == JobState.WAITING, Job.due_at <= at).group_by(Job.name)
        late = or_(and_(Case.state == CaseState.ARMED, Case.due_at <= at), Case.wake_at <= at)
        found = {name: number for name, number in db.session.execute(due)}
        overdue = db.session.scalar(select(func.count()).select_from(Case).where(late)) or 0
        held = db.session.scalar(select(func.count()).where(Notification.mail_due_at <= at)) or 0
        db.session.rollback()
        return found | ({"promises": overdue} if overdue else {}) | ({"held mails": held} if held else {})


def eventually(holds: Any, seconds: float = WITHIN, pause: float = 0.05) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(pause)
    return bool(holds())


@contextmanager
def staged(
    kind: str,
    server: Cluster | None = None,
    *,
    members: int = 16,
    settings: Mapping[str, str] = MappingProxyType({}),
    with_mail: bool = False,
) -> Iterator[Stage]:
    """A forum on an empty database of this kind, with nobody serving it yet; `server` is a PostgreSQL that runs.
    Without a mail server of its own it keeps its mails."""
    with ExitStack() as leaving:
        folder = Path(tempfile.mkdtemp(prefix="huzhu-faults-"))
        leaving.callback(shutil.rmtree, folder, ignore_errors=True)
        if kind == "postgresql":
            server = server or leaving.enter_context(running_cluster())
            name = f"faults_{uuid4().hex[:12]}"
            settings = {**settings, "DATABASE_URL": fresh_database(server.address, name)}
            leaving.callback(drop_database, server.address, name)
        mail = leaving.enter_context(misbehaving()) if with_mail else None
        if mail is not None:
            settings = {**settings, "SMTP_URL": mail.address}
        yield from _peopled(Stage(kind, folder, *_forum(folder, settings), server, mail), members)


def _forum(folder: Path, settings: Mapping[str, str]) -> tuple[Flask, dict[str, str]]:
    environment = {"DATA_DIR": str(folder / "data"), "PORT": str(free_port()), "SECRET_KEY": "a key for faults only"}
    environment |= {"DEMO": "0", "LIMITS": "off", "REQUIRE_SECOND_FACTOR": "0", "THREADS": "20", "LIVE_CLIENTS": "4"}
    environment |= {"SEARCH_ENGINE": "whoosh", "LOG_LEVEL": "warning", "MAIL_HELD_SECONDS": "0", **settings}
    values: Any = {name.lower(): value for name, value in environment.items()}
    Path(environment["DATA_DIR"]).mkdir(mode=0o700)
    return create_app(Settings(**values | {"log_level": "error"})), environment


def _peopled(stage: Stage, members: int) -> Iterator[Stage]:
    with stage.app.app_context():
        Model.metadata.create_all(db.engine)
        a_product(PRODUCT, open_always=True)
        with transaction():
            find_or_create_tags(SYSTEM, [TAG])
        stage.members = [_person(f"member{number}", level=3) for number in range(members)]
        stage.agents = [_person(f"agent{number}", role="agent") for number in range(2)]
        try:
            yield stage
        finally:
            db.session.remove()
            stage.stop()
            db.session.remove()
            db.engine.dispose()


def _person(name: str, **traits: Any) -> Person:
    actor = a_person(name, **traits)
    assert actor.id is not None
    with transaction():
        return Person(actor, issue_token(SYSTEM, actor.id))
