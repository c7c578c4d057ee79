"""The directory of an index on disk: who made it, who may write to it."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO

from app.domains.search.analysis import ANALYSIS_VERSION
from app.domains.search.engine import IndexBusy, IndexUnusable

_STAMP = "index.json"
_LOCK = "writer.lock"


class IndexFolder:
    """Holds the writer's lock while it is open. The kernel gives the lock back when a process dies.

    `fresh` says that nothing is there yet: the engine creates its files and then calls `stamp()`. A folder left
    between the two has files and no stamp, and is unusable.
    """

    def __init__(self, path: Path, engine: str, layout: int, writable: bool) -> None:
        self.path = path
        self._expected = {"engine": engine, "layout": layout, "analysis": ANALYSIS_VERSION}
        self._lock: IO[str] | None = None
        if writable:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = self._locked()
        self.fresh = writable and not any(entry.name != _LOCK for entry in path.iterdir())
        if not self.fresh:
            self._check()

    def _locked(self) -> IO[str]:
        lock = (self.path / _LOCK).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise IndexBusy(f"another process already writes to the search index in {self.path}") from error
        return lock

    def _check(self) -> None:
        try:
            found = json.loads((self.path / _STAMP).read_text("utf-8"))
        except (OSError, ValueError) as error:
            self.close()
            raise IndexUnusable(f"no complete search index in {self.path}") from error
        if found != self._expected:
            self.close()
            raise IndexUnusable(f"the search index in {self.path} is {found}, this program needs {self._expected}")

    def stamp(self) -> None:
        """Declare the index complete, atomically."""
        draft = self.path / (_STAMP + ".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(self._expected, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / _STAMP)

    def close(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
