"""What keeps the children of `make run` running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.cli import keeping
from app.cli.keeping import Child, again
from app.cli.starting import CHILDREN, WORK, parsed

RESTS = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"]


def started(command: list[str]) -> Child:
    return Child("rest", os.posix_spawn(command[0], command, os.environ), time.monotonic(), command)


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_that_was_killed_comes_back_after_a_pause_that_grows(capfd):
    child = started(RESTS)
    first, at = child.pid, child.started
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)

    child.keep(at + 1)
    assert child.pid is None and "rest ended (-9)" in capfd.readouterr().err
    child.keep(at + 1 + child.pause)
    assert child.pid not in (None, first) and child.pause > 0.5

    child.stop()
    child.wait(time.monotonic() + 30)
    assert child.pid is None


def test_a_child_that_runs_is_left_alone():
    child = started(RESTS)
    first = child.pid
    child.keep(time.monotonic())
    assert child.pid == first
    child.wait(time.monotonic())


def test_a_child_that_does_not_leave_in_time_is_killed():
    reading, writing = os.pipe()
    deaf = os.posix_spawn(DEAF[0], DEAF, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)])
    child = Child("deaf", deaf, time.monotonic())
    os.read(reading, 1)  # it no longer hears
    child.stop()
    child.wait(time.monotonic() + 0.2)
    assert child.pid is None and not lives(deaf)


def test_the_children_of_the_process_that_became_it_are_its_own():
    become = ["-I", "-S", keeping.__file__]
    parent = f"""
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
child = os.posix_spawn({RESTS[0]!r}, {RESTS!r}, os.environ)
print(child, flush=True)
os.execv(sys.executable, [sys.executable, *{become!r}, f"worker={{child}}"])
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as keeper:
        child = int(keeper.stdout.readline())
        wait_until(lambda: b"keeping.py" in Path(f"/proc/{keeper.pid}/cmdline").read_bytes())
        assert lives(child)
        keeper.terminate()
        assert keeper.wait(30) == 0 and not lives(child)


def test_a_child_comes_back_by_a_command_that_the_start_knows():
    assert tuple(WORK) == CHILDREN
    for name in CHILDREN:
        assert parsed(again(name)[3:]).again == name
