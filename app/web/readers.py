"""Who has read what: counted in memory, stored every few seconds, so that a page view takes no write lock.

A process that is killed forgets a few seconds of views: the number is approximate by design.
"""

import time
from collections import Counter
from threading import Lock

import structlog
from flask import Flask, current_app
from werkzeug.wrappers import Response

from app.domains.questions.actions.reading import StoringFailed, note_readers
from app.domains.questions.queries import QuestionView
from app.kernel.transaction import transaction
from app.web.actors import current_actor

STORE_EVERY_SECONDS = 5.0

log = structlog.get_logger()


class Readers:
    """What this process has counted since it last stored."""

    def __init__(self) -> None:
        self._lock, self._stored_at = Lock(), time.monotonic()
        self._views: Counter[int] = Counter()
        self._readers: set[tuple[int, int]] = set()

    def add(self, question_id: int, reader_id: int | None) -> None:
        with self._lock:
            self._views[question_id] += 1
            if reader_id is not None:
                self._readers.add((reader_id, question_id))

    def take(self, after_seconds: float) -> tuple[dict[int, int], set[tuple[int, int]]]:
        """Views and readers to be stored now; nothing before `after_seconds` have passed since the last time."""
        with self._lock:
            if not self._views or time.monotonic() - self._stored_at < after_seconds:
                return {}, set()
            taken = dict(self._views), set(self._readers)
            self._views.clear()
            self._readers.clear()
            self._stored_at = time.monotonic()
            return taken


def install(app: Flask) -> None:
    app.extensions["readers"] = Readers()
    app.after_request(store_when_due)


def note_reader(question: QuestionView) -> None:
    """Somebody other than its asker looks at the question."""
    actor = current_actor()
    if actor.id != question.asker_id:
        _counted().add(question.id, actor.id)


def note_view(question_id: int) -> None:
    """A visitor looks at a page that was kept."""
    _counted().add(question_id, None)


def store_when_due(response: Response) -> Response:
    views, readers = _counted().take(STORE_EVERY_SECONDS)
    if views:
        try:
            with transaction():
                note_readers(views, readers)
        except StoringFailed:
            log.warning("readers.not_stored", views=len(views))  # a view more or less fails nobody's page
    return response


def _counted() -> Readers:
    return current_app.extensions["readers"]  # type: ignore[no-any-return]
