"""What all processes know at once: Redis, where REDIS_URL names one. The forum goes on while it is away."""

import time
from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any, TypeVar

import structlog
from flask import current_app
from limits.storage import storage_from_string

ANSWERS_WITHIN_SECONDS = 1.0  # somebody waits for a page meanwhile
ASKED_AGAIN_AFTER_SECONDS = 5.0

log = structlog.get_logger()

Found = TypeVar("Found")


class Away(Exception):
    """Redis does not answer, or did not a moment ago."""


class SharedMemory:
    """One for each process, safe to use from several threads."""

    def __init__(self, url: str) -> None:
        options: Any = {name: ANSWERS_WITHIN_SECONDS for name in ("socket_timeout", "socket_connect_timeout")}
        # Once more at once: a connection kept since before a restart is dead. The default would try for seconds.
        # Imported here: a forum of few processes has no Redis, and its client takes 6 MB.
        no_pause = import_module("redis.backoff").NoBackoff()
        options["retry"] = import_module("redis.retry").Retry(no_pause, 1)
        self.storage: Any = storage_from_string(url, **options)
        self._lock, self._is_away, self._rests_until = Lock(), False, 0.0

    def ask(self, question: Callable[[], Found]) -> Found:
        """What `question` finds in Redis; Away at once for a while after it gave no answer, with one log line."""
        if time.monotonic() < self._rests_until:
            raise Away
        try:
            found = question()
        except self.storage.base_exceptions as error:
            self._note(is_away=True, error=repr(error)[:200])
            raise Away from error
        self._note(is_away=False)
        return found

    def answers(self) -> bool:
        """Asked now, whatever was noted before."""
        try:
            return bool(self.storage.check())
        except self.storage.base_exceptions:
            return False

    def _note(self, *, is_away: bool, error: str | None = None) -> None:
        if not is_away and not self._is_away:
            return
        with self._lock:
            changed, self._is_away = is_away != self._is_away, is_away
            self._rests_until = time.monotonic() + ASKED_AGAIN_AFTER_SECONDS if is_away else 0.0
        if changed and is_away:
            log.warning("redis.away", error=error)
        elif changed:
            log.info("redis.back")


def shared_memory() -> SharedMemory | None:
    """Of this application; None where no Redis is named."""
    url = current_app.extensions["config"].redis_url
    if url is None:
        return None
    kept = current_app.extensions.get("shared_memory")
    return kept or current_app.extensions.setdefault("shared_memory", SharedMemory(url))  # type: ignore[no-any-return]
