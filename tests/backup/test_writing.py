"""One file that holds the forum as it stood at one instant, or no file."""

import json
import os
import stat
import zipfile

import pytest

from app.backup.archive import Archive
from app.backup.rows import columns_of, lines_of, tables_of
from app.backup.writing import one_instant, write_backup
from app.extensions import Model, db
from app.kernel.errors import Conflict
from app.kernel.schema import newest_revision
from tests.backup.conftest import settings_of
from tests.factories import a_question


@pytest.mark.both_databases
def test_the_manifest_names_every_table_with_its_rows_and_sums(backup, database):
    with Archive(backup) as archive:
        archive.check()
        found = archive.manifest

    assert (found.format, found.revision, found.database) == (1, newest_revision(), database)
    assert found.tables.keys() == Model.metadata.tables.keys()
    assert (found.tables["question"].rows, found.tables["answer"].rows, found.tables["user"].rows) == (1, 1, 2)


def test_only_its_owner_may_read_it(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


@pytest.mark.both_databases
def test_what_is_posted_while_it_is_written_is_not_in_it(forum, ann):
    with one_instant() as connection:
        tables = {table.name: table for table in tables_of(connection)}
        before = b"".join(lines_of(connection, tables["question"]))
        a_question(by=ann, title="Asked while the backup runs")

        assert b"".join(lines_of(connection, tables["question"])) == before
        assert b"Asked while" not in b"".join(lines_of(connection, tables["event"]))


@pytest.mark.both_databases
def test_a_backup_can_hold_every_column_there_is(forum):
    with db.engine.connect() as connection:
        kinds = {kind for table in tables_of(connection) for _name, kind in columns_of(table)}
    assert kinds == {"integer", "number", "truth", "text", "time", "json"}


@pytest.mark.both_databases
def test_times_are_written_in_utc_and_json_as_its_text(backup, clock):
    with zipfile.ZipFile(backup) as file:
        rows = [json.loads(line) for line in file.read("tables/event.jsonl").splitlines()]
        columns = [name for name, _kind in json.loads(file.read("manifest.json"))["tables"]["event"]["columns"]]
    asked = dict(zip(columns, next(row for row in rows if "QuestionAsked" in row), strict=True))

    assert asked["occurred_at"] == f"{clock.now():%Y-%m-%d %H:%M:%S.%f}"
    assert json.loads(asked["payload"])["question_id"] == 1


def test_a_file_that_is_there_already_stays_as_it_is(forum, tmp_path):
    taken = tmp_path / "taken.zip"
    taken.write_text("somebody's")

    with pytest.raises(Conflict, match="already"):
        write_backup(settings_of(forum), taken)
    assert taken.read_text() == "somebody's"


def test_where_it_fails_half_way_no_file_is_left(forum, tmp_path):
    uploads = settings_of(forum).data_dir / "uploads"
    uploads.mkdir()
    (uploads / "a\\b.png").write_bytes(b"a name that means a folder elsewhere")
    target = tmp_path / "there"
    target.mkdir()

    with pytest.raises(Conflict, match="rename it"):
        write_backup(settings_of(forum), target / "forum.zip")
    assert os.listdir(target) == []


def test_a_link_among_the_uploads_is_not_followed(forum, tmp_path):
    uploads = settings_of(forum).data_dir / "uploads"
    uploads.mkdir()
    (uploads / "cat.png").write_bytes(b"a cat")
    (uploads / "passwd").symlink_to("/etc/passwd")

    found = write_backup(settings_of(forum), tmp_path / "forum.zip")

    assert [name for name in found.members if name.startswith("uploads/")] == ["uploads/cat.png"]


def test_a_database_without_a_forum_is_no_backup(app, tmp_path):
    with pytest.raises(Conflict, match="no forum"):
        write_backup(settings_of(app), tmp_path / "forum.zip")
    assert not (tmp_path / "forum.zip").exists()
