"""Jobs that cannot be done: one fails each time, one takes its worker along. The others go on."""

import os
import signal
import time

from sqlalchemy import select, update

from app.extensions import db
from app.kernel.clock import now
from app.kernel.jobs import Job, JobState
from app.kernel.transaction import transaction
from bench.faults.counting import counted
from bench.faults.processes import Running
from bench.faults.racing import ask
from bench.faults.result import Result
from bench.faults.stage import WITHIN, Stage

FAILS, KILLS = "faults.fail", "faults.kill"


def poisoned_jobs(stage: Stage, seed: int, *, questions: int, doses: int = 2) -> Result:
    """Each dose is one job of either sort, and lies before a part of the questions' jobs. Pauses between two tries
    are cut short."""
    stage.promise_within(1)
    for _ in range(doses):
        _poison(FAILS, KILLS)
        ask(stage, questions // doses)
    # Each dose takes eight workers along, and a busy machine needs as many seconds to start one.
    deaths, until = 0, time.monotonic() + WITHIN * (1 + doses)
    worker = _start(stage)
    while time.monotonic() < until and (stage.owed() or _undead()):
        if not worker.lives:
            deaths += 1
            _end_leases()  # before the next one starts, for its own leases are none of ours
            worker = _start(stage)
        _cut_pauses()
        time.sleep(0.05)
    dead = {name: error for name, error in _dead()}
    result = counted(stage, f"{2 * doses} poisoned jobs among those of {questions} questions, {deaths} workers died")
    result.failures = [line for line in result.failures if not line.startswith("dead job faults.")]
    if len(_dead()) != 2 * doses or dead.keys() != {FAILS, KILLS} or not all(dead.values()):
        result.failures.append(f"the poison is not laid out: {dead}, owed {stage.owed()}")
    return result


def work_with_poison() -> None:
    from app import create_app
    from app.kernel.worker import Worker

    app = create_app()
    app.extensions["wiring"].work.update({FAILS: _fail, KILLS: _kill})
    Worker(app).run()


def _fail() -> None:
    raise ValueError("cannot be done")


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _start(stage: Stage) -> Running:
    worker = Running(work_with_poison, stage.environment, stage.log)
    stage.workers = [worker]
    return worker


def _poison(*names: str) -> None:
    with transaction():
        for name in names:
            job = Job(name=name, payload={}, created_at=now(), due_at=now(), state=JobState.WAITING, attempts=0)
            db.session.add(job)
            db.session.flush()


def _cut_pauses() -> None:
    """The seconds until what failed is tried again."""
    with transaction():
        failed = update(Job).where(Job.state == JobState.WAITING, Job.name == FAILS, Job.due_at > now())
        db.session.execute(failed.values(due_at=now()))


def _end_leases() -> None:
    """The minute for which a dead worker's jobs are still its own."""
    with transaction():
        held = update(Job).where(Job.state == JobState.WAITING, Job.lease_until.is_not(None))
        db.session.execute(held.values(lease_until=None))


def _undead() -> int:
    db.session.rollback()
    found = select(Job.id).where(Job.name.in_([FAILS, KILLS]), Job.state == JobState.WAITING)
    return len(list(db.session.scalars(found)))


def _dead() -> list[tuple[str, str]]:
    db.session.rollback()
    found = select(Job.name, Job.last_error).where(Job.state == JobState.FAILED)
    return [(name, error or "") for name, error in db.session.execute(found)]
