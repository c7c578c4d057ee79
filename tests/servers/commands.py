"""Commands of the forum as `flask` runs them, forked from a process that has imported it: seconds saved each time."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.faults.processes import Running

WITHIN = 120.0  # seconds, on a machine that runs other tests too


class Command:
    """One that has been started."""

    def __init__(self, environment: Mapping[str, str], arguments: tuple[str, ...], typed: str | None) -> None:
        self._folder = TemporaryDirectory()
        self.arguments, folder = arguments, Path(self._folder.name)
        self._printed, self._said = folder / "printed", folder / "said"
        self._running = Running(_run, environment, self._said, arguments, typed or "", self._printed)

    def printed(self) -> str:
        """All of it, once the command has ended well."""
        self._running.process.join(WITHIN)
        code = self._running.process.exitcode
        assert code == 0, f"{self.arguments} ended ({code}): {self._said.read_text()}"
        with self._folder:
            return self._printed.read_text().strip()


def _run(arguments: tuple[str, ...], typed: str, printed: Path) -> None:
    from app.cli.starting import command

    reading, writing = os.pipe()
    os.write(writing, typed.encode())
    os.close(writing)
    sys.stdin = os.fdopen(reading)
    os.dup2(os.open(printed, os.O_CREAT | os.O_WRONLY), 1)
    command(*arguments)()
