"""A file of questions as JSON lines: what each line says, or why it is no question. Pure but for reading the file."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.domains.questions.writing import LONGEST_TITLE, clean_line
from app.importing.progress import LeftOut
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.languages import LANGUAGES, supported

LARGEST_ID = 2**53
MOST_TAGS = 20


@dataclass(slots=True)
class Line:
    """One question. `id` is its own number where it has one; `key` recognises it in a second import."""

    id: int | None
    key: str
    title: str
    body: str
    tags: list[str]
    created_at: datetime | None
    language: str | None
    author: str


@dataclass(frozen=True)
class Survey:
    """`numbered`: every question has a number of its own, so that a site may keep them."""

    lines: int
    numbered: bool


def survey(path: Path) -> Survey:
    """Read the whole file once. Raises Invalid with one line where it cannot be read."""
    numbers: set[int] = set()
    lines, numbered = 0, True
    for question in questions_in(path, LeftOut()):
        lines += 1
        numbered = numbered and question.id is not None and question.id not in numbers
        numbers.add(question.id or 0)
    return Survey(lines, numbered)


def questions_in(path: Path, left_out: LeftOut) -> Iterator[Line]:
    """The questions in the file's order; the other lines go to `left_out` with the number of the first of each sort."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, text in enumerate(file, 1):
                if not text.strip():
                    continue
                found = _line(text)
                if isinstance(found, Line):
                    yield found
                else:
                    left_out.add("lines", found)
                    left_out.note_first(found, f"line {number}")
    except OSError as error:
        raise Invalid(_("%(path)s cannot be read: %(error)s", path=str(path), error=error.strerror)) from None


def _line(text: str) -> Line | str:
    """The question, or a reason."""
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return "they are not JSON"
    if not isinstance(row, dict) or not isinstance(row.get("title"), str):
        return "they have no title"
    title = clean_line(row["title"])[:LONGEST_TITLE].strip()
    if not title:
        return "they have no title"
    id, body, author = row.get("id"), row.get("body"), row.get("author")
    own = id if isinstance(id, int) and not isinstance(id, bool) and 0 < id < LARGEST_ID else None
    return Line(
        id=own,
        key=str(id)[:30] if isinstance(id, int | str) and id != "" else _digest(text),
        title=title,
        body=body if isinstance(body, str) else "",
        tags=_tags(row.get("tags")),
        created_at=_instant(row.get("created_at")),
        language=_language(row.get("lang")),
        author=author.strip() if isinstance(author, str) else "",
    )


def _language(named: object) -> str | None:
    tag = supported(named) if isinstance(named, str) else None
    return LANGUAGES[tag].content if tag else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()[:30]


def _tags(value: Any) -> list[str]:
    names = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return [name for name in names if isinstance(name, str)][:MOST_TAGS]


def _instant(value: Any) -> datetime | None:
    """RFC 3339, or seconds since 1970; a time without a zone is UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found
    except (ValueError, OverflowError, OSError):
        return None
