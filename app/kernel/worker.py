"""Run what waits: jobs under a lease, with retry and back-off, and what the clock asks for."""

import os
import random
import signal
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Thread
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import InterfaceError, OperationalError

from app.extensions import db
from app.kernel import events, jobs, schedule, sqlite
from app.kernel.clock import now
from app.kernel.memory import FreeMemory
from app.kernel.transaction import transaction

BATCH = 200
LEASE = timedelta(seconds=60)
HOLDS_SECONDS = 0.03  # SQLite has one writer: who posts meanwhile waits
OUTBOUND_LEASE = timedelta(minutes=15)  # longer than mail.py lets a server take over one message
MAX_ATTEMPTS = 8  # with doubling back-off, about four minutes, then a person looks
OUTBOUND_FOR = timedelta(hours=48)  # a mail server may be down for a day
OUTBOUND_PAUSE = timedelta(hours=1)
TRIED_EVERY_SECONDS = 0.5
LEAVES_WITHIN_SECONDS = 10.0  # less than the parent waits before it kills

log = structlog.get_logger()


Group = list[jobs.Claimed]
Run = Callable[[jobs.Claimed, dict[int, events.Event]], bool]


class LeaseLost(Exception):
    """Others have taken over what this worker was too slow with: its work is undone, theirs counts."""


