"""Which engine serves, why, and how far behind it is, for the administrator."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from app.domains.questions.queries import question_total
from app.domains.search.choice import WHOOSH_COMFORT, Choice, choose_engine
from app.domains.search.engine import IndexUnusable
from app.domains.search.serving import serving
from app.domains.search.settings import TANTIVY_FROM
from app.extensions import db
from app.kernel.clock import now
from app.kernel.jobs import Job, JobState

INDEXING = "search.index_questions"


@dataclass(frozen=True)
class IndexStatus:
    """`engine` None: there is no index and the database answers. `problem`: why the index cannot be read."""

    engine: str | None
    choice: Choice
    wanted: str
    available: list[str]
    tantivy_from: int
    questions: int
    documents: int
    size_bytes: int
    built_at: datetime | None
    waiting: int
    lag: timedelta
    problem: str | None
    rebuilding: bool
    rebuild_wanted: bool

    @property
    def serves(self) -> bool:
        return self.problem is None

    @property
    def changes(self) -> bool:
        """Another engine is due."""
        return self.engine is not None and self.engine != self.choice.engine

    @property
    def strained(self) -> bool:
        """Whoosh with more questions than it is comfortable with."""
        return self.choice.engine == "whoosh" and self.questions > WHOOSH_COMFORT


def current_choice(questions: int) -> Choice:
    """The engine that an index built now would have."""
    wanted = current_app.extensions["config"].search_engine
    current = serving().current()
    available = list(serving().engines)
    return choose_engine(wanted, available, questions, TANTIVY_FROM.value(), current.engine if current else None)


def index_status() -> IndexStatus:
    """Three statements."""
    index, questions = serving(), question_total()
    current = index.current()
    documents, problem = _documents()
    waiting, since = _waiting()
    return IndexStatus(
        engine=current.engine if current else None,
        choice=current_choice(questions),
        wanted=current_app.extensions["config"].search_engine,
        available=list(index.engines),
        tantivy_from=TANTIVY_FROM.value(),
        questions=questions,
        documents=documents,
        size_bytes=index.size_bytes(),
        built_at=datetime.fromisoformat(current.built_at) if current else None,
        waiting=waiting,
        lag=max(timedelta(0), now() - since) if since else timedelta(0),
        problem=problem,
        rebuilding=index.is_rebuilding(),
        rebuild_wanted=index.wanted() is not None,
    )


def _documents() -> tuple[int, str | None]:
    try:
        return serving().count(), None
    except IndexUnusable as error:
        return 0, str(error)


def _waiting() -> tuple[int, datetime | None]:
    """How many changes are not in the index yet, and since when."""
    waiting = [Job.name == INDEXING, Job.state == JobState.WAITING]
    row = db.session.execute(select(func.count(), func.min(Job.created_at)).where(*waiting)).one()
    return row[0], row[1]
