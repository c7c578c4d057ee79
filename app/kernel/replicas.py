"""Which server answers a statement, where PostgreSQL has a streaming replica (DATABASE_REPLICA_URL).

A GET reads from the replica unless its reader has written what the replica has not replayed yet; everything else, and
every transaction, is the primary's. What a reader wrote last is kept in Redis as a place in PostgreSQL's log (LSN),
under the key that the reader shows: the session's or the API token. Without Redis only visitors read from the replica.
"""

import hashlib
import time
from collections.abc import Iterable
from contextlib import suppress
from threading import Lock
from typing import Any

import structlog
from flask import Flask, current_app, g, has_request_context, request, session
from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.extensions import db
from app.kernel.shared_memory import Away, shared_memory

LOOKED_AT_EVERY_SECONDS = 1.0
MOST_BEHIND_SECONDS = 5.0  # a page of somebody else may be this old; past it the replica serves nobody
LEFT_OUT_SECONDS = 10.0
REMEMBERED_SECONDS = 60  # longer than a replica that serves can be behind

WRITTEN = text("SELECT (pg_current_wal_lsn() - '0/0')::bigint")
# With synchronous_commit = off a commit is acknowledged before it is written: its place is the insert position.
COMMITTED = text("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
REPLAYED = text("SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END")
BEYOND_EVERY_PLACE = 2**53  # the largest whole number that Redis keeps exactly as a score
CONFLICT_WITH_REPLAY = "40001"  # the replica ended a statement whose rows the primary has tidied away

PRIMARY, REPLICA = "primary", "replica"
READS = Counter("huzhu_reads", "GET requests by the database server they read from.", ("server",), registry=None)

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Before all other hooks after a request, so that this one runs last: after every write."""
    replica = app.extensions["replica"] = Replica(db.engines["replica"])
    handle = app.handle_user_exception

    def handle_or_ask_primary(error: Exception) -> Any:
        return replica.ask_primary(error, handle) if is_the_replicas(error) else handle(error)

    app.handle_user_exception = handle_or_ask_primary  # type: ignore[method-assign, assignment]
    app.after_request(replica.remember)


def read_from_primary() -> None:
    """For a page on which a few seconds matter."""
    g.reads_from = PRIMARY


def is_the_replicas(error: Exception) -> bool:
    """Whether the primary may know better: the replica broke off, or has not heard yet of a post or a token."""
    unknown = getattr(error, "status", None) or getattr(error, "code", None)
    return g.get("reads_from") == REPLICA and (isinstance(error, DBAPIError) or unknown in (401, 404))


class Replica:
    """One for each web process; `engine` leads to the replica, `db.engine` to the primary."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._lock, self._look_at = Lock(), 0.0
        self._serves, self._said_out = False, False
        self._replayed, self._goal_set_at = 0, 0.0
        self._goal: int | None = None
        """What the replica must have replayed by the next look; None while it has yet to be measured."""

    # --- the choice ---

    def engine_for(self, asked_by: Session, clause: Any) -> Engine | None:
        """The replica's, or None for the primary's. Chosen once a request: rows of two ages on a page do not fit."""
        if not has_request_context():
            return None
        if "keys_before" not in g:
            g.keys_before = keys_shown()
        if asked_by.info.get("in_transaction"):
            g.wrote, g.reads_from = True, PRIMARY
        elif "reads_from" not in g:
            g.reads_from = self._choose() if request.method in ("GET", "HEAD") else PRIMARY
            READS.labels(g.reads_from).inc(request.method in ("GET", "HEAD"))
        return self.engine if g.reads_from == REPLICA and not getattr(clause, "is_dml", False) else None

    def _choose(self) -> str:
        """What is said live is read where it was written: a socket's messages, which have no endpoint, and the part
        of a page that is fetched because something was said of it."""
        may = request.endpoint is not None and not request.path.endswith("/fragment") and self._keeps_up()
        return REPLICA if may and self._has_replayed(last_write(g.keys_before)) else PRIMARY

    def _has_replayed(self, place: int | None) -> bool:
        if place is None:
            return False
        if place > self._replayed:
            with suppress(SQLAlchemyError):
                self._ask_replayed()
        return place <= self._replayed

    # --- its state ---

    def _keeps_up(self) -> bool:
        """Looked at once a second, by one of those who want to know."""
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._look(time.monotonic())
            finally:
                self._lock.release()
        return self._serves

    def _look(self, at: float) -> None:
        """It serves once it has replayed all that the primary had written when it was looked at before."""
        self._look_at = at + LOOKED_AT_EVERY_SECONDS
        try:
            replayed = self._ask_replayed()
        except SQLAlchemyError as error:
            self.leave_out(str(error))
            return
        if replayed is None:
            self.leave_out("it is no replica")
        elif self._goal is not None and replayed < self._goal:
            if at - self._goal_set_at > MOST_BEHIND_SECONDS:
                self.leave_out(f"more than {MOST_BEHIND_SECONDS:g} seconds behind")
        else:
            self._note_caught_up(at)

    def _note_caught_up(self, at: float) -> None:
        was_measured, self._serves = self._goal is not None, self._goal is not None
        with suppress(SQLAlchemyError):  # the primary is away: no further behind than it was
            self._goal, self._goal_set_at = _asked(db.engine, WRITTEN), at
        if was_measured and self._said_out:
            self._said_out = False
            log.info("replica.back")

    def _ask_replayed(self) -> int | None:
        replayed = _asked(self.engine, REPLAYED)
        self._replayed = replayed or 0  # less than before, where it was killed: it starts again a little earlier
        return replayed

    def leave_out(self, because: str) -> None:
        """For a while; one line in the log until it serves again."""
        self._serves, self._goal, self._replayed = False, None, 0
        self._look_at = time.monotonic() + LEFT_OUT_SECONDS
        if not self._said_out:
            self._said_out = True
            log.warning("replica.left_out", because=because[:200])

    @property
    def is_left_out(self) -> bool:
        return self._said_out

    # --- the request ---

    def ask_primary(self, error: Exception, handle: Any) -> Any:
        """The same GET once more; what fails now fails as on any day."""
        if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) != CONFLICT_WITH_REPLAY:
            self.leave_out(str(error.orig))
        g.reads_from = PRIMARY
        db.session.remove()
        g.pop("_login_user", None)
        try:
            answer = current_app.preprocess_request()
            return current_app.dispatch_request() if answer is None else answer
        except Exception as later:
            return handle(later)

    def remember(self, response: Any) -> Any:
        """Whoever wrote reads their own write, from whichever process: under the keys shown before and after."""
        keys = {*g.get("keys_before", ()), *keys_shown()} if g.get("wrote") else ()
        if keys:
            note_write(keys)
        return response


