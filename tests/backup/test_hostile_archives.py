"""What somebody else has made: it is refused in one sentence, and nothing of it reaches the data folder."""

import hashlib
import json
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from app.backup.archive import Archive
from app.backup.manifest import Unsound
from app.backup.restoring import is_unfinished, restore
from app.kernel.errors import Conflict


class Forgery:
    """An archive to be changed: its manifest, its members, and how they are packed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as file:
            self.members = {name: file.read(name) for name in file.namelist() if name != "manifest.json"}
            self.manifest = json.loads(file.read("manifest.json"))
        self.entries: list[tuple[zipfile.ZipInfo, bytes]] = []

    def put(self, name: str, content: bytes) -> None:
        """As a careful forger does it: sums included."""
        self.members[name] = content
        self.manifest["members"][name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def take(self, name: str) -> None:
        del self.members[name], self.manifest["members"][name]

    def also(self, name: str, content: bytes = b"x", mode: int = 0) -> None:
        """An entry that the manifest does not name."""
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        self.entries.append((entry, content))

    def write(self) -> Path:
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in self.members.items():
                file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
            for entry, content in self.entries:
                file.writestr(entry, content)
            file.writestr("manifest.json", json.dumps(self.manifest))
        return self.path


def an_absolute_path(forged: Forgery) -> None:
    forged.put("/etc/cron.d/own", b"* * * * * root true\n")


def a_path_that_climbs(forged: Forgery) -> None:
    forged.put("uploads/../../secret", b"x")


def a_path_of_another_system(forged: Forgery) -> None:
    forged.put("uploads/..\\..\\secret", b"x")


def a_path_with_a_drive(forged: Forgery) -> None:
    forged.put("uploads/C:secret", b"x")


def a_member_nobody_knows(forged: Forgery) -> None:
    forged.put("wsgi.py", b"import os")


def a_file_that_the_manifest_does_not_name(forged: Forgery) -> None:
    forged.also("uploads/cat.png")


def a_link(forged: Forgery) -> None:
    forged.put("uploads/cat.png", b"/etc/passwd")
    del forged.members["uploads/cat.png"]
    forged.also("uploads/cat.png", b"/etc/passwd", stat.S_IFLNK | 0o777)


def a_device(forged: Forgery) -> None:
    forged.put("uploads/null", b"")
    del forged.members["uploads/null"]
    forged.also("uploads/null", b"", stat.S_IFCHR | 0o666)


def a_folder(forged: Forgery) -> None:
    forged.also("uploads/", b"")


def the_same_name_twice(forged: Forgery) -> None:
    forged.also("secret.key", b"another key of my own")


def a_bomb(forged: Forgery) -> None:
    forged.put("uploads/zeros", bytes(80 << 20))


def a_wrong_sum(forged: Forgery) -> None:
    forged.members["secret.key"] = forged.members["secret.key"][::-1]


def a_wrong_size(forged: Forgery) -> None:
    forged.members["secret.key"] += b"!"


def a_missing_file(forged: Forgery) -> None:
    del forged.members["tables/answer.jsonl"]


def a_missing_table(forged: Forgery) -> None:
    del forged.manifest["tables"]["answer"]
    forged.take("tables/answer.jsonl")


def a_table_of_its_own(forged: Forgery) -> None:
    forged.manifest["tables"]["sqlite_master"] = {"columns": [["name", "text"]], "rows": 0, "last_id": None}
    forged.put("tables/sqlite_master.jsonl", b"")


def a_table_with_a_statement_for_a_name(forged: Forgery) -> None:
    name = 'user"; DROP TABLE user; --'
    forged.manifest["tables"][name] = {"columns": [["name", "text"]], "rows": 0, "last_id": None}
    forged.put(f"tables/{name}.jsonl", b"")


def another_column(forged: Forgery) -> None:
    forged.manifest["tables"]["tag"]["columns"][0][0] = "sql"


def fewer_rows_than_it_says(forged: Forgery) -> None:
    forged.put("tables/question.jsonl", b"")


def text_where_a_number_belongs(forged: Forgery) -> None:
    row = json.loads(forged.members["tables/question.jsonl"])
    row[0] = "one"
    forged.put("tables/question.jsonl", json.dumps(row).encode() + b"\n")


def a_row_that_is_no_json(forged: Forgery) -> None:
    forged.put("tables/question.jsonl", b"[" * 100_000 + b"\n")


def a_row_that_refers_to_nothing(forged: Forgery) -> None:
    forged.put("tables/question.jsonl", b"")
    forged.manifest["tables"]["question"]["rows"] = 0


def a_newer_format(forged: Forgery) -> None:
    forged.manifest["format"] = 2


def a_revision_that_is_an_order(forged: Forgery) -> None:
    forged.manifest["revision"] = "head"


def a_manifest_with_more_to_say(forged: Forgery) -> None:
    forged.manifest["run"] = "rm -rf /"


def a_manifest_that_is_a_list(forged: Forgery) -> None:
    forged.manifest = []  # type: ignore[assignment]


FORGERIES = [
    an_absolute_path, a_path_that_climbs, a_path_of_another_system, a_path_with_a_drive, a_member_nobody_knows,
    a_file_that_the_manifest_does_not_name, a_link, a_device, a_folder, the_same_name_twice, a_bomb, a_wrong_sum,
    a_wrong_size, a_missing_file, a_missing_table, a_table_of_its_own, a_table_with_a_statement_for_a_name,
    another_column, fewer_rows_than_it_says, text_where_a_number_belongs, a_row_that_is_no_json,
    a_row_that_refers_to_nothing, a_newer_format, a_revision_that_is_an_order, a_manifest_with_more_to_say,
    a_manifest_that_is_a_list,
]  # fmt: skip


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_forgery_changes_anything(backup, elsewhere):
    """One after the other on one machine: each must leave it as empty as it was."""
    original, believed = backup.read_bytes(), []
    with elsewhere("sqlite") as settings:
        for forge in FORGERIES:
            backup.write_bytes(original)
            forged = Forgery(backup)
            forge(forged)
            try:
                restore(settings, forged.write())
                believed.append(forge.__name__)
            except Unsound as error:
                assert "\n" not in str(error)
        left = {path.name for path in settings.data_dir.iterdir()}
        backup.write_bytes(original)
        assert restore(settings, backup).aside is None

    assert not believed
    assert left == {"running.lock"}


@pytest.mark.parametrize("forge", [a_wrong_sum, text_where_a_number_belongs])
def test_a_refused_backup_leaves_an_empty_folder_empty(backup, elsewhere, forge):
    """Whether the damage is in the file or only in what it says."""
    forged = Forgery(backup)
    forge(forged)
    with elsewhere("sqlite") as settings:
        with pytest.raises(Unsound):
            restore(settings, forged.write())

        assert {path.name for path in settings.data_dir.iterdir()} == {"running.lock"}


def test_a_row_that_does_not_fit_leaves_postgresql_empty(backup, elsewhere):
    original, forged = backup.read_bytes(), Forgery(backup)
    a_row_that_refers_to_nothing(forged)
    with elsewhere("postgresql") as settings:
        with pytest.raises(Unsound, match="refers to"):
            restore(settings, forged.write())

        assert not is_unfinished(settings) and not list(settings.data_dir.glob("before-restore-*"))
        backup.write_bytes(original)
        assert restore(settings, backup).aside is None


@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.9, 0.999])
def test_half_a_file_is_no_backup(backup, part):
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(Unsound):
        Archive(backup)


def test_a_flipped_bit_is_noticed_wherever_it_is(backup):
    whole, unnoticed = backup.read_bytes(), []
    with zipfile.ZipFile(backup) as file:
        filled = [entry for entry in file.infolist() if entry.file_size]
    for entry in filled:
        name, header = entry.filename, 30 + len(entry.filename) + 20  # fixed part, name, sizes of 64 bits
        at = entry.header_offset + header + entry.compress_size // 2
        backup.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            with Archive(backup) as archive:
                archive.check()
            unnoticed.append(name)
        except Unsound:
            pass
    assert not unnoticed


def test_a_size_that_lies_is_not_believed(backup):
    """The list of contents says less than what is packed."""
    whole = bytearray(backup.read_bytes())
    with zipfile.ZipFile(backup) as file:
        entry = file.getinfo("tables/question.jsonl")
    at = whole.rindex(b"tables/question.jsonl") - 46 + 24
    assert struct.unpack_from("<L", whole, at)[0] == entry.file_size
    struct.pack_into("<L", whole, at, 1)
    backup.write_bytes(bytes(whole))

    with pytest.raises(Unsound):
        Archive(backup)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(Conflict, match="no file"):
        Archive(tmp_path / "nothing.zip")
