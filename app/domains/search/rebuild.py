"""A fresh index beside the old one, then the swap. Search answers from the old one until the last moment."""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, current_app
from sqlalchemy import func, select

from app.domains.questions.queries import question_ids_after, question_total
from app.domains.search.analysis import ANALYSIS_VERSION
from app.domains.search.choice import WHOOSH_COMFORT, Choice
from app.domains.search.engine import IndexBusy, IndexUnusable, SearchEngine
from app.domains.search.queries.status import INDEXING, current_choice
from app.domains.search.queries.truth import documents_by_id
from app.domains.search.serving import REBUILD, WRITE, Current, Serving, serving
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import EventRow
from app.kernel.jobs import waiting_names
from app.kernel.transaction import in_transaction

log = structlog.get_logger()

BATCH = 500  # questions loaded by three statements
COMMIT_EVERY = 4  # batches: a commit costs an fsync and makes a segment
# PostgreSQL gives event ids before their transactions end: one committed late has a smaller id than some already seen.
OVERLAP = {"postgresql": 500}
FEW = 100  # events to catch up with that are quick enough to hold up the writers for
AT_ONCE_BELOW = 2_000  # questions: about a second of the worker's time; more are rebuilt beside its other work
REST_SECONDS = 60.0  # after a rebuild that failed
MANY, MANY_ARE_COUNTED_EVERY_SECONDS = 50_000, 300.0  # a million: a tenth of a second each time

Report = Callable[[str], Any]


@dataclass(frozen=True)
class Rebuilt:
    engine: str
    documents: int
    seconds: float


def rebuild(report: Report | None = None) -> Rebuilt:
    """Build, catch up with what changed meanwhile, swap. `report("500 / 1200")` after every batch of questions.

    Outside of a transaction; IndexBusy while another process rebuilds.
    """
    if in_transaction():
        raise RuntimeError("a rebuild reads for long: it runs outside of a transaction")
    index, began = serving(), time.monotonic()
    with index.locked(REBUILD, 0):
        index.forget_wanted()
        index.remove_leftovers()
        choice = current_choice(question_total())
        path = index.path_of(f"{choice.engine}-{uuid4().hex[:12]}")
        try:
            documents = _build(index, choice, path, report or _silent)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
    _tell(choice, documents)
    return Rebuilt(choice.engine, documents, time.monotonic() - began)


def _build(index: Serving, choice: Choice, path: Path, report: Report) -> int:
    open_engine = index.engines[choice.engine]
    with open_engine(path, writable=True) as engine:
        seen = _last_event()
        _put_all(engine, report)
        while (latest := _last_event()) - seen > FEW:
            _refresh(engine, _changed_since(seen))
            seen = latest
    # Nobody writes now: what has been written into the old index until here is caught up with, what comes
    # after goes into the new one.
    with index.locked(WRITE, 60):
        with open_engine(path, writable=True) as engine:
            _refresh(engine, _changed_since(seen))
            documents = engine.count()
        index.swap(Current(choice.engine, path.name, ANALYSIS_VERSION, now().isoformat(), documents))
    return documents


def _put_all(engine: SearchEngine, report: Report) -> None:
    total, done, after = question_total(), 0, 0
    held = []
    while ids := question_ids_after(after, BATCH):
        held += documents_by_id(ids)
        db.session.rollback()  # a read that lasts for minutes would keep the database from tidying up
        after, done = ids[-1], done + len(ids)
        if len(held) >= BATCH * COMMIT_EVERY:
            engine.put(held)
            held = []
        report(f"{done} / {max(total, done)}")
    if held:
        engine.put(held)


def _last_event() -> int:
    last = db.session.scalar(select(func.max(EventRow.id))) or 0
    db.session.rollback()
    return last


def _changed_since(event_id: int) -> list[int]:
    """Questions that something happened to."""
    first = event_id - OVERLAP.get(db.engine.dialect.name, 0)
    found = select(EventRow.payload).where(EventRow.id > first).order_by(EventRow.id)
    ids = {payload["question_id"]: None for payload in db.session.scalars(found) if payload.get("question_id")}
    db.session.rollback()
    return list(ids)


def _refresh(engine: SearchEngine, ids: list[int]) -> None:
    for start in range(0, len(ids), BATCH):
        engine.put(documents_by_id(ids[start : start + BATCH]))
        db.session.rollback()


def _silent(_line: str) -> None:
    pass


def _tell(choice: Choice, documents: int) -> None:
    log.info("search.rebuilt", engine=choice.engine, because=choice.because, documents=documents)
    if choice.engine == "whoosh" and documents > WHOOSH_COMFORT:
        log.warning("search.whoosh_strained", documents=documents, comfortable_to=WHOOSH_COMFORT)


def rebuild_soon() -> None:
    """A small forum's index at once; a large one's in a thread, so that the worker keeps its other promises."""
    if time.monotonic() < current_app.extensions.get("search_rests_until", 0.0):
        return
    if question_total() < AT_ONCE_BELOW:
        db.session.rollback()
        _try(current_app._get_current_object())  # type: ignore[attr-defined]
    elif not serving().is_rebuilding():
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        threading.Thread(target=_try_in_context, args=(app,), name="search-rebuild", daemon=True).start()


def _try_in_context(app: Flask) -> None:
    with app.app_context():
        _try(app)


def _try(app: Flask) -> None:
    try:
        rebuild()
    except IndexBusy:
        log.info("search.rebuild_runs_already")
    except Exception:
        app.extensions["search_rests_until"] = time.monotonic() + REST_SECONDS
        log.exception("search.rebuild_failed")


def why_rebuild() -> str | None:
    """missing, unusable, asked, engine or count; None where the index is as it should be."""
    index = serving()
    current = index.current()
    if current is None:
        return "missing"
    if wanted := index.wanted():
        return wanted
    try:
        documents = index.count()
    except IndexUnusable:
        return "unusable"
    if _was_counted_lately(documents):
        return None
    questions = question_total()
    if current.engine != current_choice(questions).engine:
        return "engine"
    return "count" if _stays_apart(documents, questions) else None


def _was_counted_lately(documents: int) -> bool:
    """Of many questions, which take long to count; if not, they are counted now."""
    at, kept = time.monotonic(), current_app.extensions
    if documents < MANY:
        return False
    if at < kept.get("search_counted_until", 0.0):
        return True
    kept["search_counted_until"] = at + MANY_ARE_COUNTED_EVERY_SECONDS
    return False


def _stays_apart(documents: int, questions: int) -> bool:
    """Whether the same two numbers differ for the second time with no change on its way: something was lost."""
    pair = (documents, questions)
    before = current_app.extensions.get("search_counts")
    current_app.extensions["search_counts"] = pair
    return documents != questions and before == pair and INDEXING not in waiting_names()
