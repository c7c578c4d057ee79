"""The processes of `make run`: forked from one that has imported the forum, so they start at once and share it."""

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable

from setproctitle import setproctitle

LONGEST_PAUSE = 30.0
STEADY_AFTER = 20.0  # a child that has run this long starts over at the shortest pause
ENDING = (signal.SIGTERM, signal.SIGINT)

FORK = multiprocessing.get_context("fork")


def begin(name: str, work: Callable[[], object]) -> multiprocessing.process.BaseProcess:
    """A process that does this work and no more; `ps` shows its name."""
    process = FORK.Process(target=_become, args=(name, work), name=name)
    # Until the child has handlers of its own, whoever ends it would be heard by its parent's.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    return process


def _become(name: str, work: Callable[[], object]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    setproctitle(f"huzhu: {name}")
    work()


class Child:
    """One process that is started again when it ends."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self.name, self.work = name, work
        self.pause, self.start_at, self.started = 0.5, 0.0, 0.0
        self.process: multiprocessing.process.BaseProcess | None = None

    def keep(self, at: float) -> None:
        """Start it where it does not run and its pause is over."""
        if self.process is not None and self.process.is_alive():
            return
        if self.process is not None:
            self._note_death(at)
        if at >= self.start_at:
            self.process = begin(self.name, self.work)
            self.started = at

    def _note_death(self, at: float) -> None:
        assert self.process is not None
        code = self.process.exitcode
        print(f"huzhu: {self.name} ended ({code}), starting it again", file=sys.stderr, flush=True)
        self.pause = 0.5 if at - self.started > STEADY_AFTER else min(self.pause * 2, LONGEST_PAUSE)
        self.start_at, self.process = at + self.pause, None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Give it until then to leave by itself (seconds of the monotonic clock)."""
        if self.process is None:
            return
        self.process.join(max(0.1, until - time.monotonic()))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
