"""A forum with a life behind it, and empty machines to restore it on."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from flask import Flask

from app import create_app
from app.backup.writing import write_backup
from app.config import Settings
from app.extensions import db
from app.kernel import schema
from app.kernel.schema import alembic_config
from tests.conftest import settings_for
from tests.factories import a_comment, a_question, an_answer

Elsewhere = Callable[[str], AbstractContextManager[Settings]]


def settings_of(app: Flask) -> Settings:
    return app.extensions["config"]  # type: ignore[no-any-return]


@pytest.fixture
def forum(app: Flask, ann: Any, bob: Any, worker: Any) -> Flask:
    """The test's own forum, on the schema of the newest revision, with a thread in two languages."""
    command.stamp(alembic_config(), "head")
    body = "Since “yesterday”… it only blinks.\n\n```\nx\ty\n```"
    lamp = a_question(by=ann, title="The lamp stays dark — 灯不亮", body=body)
    an_answer(to=lamp, by=bob, body="Turn it off and on.")
    a_comment(on=lamp, by=ann)
    worker.tick()
    return app


@pytest.fixture
def backup(forum: Flask, tmp_path: Path) -> Path:
    path = tmp_path / "forum.zip"
    write_backup(settings_of(forum), path)
    return path


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Elsewhere:
    """An empty machine with SQLite or PostgreSQL: its settings, and inside of it the forum that is made there."""

    @contextmanager
    def machine(kind: str) -> Iterator[Settings]:
        folder = tmp_path / f"elsewhere-{uuid4().hex[:6]}"
        folder.mkdir()
        with _address(request, kind) as address:
            app = create_app(settings_for(folder, secret_key=None, database_url=address))
            with app.app_context():
                yield settings_of(app)
                db.session.remove()
                db.engine.dispose()

    return machine


@contextmanager
def _address(request: pytest.FixtureRequest, kind: str) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    from tests.servers.postgresql import drop_database, fresh_database

    server, name = request.getfixturevalue("postgresql_server"), f"empty_{uuid4().hex[:12]}"
    yield fresh_database(server, name)
    drop_database(server, name)


LATER = '''"""{why}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{after}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user") as table:
        table.alter_column("name", type_=sa.String(length=200))
    op.create_table("medal", sa.Column("id", sa.Integer(), primary_key=True))
    {then}


def downgrade() -> None:
    op.drop_table("medal")
'''


@pytest.fixture
def a_later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A program with one more migration, which rebuilds a table that others refer to; gives the revision."""

    def install(then: str = "pass") -> str:
        folder, after = tmp_path / "migrations", schema.newest_revision()
        shutil.copytree(schema.MIGRATIONS, folder)
        text = LATER.format(why="Medals", revision="29990101_medals", after=after, then=then)
        (folder / "versions" / "2999_01_01_medals.py").write_text(text)
        monkeypatch.setattr(schema, "MIGRATIONS", folder)
        return "29990101_medals"

    return install
