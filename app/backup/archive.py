"""The file itself: a zip whose list of contents stands at its end, so that half a file is no file.

The reader believes nothing: names, kinds, sizes and checksums are held against the manifest before a byte is used.
"""

import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

from app.backup import manifest
from app.backup.manifest import MANIFEST, Manifest, Member, Unsound
from app.kernel.errors import Conflict

CHUNK = 1 << 20
LONGEST_LINE = 64 << 20
LARGEST_MANIFEST = 64 << 20
MOST_MEMBERS = 1_000_000
EXPANDS_FREELY_TO = 64 << 20
EXPANDS_TIMES = 200  # text of rows shrinks to a tenth; what shrinks to less than a two-hundredth is not rows

PLAIN_FILE = (stat.S_IFREG | 0o600) << 16


class Writer:
    """Members one after the other, each summed while it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError, ValueError):  # one that was not finished is thrown away
            self._zip.close()

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        self.members[name] = self._put(name, chunks)

    def finish(self, described: Manifest) -> None:
        self._put(MANIFEST, [manifest.written(described)])
        self._zip.close()

    def _put(self, name: str, chunks: Iterable[bytes]) -> Member:
        entry = zipfile.ZipInfo(name)
        entry.external_attr, entry.compress_type = PLAIN_FILE, zipfile.ZIP_DEFLATED
        size, sum_ = 0, hashlib.sha256()
        with self._zip.open(entry, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                sum_.update(chunk)
                size += len(chunk)
        return Member(size=size, sha256=sum_.hexdigest())


class Archive:
    """An archive that has passed the gate; what it says of its members is checked while they are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise Unsound("it is no backup, or its end is missing") from None
        except FileNotFoundError:
            raise Conflict(f"There is no file {path}: name one that `make backup` has written.") from None
        except IsADirectoryError:
            raise Conflict(f"{path} is a folder: name the backup in it.") from None
        try:
            self.manifest = self._gate()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def _gate(self) -> Manifest:
        entries = self._zip.infolist()
        if len(entries) > MOST_MEMBERS:
            raise Unsound(f"it holds {len(entries)} files")
        for entry in entries:
            _require_plain(entry)
        by_name = {entry.filename: entry for entry in entries}
        if len(by_name) != len(entries):
            raise Unsound("it holds two files of the same name")
        if MANIFEST not in by_name or by_name[MANIFEST].file_size > LARGEST_MANIFEST:
            raise Unsound(f"it has no {MANIFEST}")
        found = manifest.read(b"".join(self._chunks(MANIFEST)))
        _require_the_same(by_name, found)
        _require_moderate(found, self.path.stat().st_size)
        return found

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member's bytes; Unsound at its end where they are not those of the manifest."""
        sum_ = hashlib.sha256()
        for chunk in self._chunks(name):
            sum_.update(chunk)
            yield chunk
        if sum_.hexdigest() != self.manifest.members[name].sha256:
            raise Unsound(f"the checksum of {name} is wrong")

    def lines(self, name: str) -> Iterator[bytes]:
        """The same, line by line."""
        rest = b""
        for chunk in self.chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > LONGEST_LINE:
                raise Unsound(f"{name} has a line without an end")
        if rest:
            yield rest

    def check(self) -> None:
        """Read everything once."""
        for name in self.manifest.members:
            for _chunk in self.chunks(name):
                pass

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise Unsound(f"{name} is damaged") from None


def _require_plain(entry: zipfile.ZipInfo) -> None:
    """No folder, link or device; no name with a hidden end; nothing encrypted."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or entry.is_dir():
        raise Unsound(f"{entry.filename!r} is no plain file")
    if entry.orig_filename != entry.filename:
        raise Unsound(f"{entry.orig_filename!r} is no plain name")
    if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unsound(f"{entry.filename!r} is packed in a way that no backup is")


def _require_the_same(entries: dict[str, zipfile.ZipInfo], found: Manifest) -> None:
    if unknown := entries.keys() - found.members.keys() - {MANIFEST}:
        raise Unsound(f"it holds {sorted(unknown)[0]!r}, which its {MANIFEST} does not name")
    if missing := found.members.keys() - entries.keys():
        raise Unsound(f"{sorted(missing)[0]} is missing")
    for name, member in found.members.items():
        if entries[name].file_size != member.size:
            raise Unsound(f"{name} has {entries[name].file_size} bytes where {member.size} were written")


def _require_moderate(found: Manifest, packed: int) -> None:
    if found.size > EXPANDS_FREELY_TO and found.size > packed * EXPANDS_TIMES:
        raise Unsound(f"it would unpack to {found.size // packed} times its size")


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when it is whole and on the disk, readable by its owner alone.

    What stands there already is never overwritten.
    """
    require_folder(path.parent)
    if path.is_dir():
        raise Conflict(f"{path} is a folder: name a new file in it, for example {path / 'huzhu.zip'}.")
    if path.exists() or path.is_symlink():
        raise Conflict(f"There is a file {path} already; choose another name.")
    draft = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    sync_folder(path.parent)


def require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise Conflict(f"There is no folder {folder}: make it first.")


def _publish(draft: Path, path: Path) -> None:
    """A second name for the file fails where there is one already; some file systems know only renaming."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise Conflict(f"There is a file {path} already; choose another name.") from None
    except OSError:
        draft.rename(path)


def sync_folder(folder: Path) -> None:
    """So that a new name in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
