"""The cast and the stage: a fresh database, a clock in hand, a worker that is told when to work."""

import contextvars
import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from app import create_app
from app.config import Settings
from app.domains.accounts import passwords
from app.domains.accounts.actor import Actor
from app.extensions import Model, db
from app.kernel import clock as clock_module
from app.kernel import schedule
from app.kernel.transaction import transaction
from app.kernel.worker import Worker
from tests.factories import a_person

START = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Shanghai: the office has been open for an hour


def settings_for(folder: Path, **more: Any) -> Settings:
    values: dict[str, Any] = {"data_dir": folder, "secret_key": "a key for tests only", "limits": "off", "demo": False}
    values |= {"database_url": None, "require_second_factor": False, "search_engine": "whoosh"}
    return Settings(**(values | more))


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if name in {field.upper() for field in Settings.model_fields}:
            del os.environ[name]  # the tester's own environment changes no test
    config.addinivalue_line("markers", "long: left to `make test-long`, which .ci/run calls too; all on PostgreSQL")
    config.addinivalue_line("markers", "soak: left to `make soak`")
    config.addinivalue_line("markers", "both_databases: run on SQLite and on PostgreSQL")
    config.addinivalue_line("markers", "settings(**values): deployment settings of this test's application")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at one running forum stay with one worker, which starts it once; and those take the longest,
    so `--dist loadgroup` hands them out first."""
    for item in items:
        if "postgresql" in item.name or "postgresql_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.long)  # a server to start, and a database to make for each
        definitions = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009
        shared = {name for name, found in definitions.items() if found[-1].scope == "module"} - {"chromium"}
        if shared:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_collection_finish() -> None:
    """What is imported now stays: looking for garbage in it again and again costs a seventh of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def keep_compiled_rules() -> None:
    """Werkzeug compiles two functions for each of two hundred addresses, alike for every application of the suite:
    without this a test would spend a quarter of a second on nothing else."""
    compiled: dict[tuple[str, str, str], dict[str, Any]] = {}
    compile_rule, made = Rule.compile, ("_parts", "_trace", "_converters", "_argument_weights", "_static_weights",
                                        "_converter_weights", "arguments")

    def once(rule: Rule) -> None:
        key = (rule.rule, rule.endpoint, repr(rule.defaults))
        if key not in compiled:
            compile_rule(rule)
            builders = {name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")}
            compiled[key] = {name: getattr(rule, name) for name in made if hasattr(rule, name)} | builders
        for name, value in compiled[key].items():
            setattr(rule, name, value.__get__(rule) if name.startswith("_build") else copy(value))

    Rule.compile = once  # type: ignore[method-assign]


keep_compiled_rules()


def hash_passwords_quickly() -> None:
    """A hash is slow by design; test_passwords.py sees that the forum's own are."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


hash_passwords_quickly()


COMPILED_STATEMENTS: dict[str, LRUCache[Any, Any]] = {}


def keep_compiled_statements(engine: Engine) -> None:
    """An engine remembers how its statements are written, and every test has its own engine: all of one kind of
    database now remember together, or a sixth of the suite would be spent on writing the same SQL again."""
    kind = type(engine.dialect)
    kind.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign, assignment]
    kind.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign, assignment]
    engine._compiled_cache = COMPILED_STATEMENTS.setdefault(engine.dialect.name, LRUCache(5_000))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "app" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("both_databases")
        metafunc.parametrize("database", ["sqlite", "postgresql"] if marked else ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One SQLite file with the schema, copied for every test."""
    folder = tmp_path_factory.mktemp("schema")
    app = create_app(settings_for(folder))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        db.session.remove()
        db.engine.dispose()
    return folder / "huzhu.db"


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all workers of one run leave the templates that they have compiled."""
    folder = tmp_path_factory.getbasetemp()
    shared = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "templates"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    database: str,
    empty_database: Path,
    compiled_templates: Path,
    tmp_path: Path,
    clock: "TestClock",
) -> Iterator[Flask]:
    """A forum on an empty database, its context pushed."""
    marked = request.node.get_closest_marker("settings")
    more: dict[str, Any] = dict(marked.kwargs) if marked else {}
    if database == "postgresql":
        more["database_url"] = request.getfixturevalue("postgresql_database")
    else:
        shutil.copy(empty_database, tmp_path / "huzhu.db")
    app = create_app(settings_for(tmp_path, **more))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled_templates))
    app.extensions["settings_fresh_for"] = float("inf")
    app.extensions["readers"]._stored_at = float("inf")  # views are stored when a test says so, not in any statement
    with app.app_context():
        keep_compiled_statements(db.engine)
        yield app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


class Browser(FlaskClient):
    """Asks as a server answers: each request has its own context and session, and the test then looks anew."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
        return answer


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class TestClock:
    """The one clock of the program, standing still until told."""

    __test__ = False

    def __init__(self) -> None:
        self.at(START)

    def at(self, moment: datetime) -> None:
        clock_module.freeze(moment)

    def run(self) -> None:
        """As it does outside of the tests."""
        clock_module.freeze(None)

    def advance(self, **by: float) -> datetime:
        clock_module.advance(timedelta(**by))
        return clock_module.now()

    def now(self) -> datetime:
        return clock_module.now()


@pytest.fixture
def clock() -> Iterator[TestClock]:
    yield TestClock()
    clock_module.freeze(None)


class TestWorker:
    __test__ = False

    def __init__(self, app: Flask) -> None:
        self.worker = Worker(app)

    def tick(self) -> None:
        """What the clock asks for, then every job until none is due."""
        schedule.run_due()
        self.worker.drain()
        db.session.rollback()

    def tick_until_mailed(self) -> None:
        """The same, and once more when mail that is held for ten minutes may leave."""
        self.tick()
        clock_module.advance(timedelta(minutes=10, seconds=1))
        self.tick()


@pytest.fixture
def worker(app: Flask) -> TestWorker:
    return TestWorker(app)


def _cast(name: str, **traits: Any) -> Any:
    @pytest.fixture(name=name)
    def person(app: Flask) -> Actor:
        return a_person(name, **traits)

    return person


ann = _cast("ann", level=1)
bob = _cast("bob", level=1)
eve = _cast("eve", level=3)
newcomer = _cast("newcomer", level=0)
stan = _cast("stan", role="agent")
lena = _cast("lena", role="lead")
mona = _cast("mona", role="moderator")
pat = _cast("pat", role="pm")
ada = _cast("ada", role="admin")


def sign_in(client: FlaskClient, actor: Actor) -> FlaskClient:
    """A browser in which this person has just signed in."""
    from app.domains.accounts.actions.sessions import Browser, open_session
    from app.domains.accounts.models import User

    with transaction():
        token = open_session(db.session.get_one(User, actor.id), Browser("127.0.0.1", "test"), stays=True)
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"], session.permanent = token, True, True
    return client


@pytest.fixture
def sign_in_as(client: FlaskClient) -> Any:
    return lambda actor: sign_in(client, actor)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that run inside, without BEGIN, COMMIT and savepoints."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    from tests.servers.postgresql import cluster

    with cluster() as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_schema(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the schema, used as the template of every test's own."""
    from tests.servers.postgresql import fresh_database

    address = fresh_database(postgresql_server, "schema")
    app = create_app(settings_for(tmp_path_factory.mktemp("pg"), database_url=address))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        db.session.remove()
        db.engine.dispose()
    return postgresql_server


@pytest.fixture
def postgresql_database(postgresql_schema: str) -> Iterator[str]:
    from uuid import uuid4

    from tests.servers.postgresql import drop_database, fresh_database

    name = f"test_{uuid4().hex[:12]}"
    yield fresh_database(postgresql_schema, name, template="schema")
    drop_database(postgresql_schema, name)
