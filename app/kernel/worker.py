"""Run what waits: jobs under a lease, with retry and back-off, and what the clock asks for."""

import os
import random
import signal
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event as Flag
from typing import Any

import structlog
from flask import Flask

from app.extensions import db
from app.kernel import events, jobs, schedule
from app.kernel.clock import now
from app.kernel.transaction import transaction

BATCH = 200
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8  # with doubling back-off, about four minutes, then a person looks
OUTBOUND_FOR = timedelta(hours=48)  # a mail server may be down for a day
OUTBOUND_PAUSE = timedelta(hours=1)

log = structlog.get_logger()


class Worker:
    """One process that works; several may run at once, on one database."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{random.randrange(10**6)}"
        self._stopping = Flag()

    def run(self, *, idle_seconds: float = 0.25) -> None:
        """Until SIGTERM or SIGINT: finish the batch in hand, then leave."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        while not self._stopping.is_set():
            try:
                busy = self.tick()
            except Exception:
                # The database may be away for a moment; nothing is lost by trying again.
                log.exception("worker.tick_failed")
                busy = False
                time.sleep(1)
            if not busy:
                self._stopping.wait(idle_seconds)

    def tick(self) -> bool:
        """One round: what the clock asks for, then one batch of each sort; whether there was anything to do."""
        with self.app.app_context():
            ran = schedule.run_due()
            did = self._work_inside() + self._work_outside()
            return bool(ran or did)

    def drain(self, rounds: int = 100) -> None:
        """Tick until nothing is due (tests, demonstration, command line)."""
        for _ in range(rounds):
            with self.app.app_context():
                did = self._work_inside() + self._work_outside()
            if not did:
                return

    def _work_inside(self) -> int:
        """Reactions that only change our own tables: one transaction for the batch, a savepoint for each."""
        names = [name for name, work in self._table().items() if not getattr(work, "outbound", False)]
        batch = self._claim(names)
        if not batch:
            return 0
        loaded = self._events_of(batch)
        with transaction():
            done = [job.id for job in batch if self._run_inside(job, loaded)]
            jobs.finish(done, self.name)
        return len(batch)

    def _run_inside(self, job: jobs.Job, loaded: dict[int, events.Event]) -> bool:
        savepoint = db.session.begin_nested()
        try:
            self._call(job, loaded)
            db.session.flush()
            savepoint.commit()
            return True
        except Exception as error:
            savepoint.rollback()
            self._failed(job, error)
            return False

    def _work_outside(self) -> int:
        """Work that leaves the house: run first, acknowledged after, so that a slow mail server holds no lock."""
        names = [name for name, work in self._table().items() if getattr(work, "outbound", False)]
        batch = self._claim(names)
        loaded = self._events_of(batch)
        together: dict[str, list[jobs.Job]] = {}
        for job in batch:
            alone = not getattr(self._table()[job.name], "in_batches", False)
            together.setdefault(f"{job.name}:{job.id}" if alone else job.name, []).append(job)
        for group in together.values():
            self._run_outside(group, loaded)
        return len(batch)

    def _run_outside(self, group: list[jobs.Job], loaded: dict[int, events.Event]) -> None:
        try:
            if getattr(self._table()[group[0].name], "in_batches", False):
                found = [loaded[job.event_id] for job in group if job.event_id in loaded]
                self._table()[group[0].name](found)
            else:
                self._call(group[0], loaded)
        except Exception as error:
            with transaction():
                for job in group:
                    self._failed(job, error)
        else:
            with transaction():
                jobs.finish([job.id for job in group], self.name)

    def _claim(self, names: list[str]) -> list[jobs.Job]:
        db.session.rollback()
        if not jobs.waiting_count(names):  # a read, so that an idle worker takes no write lock
            return []
        with transaction():
            batch = jobs.claim_next(self.name, BATCH, LEASE, names)
        for job in batch:
            db.session.expunge(job)
        return batch

    def _events_of(self, batch: list[jobs.Job]) -> dict[int, events.Event]:
        return events.load([job.event_id for job in batch if job.event_id is not None])

    def _call(self, job: jobs.Job, loaded: dict[int, events.Event]) -> Any:
        work = self._table()[job.name]
        if job.event_id is None:
            return work(**job.payload)
        if job.event_id in loaded:
            return work(loaded[job.event_id])
        return None  # the event's kind has left the program: nothing can be owed to it

    def _table(self) -> dict[str, Callable[..., Any]]:
        return self.app.extensions["wiring"].work  # type: ignore[no-any-return]

    def _failed(self, job: jobs.Job, error: Exception) -> None:
        is_outbound = getattr(self._table()[job.name], "outbound", False)
        log.warning("job.failed", job=job.id, name=job.name, attempt=job.attempts, error=repr(error))
        if _gives_up(job, is_outbound):
            jobs.park(job.id, self.name, error=repr(error))
        else:
            until = now() + back_off(job.attempts, is_outbound)
            jobs.postpone(job.id, self.name, until=until, error=repr(error))


def back_off(attempts: int, is_outbound: bool) -> timedelta:
    """1, 2, 4 … seconds; outbound work waits at most an hour between two tries."""
    pause = timedelta(seconds=2.0 ** min(attempts - 1, 20))
    return min(pause, OUTBOUND_PAUSE) if is_outbound else pause


def _gives_up(job: jobs.Job, is_outbound: bool) -> bool:
    started: datetime = job.created_at
    return now() - started > OUTBOUND_FOR if is_outbound else job.attempts >= MAX_ATTEMPTS
