"""What posts said before: PostHistory, whose rows of one edit share a GUID. Its texts are Markdown."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domains.questions.models import PostKind
from app.domains.questions.writing import clean_line, clean_text
from app.importing.progress import LeftOut
from app.importing.stackexchange.posts import author_of
from app.importing.stackexchange.reading import Dump, instant, number

TITLES, BODIES, TAGS, CLOSED = {"1", "4", "7"}, {"2", "5", "8"}, {"3", "6", "9"}, "10"
# Numbers of Stack Exchange's reasons to close, of both generations; the others say that it cannot be answered.
CLOSE_REASONS = {"1": "duplicate", "101": "duplicate", "2": "off_topic", "102": "off_topic", "103": "unclear"}


@dataclass(slots=True)
class Past:
    """One edit of one post: what it left as title, body and tags."""

    author: str
    at: datetime
    comment: str
    title: str = ""
    body: str = ""
    tags: tuple[str, ...] = ()


@dataclass
class Histories:
    """Edits by the dump's post id, oldest first, and why posts were closed."""

    edits: dict[int, list[Past]]
    closed_because: dict[int, str]


def read_histories(dump: Dump, post_ids: set[int], left_out: LeftOut) -> Histories:
    found, reasons = defaultdict[int, dict[str, Past]](dict), dict[int, str]()
    for row in dump.rows("PostHistory"):
        kind, at = row.get("PostHistoryTypeId", ""), instant(row.get("CreationDate"))
        post_id = number(row.get("PostId"))
        if post_id not in post_ids or at is None:
            left_out.add("rows of history", "their post is not imported")
        elif kind == CLOSED:
            reasons[post_id] = CLOSE_REASONS.get(row.get("Comment", ""), "unclear")
        elif kind in TITLES | BODIES | TAGS:
            edits = found[post_id]
            key = row.get("RevisionGUID") or str(at)
            _note(edits.setdefault(key, _after(edits, row, at)), kind, row.get("Text", ""))
        else:
            left_out.add("rows of history", "they are no edits")
    return Histories({id: list(edits.values()) for id, edits in found.items()}, reasons)


def _after(edits: dict[str, Past], row: dict[str, str], at: datetime) -> Past:
    """A new edit; what it does not change stays as the edit before left it."""
    past = Past(author_of(row, ""), at, clean_line(row.get("Comment", ""))[:300])
    if edits:
        before = list(edits.values())[-1]
        past.title, past.body, past.tags = before.title, before.body, before.tags
    return past


def _note(past: Past, kind: str, text: str) -> None:
    if kind in TITLES:
        past.title = clean_line(text)[:300]
    elif kind in BODIES:
        past.body = clean_text(text)
    else:
        past.tags = tuple(text.replace("><", " ").replace("|", " ").strip("<> ").split())


def revision_rows(
    kind: PostKind, target_id: int, now_says: dict[str, Any], edits: Iterable[Past], authors: dict[str, int]
) -> list[dict[str, Any]]:
    """The rows of one post. The last is what it says here: so the next edit is compared with that."""
    past = [_row(kind, target_id, place, edit, authors) for place, edit in enumerate(edits, 1)]
    if not past:
        return [{"kind": kind, "target_id": target_id, "number": 1, "comment": ""} | now_says]
    past[-1] |= {"title": now_says["title"], "body": now_says["body"], "tags": now_says["tags"]}
    return past


def _row(kind: PostKind, target_id: int, place: int, edit: Past, authors: dict[str, int]) -> dict[str, Any]:
    is_question = kind is PostKind.QUESTION
    return {
        "kind": kind,
        "target_id": target_id,
        "number": place,
        "comment": edit.comment,
        "title": edit.title if is_question else None,
        "body": edit.body,
        "tags": list(edit.tags) if is_question else [],
        "author_id": authors.get(edit.author),
        "created_at": edit.at,
    }
