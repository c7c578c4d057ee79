"""What `make run` forks."""

import os
import signal
import sys
import time

from app.cli.children import begin
from app.cli.starting import command


def test_a_process_ends_with_the_code_of_its_work():
    process = begin("three", lambda: sys.exit(3))
    process.join(30)
    assert process.exitcode == 3


def test_its_parents_handlers_are_not_its_own():
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        child = begin("rest", lambda: time.sleep(60))
        child.terminate()
        child.join(30)
        assert child.exitcode == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)


def test_it_hears_what_ends_it_also_where_its_parent_has_blocked_that():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        child = begin("rest", lambda: time.sleep(60))
        assert signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, [])
        os.kill(child.pid, signal.SIGTERM)
        child.join(30)
        assert child.exitcode == -signal.SIGTERM
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_command_ends_as_flask_would_end_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    wrong = begin("wrong", command("products", "create", "NOT A SLUG", "--name", "x"))
    wrong.join(60)
    assert wrong.exitcode == 2
