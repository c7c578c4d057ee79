"""The files of a dump: one XML file a table, plain or gzipped, a `row` element for each row."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from xml.etree import ElementTree  # nosec B405  # see _rows_of

from app.kernel.errors import Invalid
from app.kernel.i18n import _

Row = dict[str, str]


class Dump:
    """A folder with Posts.xml and its companions; raises Invalid with one line where there is none."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        if not self.directory.is_dir():
            raise Invalid(_("%(path)s: there is no such folder.", path=str(directory)))
        if not self.has("Posts"):
            raise Invalid(_("%(path)s: there is no Posts.xml in this folder, plain or .gz.", path=str(directory)))

    def has(self, table: str) -> bool:
        return self._path(table) is not None

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table, in the file's order; none where the file is missing. Invalid where it is damaged."""
        path = self._path(table)
        if path is None:
            return
        try:
            with _opened(path) as file:
                yield from _rows_of(file)
        except (ElementTree.ParseError, EOFError, OSError, zlib.error, UnicodeError) as error:
            names = {"path": str(path), "error": " ".join(str(error).split())}
            raise Invalid(_("%(path)s cannot be read: %(error)s", **names)) from None

    def _path(self, table: str) -> Path | None:
        candidates = (self.directory / f"{table}.xml", self.directory / f"{table}.xml.gz")
        return next((path for path in candidates if path.is_file()), None)


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _rows_of(file: IO[bytes]) -> Iterator[Row]:
    # A dump that the engineer chose. Expat loads nothing from elsewhere, and since 2.4 it ends what grows too much.
    parsed = ElementTree.iterparse(file, events=("start", "end"))  # nosec B314
    _event, root = next(parsed)
    for event, element in parsed:
        if event == "end" and element.tag == "row":
            yield dict(element.attrib)
            root.clear()  # or the whole file would end up in memory


def instant(text: str | None) -> datetime | None:
    """A dump's time, which is UTC and does not say so; None where it is missing or damaged."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None


def number(text: str | None) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        return None
