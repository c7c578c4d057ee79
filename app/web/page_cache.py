"""Pages for visitors without a session, kept in this process for as long as nothing on them has changed.

The key holds everything that such a page depends on but the database, and the version of the database's content.
A page of a session is never kept, and nobody else is told to keep any. What the clock alone changes ("3 minutes
ago") is at most KEPT_SECONDS old.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from flask import Flask, current_app, g, request, session
from werkzeug.wrappers import Response

from app.kernel.freshness import content_version
from app.web.context import guest_language, guest_timezone
from app.web.readers import note_view

KEPT = frozenset(
    {
        "home.index", "questions.index", "questions.show_question", "tags.index", "tags.show", "products.index",
        "products.show", "reputation.leaderboard", "help.index", "help.show",
    }
)  # fmt: skip
KEPT_SECONDS = 60.0
MAX_BYTES = 16 * 1024 * 1024
LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class KeptPage:
    body: bytes
    content_type: str
    version: int
    until: float


class Shelf:
    """The pages that were asked for last, together at most MAX_BYTES."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._pages: OrderedDict[tuple[str, ...], KeptPage] = OrderedDict()
        self._room, self._lock = max_bytes, Lock()

    def get(self, key: tuple[str, ...], version: int) -> KeptPage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.version != version or page.until < time.monotonic():
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: KeptPage) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._room += (len(old.body) if old else 0) - len(page.body)
            self._pages[key] = page
            while self._room < 0:
                _key, dropped = self._pages.popitem(last=False)
                self._room += len(dropped.body)


def install(app: Flask) -> None:
    settings = app.extensions["config"]
    if not settings.is_demo:  # the demonstration's banner knows how far each visitor has come
        app.extensions["page_cache"] = Shelf()
        app.before_request(answer_from_shelf)
        app.after_request(put_on_shelf)


def answer_from_shelf() -> Response | None:
    g.for_everybody = _is_for_everybody()
    if not g.for_everybody or "Authorization" in request.headers:
        return None
    g.page_key, g.page_version = _key(), content_version()
    page = _shelf().get(g.page_key, g.page_version)
    if page is None:
        return None
    g.page_key = None
    if request.endpoint == "questions.show_question":
        note_view((request.view_args or {})["question_id"])
    return Response(page.body, content_type=page.content_type)


def put_on_shelf(response: Response) -> Response:
    """Only whole pages that left nothing in the visitor's browser."""
    key = g.get("page_key")
    if key and response.status_code == 200 and not session.modified and "Set-Cookie" not in response.headers:
        page = KeptPage(response.get_data(), response.headers["Content-Type"], g.page_version, _until())
        _shelf().put(key, page)
    return response


def _is_for_everybody() -> bool:
    return (
        request.method == "GET"
        and request.endpoint in KEPT
        and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies
        and len(request.full_path) <= LONGEST_ADDRESS
    )


def _key() -> tuple[str, ...]:
    asked, cookies = request.environ, request.cookies
    place = (asked["wsgi.url_scheme"], asked.get("HTTP_HOST", ""), request.root_path, request.full_path)
    reader = (guest_language(), guest_timezone(), cookies.get("theme", ""))
    return (*place, *reader, request.headers.get("HX-Request", ""))


def _until() -> float:
    return time.monotonic() + KEPT_SECONDS


def _shelf() -> Any:
    return current_app.extensions["page_cache"]
