"""Pass on what was said: each web process reads the table of messages and emits to its own open pages."""

import random
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from flask import Flask
from flask_socketio import SocketIO

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import actors_by_id
from app.domains.notifications.live import Message, may_hear, posts_of
from app.domains.notifications.presence import note_presence
from app.domains.notifications.queries import last_message_id, messages_since, open_sessions
from app.kernel.transaction import transaction
from app.web.live_gate import Gate

TICK_SECONDS = 0.3
IDLE_TICK_SECONDS = 2.0
HEARTBEATS_EVERY_SECONDS = 1.0
SESSIONS_EVERY_SECONDS = 2.0
CLOSE_AT_ONCE = 20

log = structlog.get_logger()


@dataclass
class Client:
    """One open page of this process."""

    sid: str
    actor: Actor
    questions: set[int] = field(default_factory=set)

    @property
    def visitor(self) -> str:
        """One person in two windows is one reader."""
        return f"user:{self.actor.id}" if self.actor.id is not None else f"page:{self.sid}"[:40]

    def is_in(self, room: str) -> bool:
        """Cheap first look; whether they may hear is asked of the policies afterwards."""
        scope, _colon, number = room.partition(":")
        if scope == "question":
            return int(number) in self.questions
        return self.actor.id == int(number) if scope == "user" else self.actor.is_staff


class Live:
    """The open pages of this process, and the thread that tells them."""

    def __init__(self, app: Flask, socketio: SocketIO, gate: Gate) -> None:
        self.app, self.socketio, self.gate = app, socketio, gate
        self.last_id = 0
        self._clients: dict[str, Client] = {}
        self._heartbeats: dict[tuple[str, int], tuple[int | None, bool] | None] = {}
        self._passed: deque[int] = deque(maxlen=5000)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping: Callable[[], bool] = _gunicorn_stops

    # --- the open pages ---

    def add(self, client: Client) -> None:
        with self._lock:
            self._clients[client.sid] = client

    def of(self, sid: str) -> Client | None:
        return self._clients.get(sid)

    def clients(self) -> list[Client]:
        with self._lock:
            return list(self._clients.values())

    def remove(self, sid: str) -> None:
        with self._lock:
            gone = self._clients.pop(sid, None)
            others = [each for each in self._clients.values() if gone and each.visitor == gone.visitor]
            for question_id in gone.questions if gone else ():
                if gone and not any(question_id in each.questions for each in others):
                    self._heartbeats[gone.visitor, question_id] = None

    def heartbeat(self, client: Client, question_id: int, *, writing: bool) -> None:
        """Kept for a second and stored together: a thousand readers must not mean a hundred writes a second."""
        with self._lock:
            self._heartbeats[client.visitor, question_id] = (client.actor.id, writing)

    # --- the thread ---

    @property
    def runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Once a process, at its first request: a thread does not survive the fork of the server."""
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        with self.app.app_context():
            self.last_id = last_message_id()
            self._passed.extend(message.id for message in messages_since(self.last_id))
        self._thread.start()

    def _run(self) -> None:
        beaten_at = checked_at = time.monotonic()
        while not self._stopping():
            time.sleep(TICK_SECONDS if self._clients else IDLE_TICK_SECONDS)
            at = time.monotonic()
            with self.app.app_context():
                self._try(self.pass_on)
                if at - beaten_at >= HEARTBEATS_EVERY_SECONDS:
                    beaten_at = at
                    self._try(self.store_heartbeats)
                if at - checked_at >= SESSIONS_EVERY_SECONDS:
                    checked_at = at
                    self._try(self.check_sessions)
        self.close_all()

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception:
            # The database may be away for a moment: nothing is lost, the rows wait.
            log.exception("live.failed", step=step.__name__)

    def pass_on(self) -> None:
        """Emit every message not yet passed on to whoever listens and may hear it."""
        messages = [message for message in messages_since(self.last_id) if message.id not in self._passed]
        clients = self.clients()
        if messages and clients:
            self._emit(messages, clients)
        for message in messages:
            self._passed.append(message.id)
            self.last_id = max(self.last_id, message.id)

    def _emit(self, messages: list[Message], clients: list[Client]) -> None:
        heard = [(message, client) for message in messages for client in clients if client.is_in(message.room)]
        posts = posts_of(message for message, _client in heard)
        for message, client in heard:
            if may_hear(client.actor, message, posts):
                self.socketio.emit("event", message.to_client(), to=client.sid)

    def store_heartbeats(self) -> None:
        with self._lock:
            waiting, self._heartbeats = self._heartbeats, {}
        if waiting:
            with transaction():
                note_presence(waiting)

    def check_sessions(self) -> None:
        """A browser that was signed out loses its socket; a role that changed counts from now."""
        signed_in = [client for client in self.clients() if client.actor.id is not None]
        if not signed_in:
            return
        still_open = open_sessions(client.actor.session_id for client in signed_in if client.actor.session_id)
        people = actors_by_id({client.actor.id for client in signed_in if client.actor.id is not None})
        for client in signed_in:
            fresh = people.get(client.actor.id or 0)
            if fresh is None or client.actor.session_id not in still_open:
                self.close(client)
            else:
                before = client.actor
                client.actor = replace(
                    fresh,
                    via="session",
                    session_id=before.session_id,
                    second_factor_passed=before.second_factor_passed,
                )

    # --- ending ---

    def close(self, client: Client) -> None:
        """Cut the line without a CLOSE packet: after that packet some clients do not come back by themselves."""
        server: Any = self.socketio.server
        line = server.eio.sockets.get(server.manager.eio_sid_from_sid(client.sid, "/"))
        if line is not None:
            line.close(wait=False, abort=True)
        self.remove(client.sid)

    def close_all(self) -> None:
        """The server stops: it waits for every open socket, so end them, not all in the same moment."""
        self.gate.is_closed = True
        with self.app.app_context():
            # All lines, also those that never said who they are.
            server: Any = self.socketio.server
            for batch in _batches(list(server.eio.sockets.values()), CLOSE_AT_ONCE):
                for line in batch:
                    line.close(wait=False, abort=True)
                time.sleep(random.uniform(0.02, 0.1))  # nosec B311  # so that not all come back at once


def _batches(lines: list[Any], size: int) -> Iterable[list[Any]]:
    return (lines[start : start + size] for start in range(0, len(lines), size))


def _gunicorn_stops() -> bool:
    """Whether this process was told to leave. Gunicorn's worker keeps that in the object behind its signal handler and
    offers no hook for the moment itself; elsewhere (tests, flask run) the process simply ends."""
    worker = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(worker, "alive", True) is False
