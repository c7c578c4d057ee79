"""A web process without gunicorn's master."""

import ctypes
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from http.client import HTTPConnection
from types import ModuleType

import pytest

from app.cli.children import begin
from app.cli.serving import serve
from app.config import ROOT
from tests.servers.ports import free_port

Begin = Callable[[str, list[tuple[str, str]]], None]


def page(environment: dict[str, str], begin: Begin) -> Iterable[bytes]:
    if environment["PATH_INFO"] == "/hangs":
        ctypes.PyDLL(None).sleep(60)  # called so, no other thread runs meanwhile
    time.sleep({"/slow": 1, "/waits": 60}.get(environment["PATH_INFO"], 0))
    begin("200 OK", [("Content-Length", "4")])
    return [b"here"]


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def options(monkeypatch, port):
    module = ModuleType("served_alone")
    module.app = page
    monkeypatch.setitem(sys.modules, "served_alone", module)
    options = ["--config", str(ROOT / "deploy" / "gunicorn.py"), "--bind", f"127.0.0.1:{port}", "--threads", "2"]
    return [*options, "--timeout", "3", "--graceful-timeout", "4", "--log-level", "warning", "served_alone:app"]


@pytest.fixture
def web(options, port):
    """A process that serves `page`."""
    process = begin("web", lambda: serve(options))
    try:
        answers_within_seconds(port, 30)
        yield process
    finally:
        process.kill()
        process.join()


def asked(port: int, path: str) -> bytes:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("GET", path)
        return line.getresponse().read()


def answers_within_seconds(port: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            assert asked(port, "/") == b"here"
            return
        except ConnectionError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_it_answers_what_was_asked_before_it_leaves(web, port):
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("GET", "/slow")
        time.sleep(0.3)
        web.terminate()
        assert line.getresponse().read() == b"here"
    web.join(30)
    assert web.exitcode == 0
    with pytest.raises(ConnectionError):
        asked(port, "/")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux filters who knocks")
def test_who_knocks_while_it_leaves_is_not_let_in_and_who_is_in_is_served():
    let_nobody_in = runpy.run_path(str(ROOT / "deploy" / "gunicorn.py"))["let_nobody_in"]
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        let_nobody_in(listener)
        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname(), timeout=0.3)
        listener.accept()[0].close()
        listener.settimeout(0.3)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_interrupt_ends_it_though_somebody_waits_for_a_page(web, port):
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("GET", "/waits")
        time.sleep(0.3)
        os.kill(web.pid, signal.SIGINT)
        web.join(30)
        assert web.exitcode == 0


def test_one_in_which_no_thread_runs_any_more_ends_by_itself(web, port):
    with pytest.raises(ConnectionError):
        asked(port, "/hangs")
    web.join(30)
    assert web.exitcode == 1


def test_it_goes_on_without_its_parent(options, port):
    reading, writing = os.pipe()

    def have_a_child() -> None:
        os.write(writing, b"%d" % begin("web", lambda: serve(options)).pid)
        time.sleep(60)

    parent = begin("parent", have_a_child)
    child = int(os.read(reading, 20))
    try:
        answers_within_seconds(port, 30)
        parent.kill()
        parent.join()
        time.sleep(1.5)  # gunicorn's worker looks for its parent each second
        assert asked(port, "/") == b"here"
    finally:
        os.kill(child, signal.SIGKILL)
