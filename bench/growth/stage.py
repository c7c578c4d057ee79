"""One PostgreSQL with a forum of each size in it, loaded once and found again where they were kept."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from app.domains.questions.models import Question
from app.extensions import db
from bench.community import people_count
from bench.forum import Forum, prepared
from bench.growth.history import write_history
from bench.growth.multiplying import FIRST, copies_of, multiply, stretch
from bench.growth.visits import Town, town_of
from bench.loading import load
from tests.servers.postgresql import Cluster, drop_database, fresh_database, running_cluster

# What a server of its own with eight gigabytes would have; no autovacuum, so that it takes no part in a measurement.
SETTINGS = (
    "shared_buffers=2GB", "effective_cache_size=6GB", "maintenance_work_mem=512MB",
    "max_wal_size=8GB", "checkpoint_timeout=1h", "autovacuum=off",
)  # fmt: skip

Report = Callable[[str], object]


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    folder.chmod(0o755)  # PostgreSQL is another user where this runs as root
    with running_cluster(durable=False, kept_in=folder / "postgresql", settings=SETTINGS) as server:
        yield server


def town(
    server: Cluster, folder: Path, questions: int, report: Report, index_of: Town | None = None, *,
    first: int = FIRST, slower: int = 1,
) -> Town:
    """The forum with so many questions; loaded now where no earlier run has finished that. `first` of them are
    generated, and in a `slower` one everything takes so many times longer.

    With `index_of` it searches a copy of that smaller forum's index (its questions are the same): an index takes
    hours to build where everything else takes minutes, and what search costs as it grows is measured by T9.
    """
    name, place = f"growth_{questions}", folder / f"questions-{questions}"
    finished = place / "loaded"
    if not finished.exists():
        drop_database(server.address, name)
        fresh_database(server.address, name)
    forum = prepared(place, f"{server.address}/{name}")
    if not finished.exists():
        first_person = _fill(forum, questions, report, first, slower, index=index_of is None)
        if index_of is not None:
            shutil.copytree(index_of.forum.folder / "search", place / "search", dirs_exist_ok=True)
        finished.write_text(str(first_person))
    forum.questions, forum.first_person, forum.database_pid = questions, int(finished.read_text()), server.pid
    forum.app.extensions["search_rests_until"] = float("inf")  # nothing is indexed beside a measurement
    return town_of(forum)


def _fill(forum: Forum, questions: int, report: Report, first: int, slower: int, *, index: bool) -> int:
    """Id of the first person."""
    copies = copies_of(questions, first)
    generated = questions // copies
    with forum.app.app_context():
        told = load(forum.app, generated, report, people=people_count(generated) * copies, index=index)
        report(f"{told.rows} rows in {told.seconds:.0f} s; {told.index} index in {told.index_seconds:.0f} s")
        began = time.monotonic()
        rows = multiply(copies, told.first_person, report)
        if slower > 1:
            stretch(slower)
        rows += write_history(_end(), report)
        db.session.remove()
        db.engine.dispose()
    tidy(forum.database)
    report(f"{rows} rows more, with VACUUM ANALYZE in {time.monotonic() - began:.0f} s")
    return told.first_person


def _end() -> datetime:
    end = db.session.scalar(select(func.max(Question.active_at)))
    assert end is not None
    return end


def tidy(address: str) -> None:
    """What autovacuum does in time: dead rows away, statistics true, the map of what everybody sees."""
    with psycopg.connect(plain_address(address), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def plain_address(address: str) -> str:
    """SQLAlchemy's address as psycopg takes it."""
    return address.replace("postgresql+psycopg://", "postgresql://")
