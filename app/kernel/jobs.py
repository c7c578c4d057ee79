"""The job table: work promised in the same transaction as the change that asks for it. Running it: worker.py."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Index, Integer, String, Text, bindparam, delete, func, literal_column, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model, db
from app.kernel.clock import now
from app.kernel.columns import BigId, Json, UtcTime, enum_column
from app.kernel.rows import read_rows, write_rows

LONGEST_LEASE = timedelta(hours=1)

Work = TypeVar("Work", bound=Callable[..., Any])


class JobState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Job(Model):
    """One call that somebody waits for. Running = waiting under a lease that has not run out."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_waiting",
            "due_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_job_finished", "finished_at", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    event_id: Mapped[int | None] = mapped_column(BigId, index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[JobState] = mapped_column(enum_column(JobState), default=JobState.WAITING)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    lease_by: Mapped[str | None] = mapped_column(String(64))
    last_error: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in one worker's hands. `attempts` counts this one."""

    id: int
    name: str
    event_id: int | None
    payload: dict[str, Any]
    attempts: int
    created_at: datetime


def outbound(work: Work) -> Work:
    """Marks work that leaves the house (mail, index): run outside of a transaction, at least once, by its key."""
    work.outbound = True  # type: ignore[attr-defined]
    return work


def in_batches(work: Work) -> Work:
    """Marks a reaction that takes a list of events: one call for all that wait."""
    work.outbound = True  # type: ignore[attr-defined]
    work.in_batches = True  # type: ignore[attr-defined]
    return work


def name_of(work: Callable[..., Any]) -> str:
    """`domain.function`: what the row remembers."""
    parts = work.__module__.split(".")
    return f"{parts[2] if parts[1] == 'domains' else parts[-1]}.{work.__name__}"


_KNOWN = select(Job.key).where(Job.key.in_(bindparam("keys", expanding=True)))
# Rows of the table and no entities: nobody looks at a job that was just promised.
_JOBS: Any = Job.__table__
_PROMISE_MANY = _JOBS.insert()
_PROMISE = _JOBS.insert().returning(Job.id)


def enqueue(
    work: Callable[..., Any],
    payload: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """Promise `work(**payload)`, in the caller's transaction; gives the job's id, None where the same key waits
    already."""
    if key is not None and read_rows(_KNOWN, {"keys": [key]}).first():
        return None
    promised = _promise(work, payload or {}, None) | {"key": key} | ({"due_at": due_at} if due_at else {})
    job_id: int = write_rows(_PROMISE, promised).scalar_one()
    return job_id


def enqueue_all(reactions: Iterable[Callable[..., Any]], event_id: int) -> None:
    """Promise that each is called with that event, in the caller's transaction."""
    if rows := [_promise(reaction, {}, event_id) for reaction in reactions]:
        write_rows(_PROMISE_MANY, *rows)


def enqueue_each(work: Callable[..., Any], payloads: Mapping[str, Mapping[str, Any]]) -> None:
    """Promise `work(**payload)` for every key that does not wait already, in the caller's transaction."""
    known = set(read_rows(_KNOWN, {"keys": list(payloads)}).scalars()) if payloads else set()
    if rows := [_promise(work, each, None) | {"key": key} for key, each in payloads.items() if key not in known]:
        write_rows(_PROMISE_MANY, *rows)


def _promise(work: Callable[..., Any], payload: Mapping[str, Any], event_id: int | None) -> dict[str, Any]:
    at = now()  # once: by these two being the same one knows what a clock that was ahead has written
    row = {"name": name_of(work), "payload": dict(payload), "event_id": event_id, "attempts": 0}
    return row | {"state": JobState.WAITING, "created_at": at, "due_at": at}


# Which jobs are due, asked several times a second by each worker: written once, with the times and names put in.
_AT, _TOO_LONG = bindparam("at", type_=UtcTime), bindparam("too_long", type_=UtcTime)
_NAMED = Job.name.in_(bindparam("names", expanding=True))
# In words, not as a value: only then the index of what waits can be used, and thousands may wait for next week.
_WAITING = Job.state == literal_column("'waiting'")
_DUE = Job.due_at <= _AT
_UNHELD = Job.lease_until.is_(None) | (Job.lease_until < _AT) | (Job.lease_until > _TOO_LONG)
_FREE = _WAITING & _DUE & _UNHELD
# Claimed before, and neither acknowledged nor failed since.
_SUSPECT = (Job.attempts > 0) & Job.last_error.is_(None)
_OLDEST = (
    select(Job.id, Job.name, Job.event_id, Job.payload, Job.attempts, Job.created_at)
    .where(_FREE, _NAMED)
    .order_by(Job.due_at, Job.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_NEXT = _OLDEST.where(~_SUSPECT)
_NEXT_SUSPECTS = _OLDEST.where(_SUSPECT, Job.attempts == bindparam("attempts"))
_FEWEST_DEATHS = select(func.min(Job.attempts)).where(_FREE, _NAMED, _SUSPECT)
_WAITING_NAMES = select(Job.name).where(_FREE).distinct()
_WAITING_COUNT = select(func.count()).select_from(Job).where(_FREE)
_IDS = Job.id.in_(bindparam("ids", expanding=True))
_TAKE = update(Job).where(_IDS).values(attempts=Job.attempts + 1)
_TAKE = _TAKE.values(lease_until=bindparam("until", type_=UtcTime), lease_by=bindparam("worker"))
_FINISH = update(Job).where(_IDS, Job.lease_by == bindparam("worker"), Job.state == JobState.WAITING)
_FINISH = _FINISH.values(state=JobState.DONE, finished_at=bindparam("at", type_=UtcTime))
_FINISH = _FINISH.values(lease_until=None, last_error=None)
# Nobody holds a job as an entity while it is worked on: none has to be brought up to date.
_ROWS_ALONE = {"synchronize_session": False}


def _at_present() -> dict[str, datetime]:
    at = now()
    return {"at": at, "too_long": at + LONGEST_LEASE}


def claim_next(worker: str, limit: int, lease: timedelta, names: list[str]) -> list[Claimed]:
    """Up to `limit` due jobs, oldest first, taken under a lease; each counts one attempt from now on."""
    return _claim(_NEXT, worker, lease, {"names": names, "limit": limit})


def claim_suspects(worker: str, limit: int, lease: timedelta, names: list[str]) -> list[Claimed]:
    """Due jobs under which a worker died: the more workers, the fewer together, until each is tried alone. Whatever
    kills the next worker too takes few others along."""
    fewest = db.session.scalar(_FEWEST_DEATHS, {**_at_present(), "names": names})
    if fewest is None:
        return []
    together = max(1, limit // 4**fewest)
    return _claim(_NEXT_SUSPECTS, worker, lease, {"names": names, "limit": together, "attempts": fewest})


def _claim(found: Any, worker: str, lease: timedelta, which: dict[str, Any]) -> list[Claimed]:
    present = _at_present()
    rows = db.session.execute(found, present | which).all()
    if rows:
        taken = {"ids": [row.id for row in rows], "until": present["at"] + lease, "worker": worker}
        db.session.execute(_TAKE, taken, execution_options=_ROWS_ALONE)
    return [Claimed(row.id, row.name, row.event_id, row.payload, row.attempts + 1, row.created_at) for row in rows]


def finish(job_ids: list[int], worker: str) -> int:
    """Acknowledge; gives how many were still under this worker's lease."""
    done = {"ids": job_ids, "worker": worker, "at": now()}
    return _rows(db.session.execute(_FINISH, done, execution_options=_ROWS_ALONE))


def postpone(job_id: int, worker: str, *, until: datetime, error: str) -> None:
    held = update(Job).where(Job.id == job_id, Job.lease_by == worker, Job.state == JobState.WAITING)
    db.session.execute(held.values(due_at=until, lease_until=None, lease_by=None, last_error=error[:2000]))


def park(job_id: int, worker: str, *, error: str) -> None:
    held = update(Job).where(Job.id == job_id, Job.lease_by == worker, Job.state == JobState.WAITING)
    db.session.execute(
        held.values(state=JobState.FAILED, finished_at=now(), lease_until=None, last_error=error[:2000])
    )


def correct_due_times() -> int:
    """What a clock that was ahead has promised for at once waits for no such time to come; gives how many."""
    at = now()
    ahead = update(Job).where(_WAITING, Job.due_at > at, Job.created_at > at, Job.due_at == Job.created_at)
    return _rows(db.session.execute(ahead.values(due_at=at), execution_options=_ROWS_ALONE))


def retry(job_ids: list[int] | None = None) -> int:
    """Give failed jobs (all where `job_ids` is None) another life; gives how many."""
    failed = update(Job).where(Job.state == JobState.FAILED)
    if job_ids is not None:
        failed = failed.where(Job.id.in_(job_ids))
    fresh = failed.values(state=JobState.WAITING, attempts=0, due_at=now(), lease_by=None, finished_at=None)
    return _rows(db.session.execute(fresh))


def forget_finished(older_than: timedelta = timedelta(days=7)) -> int:
    """Drop acknowledged jobs: the event stays, the promise has been kept."""
    old = delete(Job).where(Job.state == JobState.DONE, Job.finished_at < now() - older_than)
    return _rows(db.session.execute(old))


def waiting_names() -> set[str]:
    """Of what there is something to do: due now and under nobody's lease. A read, so that an idle worker takes no
    write lock."""
    return set(db.session.scalars(_WAITING_NAMES, _at_present()))


def waiting_count() -> int:
    """How many jobs are due now and under nobody's lease."""
    return db.session.scalar(_WAITING_COUNT, _at_present()) or 0


def oldest_wait(name: str | None = None) -> float:
    """Seconds since the oldest job that is not done fell due, of one name or of all; 0 where none waits."""
    waiting = select(func.min(Job.due_at)).where(Job.state == JobState.WAITING, Job.due_at <= now())
    oldest = db.session.scalar(waiting if name is None else waiting.where(Job.name == name))
    return (now() - oldest).total_seconds() if oldest else 0.0


def jobs_page(state: JobState | None, limit: int = 100) -> list[Job]:
    """Jobs for the administrator, newest first."""
    found = select(Job).order_by(Job.id.desc()).limit(limit)
    return list(db.session.scalars(found.where(Job.state == state) if state else found))


def counts() -> dict[str, int]:
    """How many jobs are in each state."""
    rows = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    return {state.value: 0 for state in JobState} | {state.value: number for state, number in rows}


def _rows(result: Any) -> int:
    return int(result.rowcount)