class Worker:
    """One process that works; several may run at once, on one database."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        number = random.randrange(10**6)  # nosec B311  # tells two workers apart, and nobody gains by guessing it
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{number}"
        self._stopping = Flag()
        self._free_memory = FreeMemory()

    def run(self, *, idle_seconds: float = 0.25) -> None:
        """Until SIGTERM or SIGINT: finish the batch in hand, then leave."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        with self.app.app_context():
            sqlite.give_way()
        # A mail server may take minutes over one message: no promise waits for it.
        beside = Thread(target=self._keep_on, args=(self._work_outside, idle_seconds), name="outbound", daemon=True)
        beside.start()
        self._keep_on(lambda: schedule.run_due() + self._work_at_home(), idle_seconds)
        beside.join(LEAVES_WITHIN_SECONDS)

    def _keep_on(self, work: Callable[[], int], idle_seconds: float) -> None:
        while not self._stopping.is_set():
            try:
                with self.app.app_context():
                    busy = work()
            except Exception:
                # The database may be away for a moment; nothing is lost by trying again.
                log.exception("worker.tick_failed")
                busy = False
                self._stopping.wait(1)
            self._free_memory.give_back_when_due()
            if not busy:
                self._stopping.wait(idle_seconds)

    def tick(self) -> bool:
        """One round: what the clock asks for, then one batch of each sort; whether there was anything to do."""
        with self.app.app_context():
            ran = schedule.run_due()
            did = self._work_at_home() + self._work_outside()
            return bool(ran or did)

    def drain(self, rounds: int = 100) -> None:
        """Tick until nothing is due (tests, demonstration, command line)."""
        for _ in range(rounds):
            with self.app.app_context():
                did = self._work_at_home() + self._work_outside()
            if not did:
                return

    def _work_at_home(self) -> int:
        waiting = self._waiting()
        return self._work_inside(waiting) + self._work_in_batches(waiting)

    def _work_inside(self, waiting: dict[str, Callable[..., Any]]) -> int:
        """Reactions that only change our own tables: many in one transaction."""
        names = [name for name, work in waiting.items() if not _is_outbound(work)]
        return sum(self._run_together(batch) for batch in self._batches(names, BATCH, LEASE))

    def _run_together(self, batch: Group) -> int:
        """Where one of them cannot be done, all that was undone with it and what comes after is tried one by one."""
        loaded, waiting, run = self._events_of(batch), list(reversed(batch)), self._run_trusting
        while waiting:
            before = waiting.copy()
            try:
                self._run_some(waiting, loaded, run)
            except LeaseLost:
                continue
            except Exception:
                if run == self._run_alone:
                    raise
                waiting, run = before, self._run_alone
        return len(batch)

    def _run_some(self, waiting: Group, loaded: dict[int, events.Event], run: Run) -> None:
        """From the end of the list, in one transaction, for as long as others may be kept waiting."""
        with transaction():
            until, done = time.monotonic() + HOLDS_SECONDS, []
            while waiting and time.monotonic() < until:
                job = waiting.pop()
                if run(job, loaded):
                    done.append(job.id)
            if jobs.finish(done, self.name) < len(done):
                raise LeaseLost

    def _run_trusting(self, job: jobs.Claimed, loaded: dict[int, events.Event]) -> bool:
        self._call(job, loaded)
        return True

    def _run_alone(self, job: jobs.Claimed, loaded: dict[int, events.Event]) -> bool:
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

    def _work_in_batches(self, waiting: dict[str, Callable[..., Any]]) -> int:
        """Reactions that take all their events at once: one name at a time."""
        done = 0
        for name in [name for name, work in waiting.items() if _is_in_batches(work)]:
            for batch in self._batches([name], BATCH, LEASE):
                self._run_outside(batch)
                done += len(batch)
        return done

    def _work_outside(self) -> int:
        """Mail and its like, each claimed when its turn comes: one that takes minutes keeps no other waiting under a
        lease that runs out. Run first, acknowledged after, so that a slow server holds no lock."""
        waiting, done = self._waiting(), 0
        names = [name for name, work in waiting.items() if _is_outbound(work) and not _is_in_batches(work)]
        in_hand = [] if self._stopping.is_set() else self._batches(names, 1, OUTBOUND_LEASE)
        while in_hand:
            group = in_hand.pop()
            error, done = self._error_of(group), done + 1
            goes_on = not in_hand and done < BATCH and not self._stopping.is_set()
            in_hand += self._settled(group, error, names if goes_on else [])
        return done

    def _run_outside(self, group: Group) -> None:
        self._settled(group, self._error_of(group), [])

    def _error_of(self, group: Group) -> Exception | None:
        """What went wrong with the work of this group; None where it is done."""
        try:
            loaded = self._events_of(group)
            if _is_in_batches(self._table()[group[0].name]):
                found = [loaded[job.event_id] for job in group if job.event_id in loaded]
                self._table()[group[0].name](found)
            else:
                self._call(group[0], loaded)
        except Exception as error:
            return error
        return None

    def _settled(self, group: Group, error: Exception | None, names: list[str]) -> list[Group]:
        """Told to the database, and the next of these names claimed with it. While the database is away the jobs would
        wait for the end of their lease, a quarter of an hour, and a mail that has left would leave again."""
        while True:
            try:
                with transaction():
                    self._settle(group, error)
                    following = jobs.claim_next(self.name, 1, OUTBOUND_LEASE, names) if names else []
                return [following] if following else []
            except (OperationalError, InterfaceError) as away:
                log.warning("worker.not_settled", jobs=len(group), error=str(away.orig)[:200])
            if self._stopping.wait(TRIED_EVERY_SECONDS):
                return []

    def _settle(self, group: Group, error: Exception | None) -> None:
        if error is None:
            jobs.finish([job.id for job in group], self.name)
            return
        for job in group:
            self._failed(job, error)

    def _batches(self, names: list[str], limit: int, lease: timedelta) -> list[Group]:
        """What to do now: a batch of up to `limit`, and apart from it jobs under which a worker died."""
        if not names:
            return []
        with transaction():
            batch = jobs.claim_next(self.name, limit, lease, names)
            alone = [job for job in jobs.claim_suspects(self.name, limit, lease, names) if not self._bury(job)]
        return [jobs_at_once for jobs_at_once in (batch, alone) if jobs_at_once]

    def _bury(self, job: jobs.Claimed) -> bool:
        """Whether it is left for a person to look at, because worker after worker died of it."""
        deadly = job.attempts > MAX_ATTEMPTS
        if deadly:
            log.error("job.deadly", job=job.id, attempts=job.attempts)
            jobs.park(job.id, self.name, error=f"{MAX_ATTEMPTS} workers died while they were at it.")
        return deadly

    def _waiting(self) -> dict[str, Callable[..., Any]]:
        """The work of which there is something to do now, by name."""
        db.session.rollback()
        names = jobs.waiting_names()
        return {name: work for name, work in self._table().items() if name in names}

    def _events_of(self, batch: Group) -> dict[int, events.Event]:
        return events.load([job.event_id for job in batch if job.event_id is not None])

    def _call(self, job: jobs.Claimed, loaded: dict[int, events.Event]) -> Any:
        work = self._table()[job.name]
        if job.event_id is None:
            return work(**job.payload)
        if job.event_id in loaded:
            return work(loaded[job.event_id])
        return None  # the event's kind has left the program: nothing can be owed to it

    def _table(self) -> dict[str, Callable[..., Any]]:
        return self.app.extensions["wiring"].work  # type: ignore[no-any-return]

    def _failed(self, job: jobs.Claimed, error: Exception) -> None:
        is_outbound = _is_outbound(self._table()[job.name])
        log.warning("job.failed", job=job.id, work=job.name, attempt=job.attempts, error=repr(error))
        if _gives_up(job, is_outbound):
            jobs.park(job.id, self.name, error=repr(error))
        else:
            until = now() + back_off(job.attempts, is_outbound)
            jobs.postpone(job.id, self.name, until=until, error=repr(error))


def _is_outbound(work: Callable[..., Any]) -> bool:
    return getattr(work, "outbound", False)


def _is_in_batches(work: Callable[..., Any]) -> bool:
    return getattr(work, "in_batches", False)


def back_off(attempts: int, is_outbound: bool) -> timedelta:
    """1, 2, 4 … seconds; outbound work waits at most an hour between two tries."""
    pause = timedelta(seconds=2.0 ** min(attempts - 1, 20))
    return min(pause, OUTBOUND_PAUSE) if is_outbound else pause


def _gives_up(job: jobs.Claimed, is_outbound: bool) -> bool:
    started: datetime = job.created_at
    return now() - started > OUTBOUND_FOR if is_outbound else job.attempts >= MAX_ATTEMPTS
