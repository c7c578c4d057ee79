"""The disk full while people post: 503 with a sentence, nothing half-written; as before when there is room again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.extensions import db
from bench.faults.clients import Client, Notebook
from bench.faults.counting import counted
from bench.faults.result import Result
from bench.faults.stage import Stage, eventually

SIZE = 64 * 2**20


def disk_full(stage: Stage, seed: int, *, posts: int) -> Result:
    """On a small file system of its own; where none can be mounted (no root), the result says so and is not wrong."""
    data = Path(stage.environment["DATA_DIR"])
    if not _may_mount(stage.folder):
        return Result("not run: a file system of its own can only be mounted by root")
    db.session.remove()
    db.engine.dispose()
    with _small_disk(data):
        try:
            return _posted_on_a_full_disk(stage, data / "filler", seed, posts)
        finally:
            stage.stop()
            db.session.remove()
            db.engine.dispose()


def _posted_on_a_full_disk(stage: Stage, filler: Path, seed: int, posts: int) -> Result:
    notebook = Notebook()
    stage.promise_within(1)
    stage.start()
    client = Client(stage, stage.members[0], notebook, seed, gives_up=1)
    for _ in range(posts):
        client.ask()
    _fill(filler)
    for _ in range(posts):
        client.ask()
    filled, readable = notebook.unavailable, client.ask_once("GET", "/questions")[0]
    filler.unlink()
    recovered = eventually(lambda: client.ask() is not None, 10)
    for _ in range(posts):
        client.ask()
    stage.wait_until_quiet()
    result = counted(stage, f"{3 * posts} posts, {filled} while the disk was full", notebook)
    if filled == 0 or readable != 200 or not recovered:
        result.failures.append(f"full: {filled} times 503, reading {readable}; recovered: {recovered}")
    return result


def _fill(path: Path) -> None:
    """Until not one more page fits."""
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 2**9, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def _may_mount(folder: Path) -> bool:
    place = folder / "probe"
    place.mkdir()
    mounted = os.geteuid() == 0 and _mount(place)
    if mounted:
        subprocess.run(["umount", str(place)], check=True)
    return mounted


def _mount(place: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True).returncode == 0


@contextmanager
def _small_disk(data: Path) -> Iterator[None]:
    """The data folder as it is, on a file system of 64 MB."""
    kept = data.with_name("kept")
    shutil.copytree(data, kept)
    assert _mount(data)
    try:
        shutil.copytree(kept, data, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)
