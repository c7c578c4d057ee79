"""Questions from a file of JSON lines: `{"id", "title", "body", "tags", "created_at", "lang", "author"}`.

Only the title is needed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from app.domains.accounts.models import Role, User
from app.domains.accounts.names import name_key
from app.domains.questions.events import QuestionAsked
from app.domains.questions.models import Kind, NoPromise, PostKind, Question, QuestionTag, Revision, ServiceState
from app.domains.questions.writing import language_of, slug_of
from app.extensions import db
from app.importing.finishing import finish
from app.importing.ids import continue_numbering, insert_all
from app.importing.lines import Line, questions_in, survey
from app.importing.names import fitting_name
from app.importing.progress import LeftOut, Progress
from app.importing.rendering import Imported, Text, with_rendered
from app.importing.tagging import Tags
from app.importing.target import product_to_fill
from app.kernel.clock import now
from app.kernel.events import record_all
from app.kernel.transaction import transaction

LINES_AT_ONCE = 500
NOBODY = "imported"
"""Asks what names no author."""


def import_questions(path: str | Path, product_slug: str, report: Callable[[str], object] = print) -> int:
    """How many questions were added. They do not escalate; lines that are no question are reported and left out.

    Keeps ids on an empty site where every line has one. Opens its own transactions; a second run adds only what the
    first one did not.
    """
    file, left_out = Path(path), LeftOut()
    found = survey(file)
    store = _Store.of(product_slug, found.numbered)
    progress = Progress("import", found.lines)
    new = (line for line in questions_in(file, left_out) if store.is_new(line))
    for batch, texts in with_rendered(_batches(new), _texts, found.lines):
        with transaction():
            store.store(batch, texts)
        progress.advance(len(batch))
    progress.advance(found.lines)
    with transaction():
        continue_numbering(Question)
    finish(report)
    report(f"imported: {store.stored} questions")
    for line in left_out.lines():
        report(line)
    return store.stored


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    iterator = iter(lines)
    while batch := list(islice(iterator, LINES_AT_ONCE)):
        yield batch


def _texts(batch: list[Line]) -> list[Text]:
    return [Text(line.body) for line in batch]


@dataclass
class _Store:
    """`known` holds the keys that are here; `people` the authors met so far, by the name in the file."""

    product_id: int
    prefix: str
    keeps_ids: bool
    known: set[str]
    taken: set[str]
    people: dict[str, int]
    tags: Tags
    at: datetime
    stored: int = 0

    @classmethod
    def of(cls, slug: str, numbered: bool) -> "_Store":
        product_id = product_to_fill(slug)
        prefix = f"jsonl/{slug[:20]}/"
        known = set(db.session.scalars(select(Question.submission).where(Question.submission.startswith(prefix))))
        total = db.session.scalar(select(func.count()).select_from(Question)) or 0
        names = set(db.session.scalars(select(User.name_key)))
        return cls(product_id, prefix, numbered and total == len(known), set(map(str, known)), names, {}, Tags(), now())

    def is_new(self, line: Line) -> bool:
        """Once for each key."""
        key = self.prefix + line.key
        if key in self.known:
            return False
        self.known.add(key)
        return True

    def store(self, batch: list[Line], texts: list[Imported]) -> None:
        """Joins the caller's transaction."""
        self._meet({line.author or NOBODY for line in batch})
        rows = [self._row(line, text) for line, text in zip(batch, texts, strict=True)]
        ids = insert_all(Question, rows)
        self._tag(batch, ids, rows)
        revisions = [_revision(line, row, id) for line, row, id in zip(batch, rows, ids, strict=True)]
        db.session.execute(insert(Revision), revisions)
        record_all((_asked(row, id), row["created_at"]) for row, id in zip(rows, ids, strict=True))
        self.stored += len(ids)

    def _meet(self, names: set[str]) -> None:
        """Authors without address: an imported one of that name, or a new one."""
        missing = sorted(names - self.people.keys())
        if not missing:
            return
        found = select(User.name_key, User.id).where(User.name_key.in_([name_key(name) for name in missing]))
        imported = db.session.execute(found.where(User.email.is_(None), User.anonymised_at.is_(None)))
        known = {row.name_key: row.id for row in imported}
        self.people |= {name: known[name_key(name)] for name in missing if name_key(name) in known}
        new = [name for name in missing if name not in self.people]
        self.people |= dict(zip(new, insert_all(User, [self._person(name) for name in new]), strict=True))

    def _person(self, wanted: str) -> dict[str, Any]:
        name = fitting_name(wanted, 2, self.taken)
        return {"name": name, "name_key": name_key(name), "role": Role.MEMBER, "level": 0, "created_at": self.at}

    def _row(self, line: Line, text: Imported) -> dict[str, Any]:
        at, asker_id = line.created_at or self.at, self.people[line.author or NOBODY]
        row = {
            "product_id": self.product_id,
            "kind": Kind.QUESTION,
            "title": line.title,
            "slug": slug_of(line.title),
            "body": text.rendered.source,
            "body_html": text.rendered.html,
            "excerpt": text.rendered.excerpt,
            "renderer_version": text.rendered.version,
            "language": line.language or language_of(f"{line.title}\n{text.rendered.source}"),
            "asker_id": asker_id,
            "created_at": at,
            "active_at": at,
            "active_by_id": asker_id,
            "service_state": ServiceState.OPEN,
            "escalates": False,
            "no_promise": NoPromise.IMPORTED,
            "submission": self.prefix + line.key,
        }
        return row | {"id": line.id} if self.keeps_ids else row

    def _tag(self, batch: list[Line], ids: list[int], stored: list[dict[str, Any]]) -> None:
        self.tags.want({name for line in batch for name in line.tags}, self.at)
        tied = [
            tie
            for line, id, row in zip(batch, ids, stored, strict=True)
            for tie in self.tags.rows_for(id, line.tags, row["active_at"])
        ]
        if tied:
            db.session.execute(insert(QuestionTag), tied)


def _revision(line: Line, row: dict[str, Any], question_id: int) -> dict[str, Any]:
    says = {"title": row["title"], "body": row["body"], "tags": line.tags}
    about = {"kind": PostKind.QUESTION, "target_id": question_id, "number": 1, "comment": ""}
    return says | about | {"author_id": row["asker_id"], "created_at": row["created_at"]}


def _asked(row: dict[str, Any], question_id: int) -> QuestionAsked:
    return QuestionAsked(
        question_id=question_id, product_id=row["product_id"], asker_id=row["asker_id"], actor_id=row["asker_id"]
    )
