"""JSON lines in, JSON lines out: searching from the command line, and measuring."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.domains.accounts.actor import GUEST, Actor
from app.domains.search.queries.searching import FoundIds, search_ids
from app.domains.search.queries.similar import similar_ids
from app.extensions import db


def query_lines(lines: Iterable[str], limit: int = 20, actor: Actor = GUEST) -> Iterator[dict[str, Any]]:
    """One query a line -> {"query", "total", "ids" (best first), "ms"} each; empty lines too, so that counts agree."""
    for line in lines:
        text = line.rstrip("\r\n")
        yield _timed(text, lambda text=text: search_ids(actor, text, limit))  # type: ignore[misc]


def similar_lines(lines: Iterable[str], limit: int = 5, actor: Actor = GUEST) -> Iterator[dict[str, Any]]:
    """{"title", "body", "tags"} a line -> the same as `query_lines`, `query` being the title.

    A line that is no such object comes out with `error` and nothing found.
    """
    for line in lines:
        try:
            asked = json.loads(line)
            title, body = str(asked["title"]), str(asked.get("body") or "")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            yield {"query": line.rstrip("\r\n"), "total": 0, "ids": [], "ms": 0.0, "error": repr(error)}
            continue
        yield _timed(title, lambda title=title, body=body: similar_ids(actor, title, body, limit))  # type: ignore[misc]


def _timed(query: str, ask: Callable[[], FoundIds]) -> dict[str, Any]:
    began = time.perf_counter()
    found = ask()
    spent = round((time.perf_counter() - began) * 1000, 2)
    db.session.rollback()  # a long list of queries must not hold one old view of the database
    return {"query": query, "total": found.total, "ids": found.ids, "ms": spent}
