"""One number that grows with every change that a page may show, so that a kept page is known to be true or not.

The change and the number are one transaction. Whoever reads the number before a page's rows and keeps the page under
it never shows it again once any of those rows has changed.
"""

import sqlite3
from typing import Any

from flask import g
from sqlalchemy import Integer, event, insert, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extensions import Model, database_is_sqlite, db
from app.kernel.columns import BigId
from app.kernel.rows import NOTHING, read_rows, write_rows

# What no visitor's page shows: work in hand, sessions, what is one person's alone.
UNSEEN_TABLES = frozenset(
    {
        "api_token", "attachment", "away_mail", "content_version", "draft", "event", "first_result",
        "invitation_setting", "job", "kept_mail", "ledger_cursor", "ledger_read", "live_event", "mail_link",
        "notification", "pending_question", "preference", "presence", "quiet_hours", "read_mark", "recovery_code",
        "schedule", "search_miss", "session",
    }
)  # fmt: skip
UNSEEN = {"unseen": True}
"""Execution option of a statement whose change may wait until a page is made anew: the number of views."""
_CHANGED = "content_changed"


class ContentVersion(Model):
    __tablename__ = "content_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigId)


_VERSION = select(ContentVersion.number)
_OF_FILE = str(_VERSION)
_TABLE = Model.metadata.tables["content_version"]
_GROWN = _TABLE.update().values(number=_TABLE.c.number + 1).returning(_TABLE.c.number)


def watch(engine: Engine) -> None:
    """Note which transactions of this engine change what a page may show."""
    event.listen(engine, "before_execute", _note_change)


def _note_change(connection: Connection, statement: Any, _many: Any, _one: Any, options: Any) -> None:
    if not getattr(statement, "is_dml", False) or options.get("unseen"):
        return
    if statement.table.name not in UNSEEN_TABLES:
        connection.info[_CHANGED] = True


def begin(connection: Connection) -> None:
    connection.info.pop(_CHANGED, None)


def count_change(session: Session) -> None:
    """The last statement of a transaction: nobody waits behind its row for longer than a commit takes."""
    session.flush()
    if session.connection().info.pop(_CHANGED, False) and write_rows(_GROWN, NOTHING).first() is None:
        session.execute(insert(ContentVersion).values(id=1, number=1))


def content_version() -> int:
    """One statement, of one row. What is asked from now on belongs to this version or to a later one."""
    found = _asked_of_file() if database_is_sqlite(db.engine) else None
    g.content_version = found if found is not None else read_rows(_VERSION).scalar() or 0
    return int(g.content_version)


def _asked_of_file() -> int | None:
    """Straight from the file: a session and its transaction take ten times as long, and a kept page asks nothing else.
    None where the file does not answer; the session then says why."""
    connection = db.engine.raw_connection()
    try:
        row = connection.cursor().execute(_OF_FILE).fetchone()
    except sqlite3.Error:
        return None
    finally:
        connection.close()
    return int(row[0]) if row else 0
