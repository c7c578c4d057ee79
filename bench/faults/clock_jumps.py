"""The machine's clock set forwards by a day and back again, and the other way round: promises are kept, once each."""

import time
from datetime import timedelta

from sqlalchemy import func, select

from app.domains.escalation.models import Case, CaseState
from app.extensions import db
from bench.faults.counting import counted
from bench.faults.racing import ask
from bench.faults.result import Result
from bench.faults.stage import Stage, eventually

WITHIN_SECONDS = 20.0  # of the right time, however wrong it was before
A_DAY = timedelta(days=1).total_seconds()


def clock_jumps(stage: Stage, seed: int, *, jumps: int, questions: int) -> Result:
    """A worker lives through each jump with questions that fall due meanwhile; the next one has the right time."""
    failures: list[str] = []
    stage.promise_within(1)
    for number in range(jumps):
        ask(stage, questions)
        stage.start_worker(A_DAY if number % 2 == 0 else -A_DAY)
        time.sleep(3)
        stage.stop_workers()
        ask(stage, questions)
        stage.start_worker()
        if not eventually(lambda: _armed() == 0 and not stage.owed(), WITHIN_SECONDS):
            failures.append(f"after jump {number + 1}: {_armed()} cases armed, owed {stage.owed()}")
        stage.stop_workers()
    stage.start_worker()
    eventually(lambda: _armed() == 0 and not stage.owed(), WITHIN_SECONDS)
    result = counted(stage, f"{jumps} jumps by a day and back, {2 * questions} questions in each")
    result.failures += failures
    return result


def _armed() -> int:
    db.session.rollback()
    armed = select(func.count()).select_from(Case).where(Case.state == CaseState.ARMED)
    return db.session.scalar(armed) or 0
