"""What `make run` keeps running."""

import os
import signal
import sys
import time

from app.cli.children import Child, begin
from app.cli.starting import command


def rest() -> None:
    time.sleep(60)


def wait_until(holds) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_process_ends_with_the_code_of_its_work():
    process = begin("three", lambda: sys.exit(3))
    process.join(30)
    assert process.exitcode == 3


def test_its_parents_handlers_are_not_its_own():
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        child = Child("rest", rest)
        child.keep(time.monotonic())
        child.stop()
        child.process.join(30)
        assert child.process.exitcode == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_child_that_was_killed_comes_back_after_a_pause_that_grows(capfd):
    child = Child("rest", rest)
    child.keep(at=0)
    first = child.process
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not first.is_alive())

    child.keep(at=1)
    assert child.process is None and "rest ended (-9)" in capfd.readouterr().err
    child.keep(at=1 + child.pause)
    assert child.process.pid != first.pid and child.pause > 0.5

    child.stop()
    child.wait(time.monotonic() + 30)


def test_a_child_that_does_not_leave_in_time_is_killed():
    child = Child("deaf", lambda: (signal.signal(signal.SIGTERM, signal.SIG_IGN), print("deaf"), rest()))
    child.keep(time.monotonic())
    child.wait(time.monotonic())
    assert child.process.exitcode == -signal.SIGKILL


def test_a_command_ends_as_flask_would_end_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    wrong = begin("wrong", command("products", "create", "NOT A SLUG", "--name", "x"))
    wrong.join(60)
    assert wrong.exitcode == 2
