"""A test's application and a web process beside it, on one database: what the one writes, the other's pages hear."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import create_app
from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.extensions import db
from app.kernel import clock as clock_module
from app.kernel.transaction import transaction
from app.kernel.worker import Worker
from tests.conftest import settings_for
from tests.servers.ports import free_port
from tests.servers.web_process import WebProcess, served


class Forum:
    def __init__(self, app: Flask, web: WebProcess, folder: Path) -> None:
        self.app, self.web, self.folder = app, web, folder

    def work(self) -> None:
        """Run what waits, as the worker does."""
        Worker(self.app).drain()
        db.session.rollback()

    def session_cookie(self, actor: Actor) -> str:
        """The cookie's value of a browser in which this person has just signed in."""
        with transaction():
            token = open_session(db.session.get_one(User, actor.id), Browser("127.0.0.1", "test"), stays=True)
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return str(signer.dumps({"_user_id": token, "_fresh": True}))

    def cookie_of(self, actor: Actor) -> str:
        return f"huzhu={self.session_cookie(actor)}"

    def log(self) -> str:
        return (self.folder / "web.log").read_text()


@contextmanager
def forum_beside_web(empty_database: Path, folder: Path, **settings: str) -> Iterator[Forum]:
    """The real clock runs here: the web process knows no other."""
    clock_module.freeze(None)
    shutil.copy(empty_database, folder / "huzhu.db")
    port = free_port()
    app = create_app(settings_for(folder, port=port))
    with app.app_context(), served(folder, port, folder / "web.log", **settings) as web:
        yield Forum(app, web, folder)
        db.session.remove()
        db.engine.dispose()
