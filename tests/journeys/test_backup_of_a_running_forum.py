"""A forum is backed up while people write in it, and comes up again on an empty machine."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.config import ROOT
from tests.journeys.running_forum import RunningForum, is_alive, people, running_forum
from tests.journeys.test_killed_processes import Program, eventually


def ended(forum: RunningForum, *arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code and what was said, of a command that may fail."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    environment = forum.environment | settings
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.mark.skipif("SOAK" not in os.environ, reason="two forums and six commands take minutes: `make soak` runs it")
def test_what_was_said_before_the_backup_comes_up_elsewhere(tmp_path: Path) -> None:
    file = str(tmp_path / "forum.zip")
    with running_forum(tmp_path) as forum:
        forum.commands(people(("ann", "moderator")))
        ann = Program(forum, forum.flask("users", "token", "ann"))
        before = [ann.ask(f"Asked before the backup, number {number}") for number in range(3)]
        meanwhile = ask_while(ann, lambda: ended(forum, "backup", file))

        orphans = orphaned(forum)
        runs = f"A forum runs on these data (it holds {tmp_path / 'data' / 'running.lock'}): stop it first."
        assert ended(forum, "restore", "--replace", file) == (2, runs), "the children still work on the data"
        assert ann.get(f"/questions/{before[0]}")["title"] == "Asked before the backup, number 0"
        for pid in orphans:
            os.kill(pid, signal.SIGTERM)
        assert eventually(lambda: not any(map(is_alive, orphans)))

    elsewhere = tmp_path / "elsewhere"
    code, said = ended(forum, "restore", file, DATA_DIR=str(elsewhere / "data"))
    assert code == 0, said
    with running_forum(elsewhere) as restored:
        there = Program(restored, ann.token)
        ids = sorted(question["id"] for question in there.get("/questions?per_page=100")["items"])
        assert ids == [*before, *meanwhile][: len(ids)], "all that was before, and of the rest the first without a gap"
        assert len(ids) >= len(before)
        assert eventually(lambda: there.get("/search?q=backup")["total"] == len(ids))


def ask_while(ann: Program, work: object) -> list[int]:
    """Questions asked, one after the other, until a command has ended well; no more than one page of a list shows."""
    asked: list[int] = []
    with ThreadPoolExecutor(1) as beside:
        command = beside.submit(work)  # type: ignore[arg-type]
        while not command.done() and len(asked) < 90:
            asked.append(ann.ask(f"Asked during the backup, number {len(asked)}"))
    assert command.result()[0] == 0, command.result()[1]  # type: ignore[index]
    return asked


def orphaned(forum: RunningForum) -> list[int]:
    """The children of a parent that was killed."""
    children = [forum.child("web"), forum.child("worker")]
    assert forum.parent is not None
    forum.parent.kill()
    forum.parent.wait(30)
    return [pid for pid in children if pid is not None]
