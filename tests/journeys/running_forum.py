"""The whole forum as `make run` starts it: the parent, its web and its worker, on a data folder of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from app.config import ROOT
from tests.servers.commands import Command
from tests.servers.ports import free_port

STARTS_WITHIN = 120.0  # seconds; a machine that runs other tests too is slow to import
PASSWORD = "correct horse battery"


class RunningForum:
    def __init__(self, port: int, environment: dict[str, str], log: Path) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.environment, self.log = environment, log
        self.database = Path(environment["DATA_DIR"]) / "huzhu.db"
        self.parent: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            command = [sys.executable, "-m", "app.cli.starting"]
            self.parent = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until a page is answered; TimeoutError with the log otherwise."""
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            ended = self.parent is None or self.parent.poll()
            assert ended is None, f"the parent ended ({ended}):\n{self.log.read_text()}"
            try:
                urlopen(f"{self.address}/events", timeout=30).close()
                return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        raise TimeoutError(self.log.read_text())

    def stop(self) -> None:
        if self.parent is not None and self.parent.poll() is None:
            self.parent.terminate()
            try:
                self.parent.wait(30)
            except subprocess.TimeoutExpired:
                for pid in (*self._children(), self.parent.pid):
                    os.kill(pid, signal.SIGKILL)

    def flask(self, *arguments: str, typed: str | None = None) -> str:
        """What a command of the forum prints."""
        return self.commands([(arguments, typed)])[0]

    def commands(self, wanted: list[tuple[tuple[str, ...], str | None]]) -> list[str]:
        """Several commands beside each other."""
        running = [Command(self.environment, arguments, typed) for arguments, typed in wanted]
        return [command.printed() for command in running]

    def child(self, name: str) -> int | None:
        """The process id of the parent's child `web` or `worker`."""
        for pid in self._children():
            if Path(f"/proc/{pid}/cmdline").read_text().startswith(f"huzhu: {name}"):
                return pid
        return None

    def _children(self) -> list[int]:
        assert self.parent is not None
        listed = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def new_child(self, name: str, instead_of: int) -> int:
        """The process that the parent has started in place of one that died."""
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            pid = self.child(name)
            if pid is not None and pid != instead_of:
                return pid
            time.sleep(0.1)
        raise TimeoutError(f"{name} did not come back:\n{self.log.read_text()}")


@contextmanager
def running_forum(folder: Path, **settings: str) -> Iterator[RunningForum]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"DATA_DIR": str(folder / "data"), "PORT": str(port), "SECRET_KEY": "a key for tests only"}
    environment |= {"DEMO": "0", "LIMITS": "off", "REQUIRE_SECOND_FACTOR": "0", "THREADS": "8"}
    environment |= {"LIVE_CLIENTS": "20", "SEARCH_ENGINE": "whoosh"} | settings
    forum = RunningForum(port, environment, folder / "forum.log")
    try:
        forum.start()
        yield forum
    finally:
        forum.stop()


def is_alive(pid: int) -> bool:
    """Neither gone nor a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def people(*wanted: tuple[str, str]) -> list[tuple[tuple[str, ...], str | None]]:
    """The commands that make people, from name and role."""
    return [
        (("users", "create", name, "--email", f"{name}@example.com", "--role", role, "--password-stdin"), PASSWORD)
        for name, role in wanted
    ]
