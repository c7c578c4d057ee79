"""A forum on a SQLite file of its own, in this process, for as long as a backup is tried or a database is built."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import wiring
from app.backup.manifest import Manifest
from app.config import Settings
from app.extensions import db
from app.kernel import sqlite
from app.kernel.clock import standing_at
from app.kernel.errors import Conflict

ROOM_FOR_INDEXES = 3  # a SQLite file with its log takes at most so many times the text of its rows
ROOM_TO_BREATHE = 64 << 20


@contextmanager
def scratch_forum(settings: Settings, database: Path) -> Iterator[None]:
    """Inside, `db` is this file; afterwards it is one file, whole and on the disk."""
    app = Flask("scratch")
    address = f"sqlite:///{database}"
    options = {"hide_parameters": True}
    # Nothing is signed in a scratch forum.
    secret = {"SECRET_KEY": "of no use"}  # nosec B105
    app.config.update(SQLALCHEMY_DATABASE_URI=address, SQLALCHEMY_ENGINE_OPTIONS=options, **secret)
    app.extensions["config"] = settings.model_copy(update={"data_dir": database.parent, "database_url": address})
    app.extensions["wiring"] = wiring.build()
    db.init_app(app)
    with app.app_context():
        sqlite.prepare(app, db.engine)
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
    descriptor = os.open(database, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def complaints_of_doctor(manifest: Manifest) -> list[str]:
    """One line for each invariant that does not hold of the present forum.

    Asked as of the backup's own instant: what fell due since then is no fault of it.
    """
    with standing_at(manifest.made_at):
        found = {invariant.code: list(invariant.query()) for invariant in wiring.INVARIANTS}
    db.session.rollback()
    return [f"{each.code}: {each.sentence} ({len(found[each.code])})" for each in wiring.INVARIANTS if found[each.code]]


def require_room(folder: Path, wanted: int, what: str) -> None:
    """Conflict where the disk of `folder` has fewer than so many bytes free."""
    free = shutil.disk_usage(folder).free
    if free < wanted + ROOM_TO_BREATHE:
        needed = (wanted + ROOM_TO_BREATHE) >> 20
        raise Conflict(f"{what} needs {needed} MB in {folder}, and {free >> 20} MB are free there.")
