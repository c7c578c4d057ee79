"""The extensions, made without an application; `create_app` binds them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g, request, session
from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


@contextmanager
def left_out(name: str) -> Iterator[None]:
    """For what is imported meanwhile this package is not there; a package that can do without it then does."""
    known = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]  # so an import of it fails
    try:
        yield
    finally:
        del sys.modules[name]
        if known is not None:
            sys.modules[name] = known


# It can hand messages from process to process through Redis, which the forum does by its own table: 6 MB less.
with left_out("redis"):
    from flask_socketio import SocketIO


class Model(DeclarativeBase):
    """What every table's class derives from. Queries are written with `select()`."""

    metadata = MetaData(naming_convention=NAMING)


class RoutedSession(Session):
    """Where the forum has a replica, that object says which server answers: `kernel/replicas.py`."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:
        replica = current_app.extensions.get("replica")
        engine = replica.engine_for(self, clause) if replica is not None and bind is None else None
        return engine if engine is not None else super().get_bind(mapper, clause, bind, **more)


SESSION_OPTIONS = {"expire_on_commit": False, "class_": RoutedSession}

db = SQLAlchemy(model_class=Model, session_options=SESSION_OPTIONS, disable_autonaming=True)
login_manager = LoginManager()
socketio = SocketIO()
babel = Babel()


class FormGuard(CSRFProtect):  # type: ignore[misc]
    """A token in each form; or, of a visitor without a session, the browser's word that the form is our own page's.

    Pages for visitors are the same for everybody and are kept: they hold no token.
    """

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        if "_user_id" not in session and from_own_page():
            g.csrf_valid = True  # what Flask-WTF's forms ask
            return
        super().protect(apply_exemptions=apply_exemptions)


def from_own_page() -> bool:
    """What only browsers say, and no page of another site can make them say."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


csrf = FormGuard()


def database_is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"
