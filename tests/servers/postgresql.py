"""A PostgreSQL of the tests' own: one cluster a run, one database a test."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.servers.ports import free_port

SMALL = ("shared_buffers=32MB",)


def binaries() -> Path | None:
    """Where initdb and pg_ctl are; Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    in_path = shutil.which("initdb")
    return Path(in_path).resolve().parent if in_path else None


class Cluster:
    """A server of its own in a folder of its own; `address` is that of its databases, without a name."""

    def __init__(self, bin_dir: Path, folder: Path, *, durable: bool, settings: Sequence[str] = SMALL) -> None:
        self.bin_dir, self.folder, self.port = bin_dir, folder, free_port()
        self.as_user = _unprivileged(folder)
        self.address = f"postgresql://huzhu@127.0.0.1:{self.port}"
        self.options = f"-p {self.port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        self.options += "".join(f" -c {setting}" for setting in settings)
        if not durable:
            self.options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        if not (folder / "data").exists():
            self._make()

    def _make(self) -> None:
        initial = ("-U", "huzhu", "-A", "trust", "-E", "UTF8", "--no-sync")
        _run(self.as_user, self.bin_dir / "initdb", "-D", self.folder / "data", *initial)

    @property
    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        self._ctl("-o", self.options, "-w", "-l", self.folder / "log", "start")

    def stop(self, mode: str = "fast", *, check: bool = True) -> None:
        """`smart`, `fast` or `immediate`, as pg_ctl means them."""
        self._ctl("-m", mode, "stop", check=check)

    def ask(self, question: LiteralString) -> None:
        with psycopg.connect(f"{self.address}/postgres", autocommit=True) as connection:
            connection.execute(question)

    def kill(self) -> None:
        """With kill -9, and whatever it started."""
        os.kill(self.pid, signal.SIGKILL)
        self.stop("immediate", check=False)

    def _ctl(self, *arguments: object, check: bool = True) -> None:
        _run(self.as_user, self.bin_dir / "pg_ctl", "-D", self.folder / "data", *arguments, check=check)


class Standby(Cluster):
    """A streaming replica of a running server, as `pg_basebackup -R` makes it; it shows commits so much later."""

    def __init__(self, primary: Cluster, folder: Path, *, delay_milliseconds: int) -> None:
        self._primary = primary
        super().__init__(primary.bin_dir, folder, durable=False)
        self.options += f" -c recovery_min_apply_delay={delay_milliseconds}ms"

    def _make(self) -> None:
        source = ("-h", "127.0.0.1", "-p", self._primary.port, "-U", "huzhu", "-X", "stream", "-c", "fast", "--no-sync")
        _run(self.as_user, self.bin_dir / "pg_basebackup", "-D", self.folder / "data", "-R", *source)


@contextmanager
def running_standby(primary: Cluster, *, delay_milliseconds: int = 0) -> Iterator[Standby]:
    folder = Path(tempfile.mkdtemp(prefix="huzhu-pg-"))
    server = None
    try:
        server = Standby(primary, folder, delay_milliseconds=delay_milliseconds)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop("immediate", check=False)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_cluster(
    *, durable: bool = True, kept_in: Path | None = None, settings: Sequence[str] = SMALL
) -> Iterator[Cluster]:
    """In a folder that goes with it; or in `kept_in`, where an earlier one may have left its data."""
    bin_dir = binaries()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed: `make test-long` installs it where it may")
    folder = kept_in or Path(tempfile.mkdtemp(prefix="huzhu-pg-"))
    folder.mkdir(parents=True, exist_ok=True)
    server = None
    try:
        server = Cluster(bin_dir, folder, durable=durable, settings=settings)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop("fast" if kept_in else "immediate", check=False)
        if kept_in is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster() -> Iterator[str]:
    """A running server without durability; gives the address of its maintenance database."""
    with running_cluster(durable=False) as server:
        yield server.address


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _run(as_user: list[str], *command: object, check: bool = True) -> None:
    subprocess.run([*as_user, *map(str, command)], check=check, stdout=subprocess.DEVNULL, cwd="/")


def fresh_database(server: str, name: str, template: str | None = None) -> str:
    """A new database of this name; gives its address."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        source = f' TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{source}'.encode())
    return f"{server}/{name}"


def drop_database(server: str, name: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
