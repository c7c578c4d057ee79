"""A forum to measure: its folder, its application in this process, its web and worker processes beside it."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask

from app import create_app
from app.cli.starting import web_command
from app.config import ROOT, Settings
from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.actions.tokens_managing import issue_token
from app.domains.accounts.actor import SYSTEM
from app.domains.accounts.models import User
from app.extensions import db
from app.kernel.transaction import transaction
from bench.ports import free_port

FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
SECRET = "a key for measurements only"
STARTS_WITHIN = 60.0


@dataclass
class Server:
    """A process that was started here, with all that it starts."""

    process: subprocess.Popen[bytes]
    port: int = 0

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start(command: list[str], environment: Mapping[str, str], log: Path) -> Server:
    known = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=known | dict(environment), stdout=output, stderr=output, preexec_fn=_many_files
        )
    return Server(process, int(environment.get("PORT", 0)))


def _many_files() -> None:
    """As many open sockets as the machine allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def serve(application: str, environment: Mapping[str, str], log: Path, path: str = "/") -> Server:
    """`application` ("wsgi:app") behind the very command that serves the forum; returns when it answers."""
    port = free_port()
    saved = dict(os.environ)
    os.environ.update(environment | {"PORT": str(port)})
    try:
        command = [*web_command()[:-1], application]
    finally:
        os.environ.clear()
        os.environ.update(saved)
    server = start(command, {**environment, "PORT": str(port)}, log)
    try:
        _wait(server, f"http://127.0.0.1:{port}{path}", log)
    except BaseException:
        server.stop()
        raise
    return server


def _wait(server: Server, address: str, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and server.process.poll() is None:
        try:
            urlopen(address, timeout=10).close()
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{address} does not answer:\n{log.read_text()[-3000:]}")


@dataclass
class Forum:
    """`app` is this process's own view of it."""

    folder: Path
    environment: dict[str, str]
    app: Flask
    questions: int = 0
    first_person: int = 0
    web: Server | None = None
    worker: Server | None = None
    database_pid: int | None = None
    """The server of PostgreSQL, whose time counts as the forum's."""

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    @property
    def database(self) -> str:
        return self.app.extensions["config"].database  # type: ignore[no-any-return]

    def pids(self) -> list[int]:
        """Roots of the trees that serve pages."""
        assert self.web is not None
        return [self.web.pid] + ([self.database_pid] if self.database_pid else [])

    def start(self, *, worker: bool = False, **settings: str) -> None:
        environment = self.environment | settings
        self.web = serve("wsgi:app", environment, self.log, "/healthz")
        if worker:
            self.worker = start([*FLASK, "jobs", "work"], environment | {"PORT": str(self.web.port)}, self.log)

    def stop(self) -> None:
        for server in (self.worker, self.web):
            if server is not None:
                server.stop()
        self.web = self.worker = None

    @contextmanager
    def running(self, *, worker: bool = False, **settings: str) -> Iterator[Server]:
        self.start(worker=worker, **settings)
        try:
            assert self.web is not None
            yield self.web
        finally:
            self.stop()

    @contextmanager
    def as_make_run_starts_it(self) -> Iterator[Server]:
        """The parent with its web and its worker, on a port of its own."""
        port = free_port()
        parent = start([sys.executable, "-m", "app.cli.starting"], self.environment | {"PORT": str(port)}, self.log)
        try:
            _wait(parent, f"http://127.0.0.1:{port}/healthz", self.log)
            yield parent
        finally:
            parent.stop()

    def cookie(self, person: int) -> str:
        """The Cookie header of a browser in which person number `person` has just signed in."""
        return self.cookie_of(self.first_person + person)

    def cookie_of(self, user_id: int) -> str:
        with self.app.app_context(), transaction():
            token = open_session(db.session.get_one(User, user_id), Browser(), stays=True)
        signer: Any = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return f"huzhu={signer.dumps({'_user_id': token, '_fresh': True})}"

    def token(self, person: int) -> str:
        with self.app.app_context(), transaction():
            return issue_token(SYSTEM, self.first_person + person)


def prepared(folder: Path, database_url: str | None = None) -> Forum:
    """A forum with its schema and nothing in it, in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"DATA_DIR": str(folder), "SECRET_KEY": SECRET, "HOST": "127.0.0.1", "LIMITS": "off", "DEMO": "0"}
    environment |= {"REQUIRE_SECOND_FACTOR": "0", "LOG_LEVEL": "warning", "SEARCH_ENGINE": "tantivy"}
    environment |= {"DATABASE_URL": database_url} if database_url else {}
    log = folder / "processes.log"
    preparing = start([*FLASK, "prepare"], environment, log)
    if preparing.process.wait(120):
        raise RuntimeError(log.read_text()[-3000:])
    values: Any = {name.lower(): value for name, value in environment.items()}
    return Forum(folder, environment, create_app(Settings(**values)))
