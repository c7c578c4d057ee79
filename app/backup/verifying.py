"""`flask backup --verify FILE`: not whether it looks like a backup, but whether a forum comes out of it."""

import tempfile
from pathlib import Path

from app.backup.archive import Archive
from app.backup.loading import load_all, require_known_schema
from app.backup.manifest import Manifest, Unsound
from app.backup.scratch import ROOM_FOR_INDEXES, complaints_of_doctor, require_room, scratch_forum
from app.config import Settings


def verify(settings: Settings, path: Path) -> Manifest:
    """Restores into a temporary folder (TMPDIR), brings the schema up and asks doctor; Unsound says what is wrong."""
    with Archive(path) as archive, tempfile.TemporaryDirectory(prefix="huzhu-verify-") as folder:
        require_known_schema(archive.manifest)
        require_room(Path(folder), archive.manifest.size * ROOM_FOR_INDEXES, "To try this backup")
        archive.check()
        with scratch_forum(settings, Path(folder) / "huzhu.db"):
            load_all(archive)
            broken = complaints_of_doctor(archive.manifest)
        if broken:
            raise Unsound("; ".join(broken))
        return archive.manifest
