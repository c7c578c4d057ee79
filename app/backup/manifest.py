"""What an archive says of itself: `manifest.json`, read before anything else is believed."""

import json
import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.kernel.errors import DomainError

FORMAT = 1
MANIFEST, SECRET, DEMO_MARK = "manifest.json", "secret.key", "demonstration"
TABLES, UPLOADS = "tables/", "uploads/"
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

Kind = Literal["integer", "number", "truth", "text", "time", "json"]


class Unsound(DomainError):
    """This archive is no backup that can be restored; the sentence says why."""

    remedy = "take another backup, or copy this one again"


class TooNew(Unsound):
    """This version of the program cannot read it."""

    remedy = "install the version that made it, or a newer one"


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Member(Strict):
    """A file of the archive as it is when unpacked."""

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Table(Strict):
    """`columns` in the order of each row; `last_id` the highest number given so far, None where nobody counts."""

    columns: list[tuple[str, Kind]] = Field(min_length=1)
    rows: int = Field(ge=0)
    last_id: int | None = None


class Manifest(Strict):
    format: int = FORMAT
    program: str
    revision: str = Field(pattern=r"^[A-Za-z0-9_]{1,64}$")
    database: Literal["sqlite", "postgresql"]
    made_at: AwareDatetime
    tables: dict[str, Table]
    members: dict[str, Member]

    @property
    def row_count(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def size(self) -> int:
        """Bytes of all members, unpacked."""
        return sum(member.size for member in self.members.values())

    @property
    def made(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M:%S} UTC"


def member_of(table: str) -> str:
    return f"{TABLES}{table}.jsonl"


def written(manifest: Manifest) -> bytes:
    return json.dumps(manifest.model_dump(mode="json"), indent=1, sort_keys=True).encode()


def read(text: bytes) -> Manifest:
    """Unsound in one sentence where this is no manifest that this version of the program can follow."""
    try:
        found = json.loads(text)
        if not isinstance(found, dict) or "format" not in found:
            raise ValueError("no format")
        if found["format"] != FORMAT:
            raise TooNew(f"its format is {found['format']}, and this version of the program reads format {FORMAT}")
        manifest = Manifest.model_validate_json(text)
    except (ValueError, RecursionError) as error:
        raise Unsound(f"its {MANIFEST} cannot be read{_place(error)}") from None
    _require_agreement(manifest)
    return manifest


def _place(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return ""
    first = error.errors()[0]
    return f" ({'.'.join(map(str, first['loc']))}: {first['msg']})"


def _require_agreement(manifest: Manifest) -> None:
    """Every table has its file and its plain name, every file its place."""
    wanted = {member_of(name) for name in manifest.tables} | {SECRET}
    if missing := wanted - manifest.members.keys():
        raise Unsound(f"{sorted(missing)[0]} is missing")
    for name in manifest.members.keys() - wanted - {DEMO_MARK}:
        if not is_upload(name):
            raise Unsound(f"it holds {name!r}, which belongs into no backup")
    for name in manifest.tables:
        if not PLAIN_NAME.fullmatch(name):
            raise Unsound(f"{name!r} is no table's name")


def is_upload(name: str) -> bool:
    """Whether this is a plain path below `uploads/` that stays there when unpacked, on every system."""
    path = PurePosixPath(name)
    plain = name == str(path) and not set(name) & set("\\:\0") and name.isprintable()
    return plain and name.startswith(UPLOADS) and len(path.parts) > 1 and ".." not in path.parts and len(name) <= 500


def moment(made_at: datetime) -> str:
    """For a file's or a schema's name."""
    return f"{made_at:%Y%m%d_%H%M%S}"
