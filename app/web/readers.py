"""Who has read what: counted in memory, stored every few seconds, so that a page view takes no write lock.

A process that is killed forgets a few seconds of views: the number is approximate by design.
"""

import time
from collections import Counter
from threading import Lock

import structlog
from flask import Flask
from werkzeug.wrappers import Response

from app.domains.questions.actions.reading import StoringFailed, note_readers
from app.domains.questions.queries import QuestionView
from app.kernel.transaction import transaction
from app.web.actors import current_actor

STORE_EVERY_SECONDS = 5.0

log = structlog.get_logger()

_lock = Lock()
_views: Counter[int] = Counter()
_readers: set[tuple[int, int]] = set()
_stored_at = time.monotonic()


def install(app: Flask) -> None:
    app.after_request(store_when_due)


def note_reader(question: QuestionView) -> None:
    """Somebody other than its asker looks at the question."""
    actor = current_actor()
    if actor.id == question.asker_id:
        return
    with _lock:
        _views[question.id] += 1
        if actor.id is not None:
            _readers.add((actor.id, question.id))


def store_when_due(response: Response) -> Response:
    global _stored_at
    with _lock:
        if not _views or time.monotonic() - _stored_at < STORE_EVERY_SECONDS:
            return response
        views, readers = dict(_views), set(_readers)
        _views.clear()
        _readers.clear()
        _stored_at = time.monotonic()
    try:
        with transaction():
            note_readers(views, readers)
    except StoringFailed:
        log.warning("readers.not_stored", views=len(views))  # a view more or less fails nobody's page
    return response
