"""The parent refuses an address that it cannot have, before it makes anything."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.cli.starting import main, may_listen, web_command
from app.config import ROOT


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_port_in_use_ends_the_start_in_one_line(taken_port, monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("PORT", str(taken_port))
    assert main() == 2
    said = capfd.readouterr()
    assert said.err.count("\n") == 1 and str(taken_port) in said.err and not said.out
    assert not (tmp_path / "new").exists()


def test_a_host_that_is_not_here_ends_the_start(monkeypatch, capfd):
    monkeypatch.setenv("HOST", "999.1.2.3")
    assert not may_listen() and "999.1.2.3" in capfd.readouterr().err


def test_a_port_that_was_given_back_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    monkeypatch.setenv("PORT", str(free))
    assert may_listen()


def test_a_kind_of_process_that_is_unknown_ends_the_start(capfd):
    with pytest.raises(SystemExit) as refused:
        main(["--only", "everything"])
    assert refused.value.code == 2 and "everything" in capfd.readouterr().err


@pytest.mark.parametrize(("serves", "threads"), [("all", 108), ("live", 108), ("pages", 8)])
def test_only_processes_with_sockets_have_threads_for_them(serves, threads, monkeypatch):
    for name, value in (("SERVES", serves), ("THREADS", "8"), ("LIVE_CLIENTS", "100")):
        monkeypatch.setenv(name, value)
    command = web_command()
    assert command[command.index("--threads") + 1] == str(threads)


def test_what_few_forums_need_is_in_no_process_before_they_need_it():
    told = "import sys; from app.cli.starting import import_all; import_all(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(ran.stdout.split())
    assert {"redis", "whoosh", "holidays", "psycopg", "alembic"}.isdisjoint(imported)
    assert {"rjieba", "tantivy", "flask_socketio"} <= imported  # what all need is shared by all


def test_redis_can_be_had_although_the_sockets_do_without_it():
    told = "from app.extensions import socketio; import redis; print(redis.Redis.__name__)"
    ran = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "Redis\n"
