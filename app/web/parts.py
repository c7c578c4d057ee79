"""Parts of a page that look alike for everybody who sees them: made once, kept in this process.

A part is made from what it is given and from nothing else, so what it is given is its key, with the language; a change
is another key. It knows neither who reads nor the request: a template that asks for them fails. For what differs from
reader to reader, marks are left: `mark("name")` for what stands in `fill`, and, filled in once for the whole response,
how long ago something was, the token of its forms and the key by which a double submit is known.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from flask import Flask, current_app, g
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from app.domains.accounts.tokens import new_token
from app.web.context import has_endpoint, locale, number, teller

MOST_BYTES = 6_000_000
# Nobody can write it into a post: each process makes its own, and no page shows it.
SIGN = secrets.token_hex(12)
_MARKED = re.compile((SIGN + r"(token|submission|when [^;]+);").encode())
PERSONAL = ("actor", "current_user", "demo", "may", "request", "session", "theme", "unread_count")
NOTHING: Mapping[str, Any] = {}


def install(app: Flask) -> None:
    app.extensions["parts"] = Parts()
    app.jinja_env.globals["part"] = part
    app.after_request(fill_marks)


def part(template: str, fill: Mapping[str, Any] = NOTHING, **given: Any) -> Markup:
    """The rendered template. What is given must be hashable, a list of what is; all of it is looked at to know the
    part again. Parts may hold parts: of a list with one new row the others are not made again."""
    given = {name: tuple(value) if type(value) is list else value for name, value in given.items()}
    language, for_everybody = locale(), bool(g.get("for_everybody"))
    shelf: Parts = current_app.extensions["parts"]
    key = (template, language, for_everybody, *given.items())
    made = shelf.get(key)
    if made is None:
        made = _render(template, language, for_everybody, given)
        shelf.put(key, made)
    for name, value in fill.items():
        made = made.replace(mark(name), escape(value))
    g.has_marks = True
    return Markup(made)  # nosec B704  # Jinja has escaped what the part was given, and what fills a mark is escaped


def fill_marks(response: Response) -> Response:
    """Before the page is kept: see the order of `wiring.EDGES`."""
    if g.get("has_marks"):
        response.set_data(_filled(response.get_data()))
    return response


def _filled(page: bytes) -> bytes:
    """What is filled in are a `<time>` and two tokens: none needs quoting in HTML or JSON."""
    tell = teller()
    known: dict[bytes, bytes] = {}

    def worked_out(name: str) -> str:
        if name.startswith("when "):
            return tell(datetime.fromisoformat(name[5:]))
        return generate_csrf() if name == "token" else new_token()[:40]

    def fill(found: re.Match[bytes]) -> bytes:
        name = found[1]
        if name not in known:
            known[name] = worked_out(name.decode()).encode()
        return known[name]

    return _MARKED.sub(fill, page)


class Parts:
    """Those asked for last, together at most MOST_BYTES. As bytes they take half: one Chinese word in it, and a page
    in its English markup has two bytes for each character."""

    def __init__(self, room: int = MOST_BYTES) -> None:
        self._parts: OrderedDict[Any, bytes] = OrderedDict()
        self._room, self._lock = room, Lock()

    def get(self, key: Any) -> str | None:
        with self._lock:
            made = self._parts.get(key)
            if made is not None:
                self._parts.move_to_end(key)
        return made.decode() if made is not None else None

    def put(self, key: Any, made: str) -> None:
        kept = made.encode()
        with self._lock:
            self._room += len(self._parts.pop(key, b"")) - len(kept)
            self._parts[key] = kept
            while self._room < 0:
                self._room += len(self._parts.popitem(last=False)[1])


def _render(template: str, language: str, for_everybody: bool, given: dict[str, Any]) -> str:
    known = {"locale": language, "number": number, "has_endpoint": has_endpoint, "mark": mark}
    marked = {"when": lambda at: mark(f"when {at.isoformat()}") if at else "", "csrf_token": lambda: mark("token")}
    nobody: dict[str, Any] = {name: StrictUndefined(name=name) for name in PERSONAL}
    nobody["g"] = {"for_everybody": for_everybody}  # the forms of such a page have no token (page_cache.py)
    return current_app.jinja_env.get_template(template).render(nobody | known | marked | given)


def mark(name: str) -> Markup:
    return Markup(f"{SIGN}{name};")  # nosec B704  # a name out of a template
