"""The processes of `make run`: forked from one that has imported the forum, so they start at once and share it."""

import multiprocessing
import signal
from collections.abc import Callable

from setproctitle import setproctitle

from app.cli.keeping import ENDING

FORK = multiprocessing.get_context("fork")


def begin(name: str, work: Callable[[], object]) -> multiprocessing.process.BaseProcess:
    """A process that does this work and no more; `ps` shows its name."""
    process = FORK.Process(target=_become, args=(name, work), name=name)
    # Until the child has handlers of its own, whoever ends it would be heard by its parent's.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def _become(name: str, work: Callable[[], object]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    setproctitle(f"huzhu: {name}")
    work()
