"""The forum's own processes, forked from one that has imported it: a start takes a moment instead of seconds."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.config import ROOT, Settings

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["bench.faults.preloaded"])


class Running:
    """One process and whatever it forks, in a process group of its own, so that a kill leaves nobody behind."""

    def __init__(self, work: Callable[..., None], environment: Mapping[str, str], log: Path, *arguments: Any) -> None:
        self.process = _forking.Process(target=_begin, args=(work, dict(environment), log, *arguments))
        self.process.start()

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def lives(self) -> bool:
        return self.process.is_alive()

    def send(self, number: signal.Signals) -> None:
        if self.lives:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As `kill -9` does, the children too."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has not yet made its group, or has ended
            self.process.kill()
        self.process.join()

    def stop(self, seconds: float = 20) -> int | None:
        """As a service manager does; the exit code, None where it had to be killed."""
        self.send(signal.SIGTERM)
        self.process.join(seconds)
        if self.lives:
            self.kill()
            return None
        return self.process.exitcode


def _begin(work: Callable[..., None], environment: dict[str, str], log: Path, *arguments: Any) -> None:
    os.setpgid(0, 0)
    for name in {field.upper() for field in Settings.model_fields} & os.environ.keys():
        del os.environ[name]
    os.environ.update(environment)
    os.chdir(ROOT)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    work(*arguments)


def serve(*options: str) -> None:
    """The web process, started with the options of `make run`, or with others."""
    from app.cli import starting

    starting.serve(*options)


def work(shift_seconds: float = 0) -> None:
    """The worker, whose clock may be wrong."""
    from app import create_app
    from app.kernel import clock
    from app.kernel.worker import Worker

    clock.advance(timedelta(seconds=shift_seconds))
    Worker(create_app()).run()


def sweep_without_rest() -> None:
    """Nothing but the sweep, as fast as it goes, until it is killed."""
    from app import create_app
    from app.domains.escalation.schedule import sweep_overdue

    with create_app().app_context():
        while True:
            sweep_overdue()