# --- who reads, and what they wrote last ---


def keys_shown() -> tuple[str, ...]:
    """What tells this reader from others, hashed: nothing for a visitor."""
    shown = [request.headers.get("Authorization", "")]
    if session.modified or has_session():
        shown.append(str(session.get("_user_id", "")))
    return tuple(hashlib.sha256(each.encode()).hexdigest()[:32] for each in shown if each)


def has_session() -> bool:
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def last_write(keys: Iterable[str]) -> int | None:
    """The place of this reader's last write in the log, 0 where there is none, None where nobody knows."""
    names, shared = [_name(key) for key in keys], shared_memory()
    if not names:
        return None if has_session() else 0  # a guest in the middle of something, and somebody who only reads
    if shared is None:
        return None
    try:
        kept = shared.ask(lambda: [shared.storage.storage.zscore(name, "lsn") for name in names])
    except Away:
        return None
    return max(int(place or 0) for place in kept)


def note_write(keys: Iterable[str]) -> None:
    shared = shared_memory()
    if shared is None:
        return
    try:
        place = _asked(db.engine, COMMITTED)
    except SQLAlchemyError:  # gone right after the commit
        place = BEYOND_EVERY_PLACE
    with suppress(Away):
        shared.ask(lambda: _keep(shared.storage.storage, map(_name, keys), place))


def _keep(redis: Any, names: Iterable[str], place: int | None) -> None:
    line = redis.pipeline(transaction=False)
    for name in names:
        line.zadd(name, {"lsn": place}, gt=True)  # of two writes at once the later one counts
        line.expire(name, REMEMBERED_SECONDS)
    line.execute()


def _name(key: str) -> str:
    return f"huzhu:wrote:{key}"


def _asked(engine: Engine, question: Any) -> int | None:
    with engine.connect() as connection:
        found = connection.scalar(question)
        return None if found is None else int(found)
