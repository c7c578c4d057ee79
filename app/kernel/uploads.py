"""Files that people send, in one folder of DATA_DIR that all processes share. The backup carries it along.

A name is random and never used twice, so a file is whole or not there, and never changes.
"""

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from flask import current_app

from app.kernel.jobs import enqueue, outbound

_UNFINISHED = "unfinished-"


def folder() -> Path:
    path: Path = current_app.extensions["config"].data_dir / "uploads"
    return path


def random_name(end: str) -> str:
    """144 random bits and this end: who has not been shown the name does not find the file."""
    return f"{secrets.token_hex(18)}{end}"


def write(name: str, data: bytes) -> None:
    """All of it, on the disk, before anybody can open it by its name. `name` may stand in a folder: `avatars/…`."""
    path = folder() / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(_UNFINISHED + path.name)
    try:
        with open(unfinished, "xb", opener=_private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def remove_later(name: str) -> None:
    """Promise it in the caller's transaction: as long as a row may still name it, the file is there."""
    enqueue(remove_promised, {"name": name})


@outbound
def remove_promised(name: str) -> None:
    """One that is not there is no mistake."""
    (folder() / name).unlink(missing_ok=True)


def beginning_of(name: str, most_bytes: int) -> bytes:
    """Nothing where the file is away."""
    try:
        with (folder() / name).open("rb") as file:
            return file.read(most_bytes)
    except OSError:
        return b""


def older_than(seconds: float, inside: str = "") -> Iterator[str]:
    """Names of the files that lie here for longer, also of those that were never finished; `inside` a folder of it."""
    place, before = folder() / inside, time.time() - seconds
    if not place.is_dir():
        return
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < before:
                yield f"{inside}/{entry.name}" if inside else entry.name
