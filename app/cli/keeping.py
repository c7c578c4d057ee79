"""What `make run`'s parent becomes when its children run: a program that waits for them and starts them again.

It is `exec`ed in the parent's place, so the children are its own. The parent has imported the forum; had it stayed, all
that its children have written over would be in memory once more, for nobody. So nothing is imported here but what
Python has anyway: a child that comes back imports the forum by itself.

    python -I -S app/cli/keeping.py web=<process id> worker=<process id>
"""

import os
import signal
import sys
import time
from collections.abc import Sequence

LONGEST_PAUSE = 30.0
STEADY_AFTER = 20.0  # a child that has run this long starts over at the shortest pause
STOP_WITHIN = 15.0
LOOKS_EVERY = 0.2
ENDING = (signal.SIGTERM, signal.SIGINT)


def again(name: str) -> list[str]:
    """The command of a child that comes back."""
    return [sys.executable, "-m", "app.cli.starting", "--again", name]


class Child:
    """One process that is started again when it ends. Times in seconds of the monotonic clock."""

    def __init__(self, name: str, pid: int, started: float, command: list[str] | None = None) -> None:
        self.name, self.command = name, command or again(name)
        self.pause, self.start_at, self.started = 0.5, 0.0, started
        self.pid: int | None = pid

    def keep(self, at: float) -> None:
        """Start it where it does not run and its pause is over."""
        if self.pid is not None and (code := ended(self.pid)) is not None:
            self._note_death(code, at)
        if self.pid is None and at >= self.start_at:
            # What ends the parent is blocked in it, and must not be in a child.
            self.pid = os.posix_spawn(self.command[0], self.command, os.environ, setsigmask=())
            self.started = at

    def _note_death(self, code: int, at: float) -> None:
        print(f"huzhu: {self.name} ended ({code}), starting it again", file=sys.stderr, flush=True)
        self.pause = 0.5 if at - self.started > STEADY_AFTER else min(self.pause * 2, LONGEST_PAUSE)
        self.start_at, self.pid = at + self.pause, None

    def stop(self) -> None:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def wait(self, until: float) -> None:
        """Give it until then to leave by itself."""
        while self.pid is not None and ended(self.pid) is None:
            if time.monotonic() >= until:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
            time.sleep(0.05)
        self.pid = None


def ended(pid: int) -> int | None:
    """The exit code, or minus the signal, of a child that is no more."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def keep_running(children: Sequence[Child]) -> None:
    """Until SIGTERM or SIGINT, which the children hear too."""
    while signal.sigtimedwait(ENDING, LOOKS_EVERY) is None:
        for child in children:
            child.keep(time.monotonic())
    for child in children:
        child.stop()
    until = time.monotonic() + STOP_WITHIN
    for child in children:
        child.wait(until)


def main(arguments: Sequence[str]) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    now = time.monotonic()
    running = (argument.split("=") for argument in arguments)
    keep_running([Child(name, int(pid), now) for name, pid in running])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
