"""Which index serves. `search/current.json` in the data folder names it and is replaced whole, never changed.

Readers open what it names and look again when it changes. Writers take a lock of the whole machine for one batch: a
rebuild takes the same lock to swap, so that no write falls between the old index and the new.
"""

import errno
import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app

from app.domains.search.engine import Hits, IndexBusy, IndexUnusable, SearchEngine, SearchQuery

Found = TypeVar("Found")

WAIT_SECONDS = 10.0  # for another worker's batch, or the end of a rebuild
OLD_FOR_SECONDS = 60.0  # readers look at current.json with every search: after a minute nobody is on the old index

WRITE, REBUILD = "write", "rebuild"
NOTHING = Hits(0, [])


@dataclass(frozen=True)
class Current:
    """The index that serves. `built_at` is ISO 8601 in UTC; `documents` as of then."""

    engine: str
    folder: str
    analysis: int
    built_at: str
    documents: int


class Serving:
    """One for each process; safe to call from several threads."""

    def __init__(self, root: Path, engines: Mapping[str, Callable[..., SearchEngine]]) -> None:
        self.root = root
        self.engines = engines
        self._lock = threading.Lock()
        self._reader: SearchEngine | None = None
        self._seen: tuple[int, int] | None = None

    @property
    def _marker(self) -> Path:
        return self.root / "current.json"

    def current(self) -> Current | None:
        """None where there is no index yet, or the file says nothing that can be read."""
        try:
            found = Current(**json.loads(self._marker.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return found if Path(found.folder).name == found.folder else None

    def path_of(self, folder: str) -> Path:
        return self.root / folder

    def read(self, ask: Callable[[SearchEngine], Found]) -> Found:
        """What `ask` finds in the serving index; IndexUnusable where there is none that can be read."""
        try:
            return ask(self.reader())
        except IndexUnusable:
            # The folder may have been swapped away between opening and reading: once more, from the marker.
            self.forget_reader()
            return ask(self.reader())

    # Whoosh cannot be asked anything while it has no document at all, hence the counts.

    def find(self, query: SearchQuery, offset: int, limit: int) -> Hits:
        return self.read(lambda engine: engine.find(query, offset, limit) if engine.count() else NOTHING)

    def similar(self, title: str, body: str, audience: tuple[str, ...], limit: int, exclude: int | None) -> Hits:
        return self.read(
            lambda engine: engine.similar(title, body, audience, limit, exclude) if engine.count() else NOTHING
        )

    def count(self) -> int:
        """Documents in the serving index."""
        return self.read(lambda engine: engine.count())

    def reader(self) -> SearchEngine:
        """The serving index for reading, opened afresh when another one has taken its place."""
        with self._lock:
            stamp = self._stamp()
            if self._reader is None or stamp != self._seen:
                # The old one is let go and not closed: other threads may be reading it.
                self._reader = None
                self._reader, self._seen = self._opened(writable=False), stamp
            return self._reader

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._marker.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _opened(self, *, writable: bool) -> SearchEngine:
        current = self.current()
        if current is None or current.engine not in self.engines:
            raise IndexUnusable(f"no search index is named in {self._marker}")
        path = self.path_of(current.folder)
        if not (path / "index.json").exists():  # a writer would make an empty index there
            raise IndexUnusable(f"the search index {path} is gone")
        return self.engines[current.engine](path, writable=writable)

    def forget_reader(self) -> None:
        with self._lock:
            self._reader = None

    @contextmanager
    def writing(self) -> Iterator[SearchEngine]:
        """The serving index for one batch of changes; IndexBusy where others hold it for too long."""
        with self.locked(WRITE, WAIT_SECONDS):
            engine = self._opened(writable=True)
            try:
                yield engine
            finally:
                engine.close()
                self.forget_reader()  # this process sees its own change at once, others within a second

    @contextmanager
    def locked(self, name: str, wait_seconds: float) -> Iterator[None]:
        """Alone on this machine; the kernel gives the lock back when a process dies."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.root / f"{name}.lock").open("a") as file:
            until = time.monotonic() + wait_seconds
            while not _taken(file):
                if time.monotonic() >= until:
                    raise IndexBusy(f"another process holds {name}.lock of the search index")
                time.sleep(0.02)
            yield

    def is_rebuilding(self) -> bool:
        try:
            with self.locked(REBUILD, 0):
                return False
        except IndexBusy:
            return True

    def swap(self, current: Current) -> None:
        """From now on this index serves."""
        draft = self._marker.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(current), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._marker)
        self.forget_reader()

    def remove_leftovers(self) -> None:
        """Folders of earlier indexes and of rebuilds that died; call it with the rebuild lock held."""
        current = self.current()
        if current is None or time.time() - self._marker.stat().st_mtime < OLD_FOR_SECONDS:
            return
        for folder in self.root.iterdir():
            if folder.is_dir() and folder.name != current.folder:
                shutil.rmtree(folder, ignore_errors=True)

    def size_bytes(self) -> int:
        """Of the serving index on disk."""
        current = self.current()
        total = 0
        if current is not None:
            for file in self.path_of(current.folder).glob("*"):
                with suppress(OSError):  # merged away meanwhile
                    total += file.stat().st_size
        return total

    def want_rebuild(self, because: str) -> None:
        """Leave word for the worker of this machine, in a file: a search that finds the index broken writes no row."""
        current = self.current()
        wanted = {"folder": current.folder if current else None, "because": because}
        with suppress(OSError):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._wanted.write_text(json.dumps(wanted), "utf-8")

    def wanted(self) -> str | None:
        """Why somebody wants the serving index rebuilt; word about an earlier index no longer counts."""
        try:
            found = json.loads(self._wanted.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        current = self.current()
        return str(found["because"]) if found["folder"] == (current.folder if current else None) else None

    def forget_wanted(self) -> None:
        self._wanted.unlink(missing_ok=True)

    @property
    def _wanted(self) -> Path:
        return self.root / "rebuild.wanted"


def serving() -> Serving:
    """Of this application."""
    kept = current_app.extensions.get("search")
    if kept is None:
        root = current_app.extensions["config"].data_dir / "search"
        kept = current_app.extensions.setdefault("search", Serving(root, current_app.extensions["search_engines"]))
    return kept  # type: ignore[no-any-return]


def _taken(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        return False
    return True
