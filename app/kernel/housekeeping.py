"""Rows of the kernel's own tables that nobody needs any more."""

from app.kernel import idempotency, jobs
from app.kernel.transaction import transaction


def heed_the_clock() -> None:
    """Where it was ahead and is right again."""
    with transaction():
        jobs.correct_due_times()


def forget_old() -> None:
    """Acknowledged jobs after a week, first results after a day."""
    with transaction():
        jobs.forget_finished()
        idempotency.forget_old()
