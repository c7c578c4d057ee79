"""The parent refuses an address that it cannot have, before it makes anything."""

import socket
from collections.abc import Iterator

import pytest

from app.cli.starting import main, may_listen


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
