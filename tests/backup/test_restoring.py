"""The forum of the archive, whole, on a machine with either database; and never in another one's place."""

import json
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import current_app
from sqlalchemy import create_engine, inspect, select, text

from app.backup.archive import Archive
from app.backup.manifest import TooNew, member_of
from app.backup.restoring import restore
from app.backup.running import ForumRuns, nobody_else, running
from app.backup.scratch import complaints_of_doctor
from app.backup.writing import write_backup
from app.config import take_back_key
from app.domains.accounts.actor import GUEST
from app.domains.accounts.models import User
from app.domains.questions.models import Question
from app.domains.search.queries import search_questions
from app.domains.search.rebuild import why_rebuild
from app.extensions import db
from app.kernel import schema
from app.kernel.errors import Conflict
from app.kernel.schema import SchemaIsNewer, newest_revision, require_known_revision, revision_of, upgrade_schema
from app.kernel.worker import Worker
from tests.backup.conftest import settings_of
from tests.factories import a_person, a_question


def rows_in(path: Path) -> dict[str, list]:
    """Every table's rows; JSON is compared by what it says."""
    found = {}
    with Archive(path) as archive:
        for name, table in archive.manifest.tables.items():
            rows = [json.loads(line) for line in archive.lines(member_of(name))]
            places = {column: at for at, (column, _kind) in enumerate(table.columns)}
            said = {column for column, kind in table.columns if kind == "json"}
            found[name] = [
                {column: _said(row[at]) if column in said else row[at] for column, at in places.items()} for row in rows
            ]
    return found


def _said(text):
    return None if text is None else json.loads(text)


def titles():
    return list(db.session.scalars(select(Question.title).order_by(Question.id)))


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_same_rows_come_back_on_either_database(backup, elsewhere, kind, tmp_path):
    with elsewhere(kind) as settings:
        done = restore(settings, backup)
        write_backup(settings, tmp_path / "again.zip")

        assert (done.aside, done.broken) == (None, [])
    assert rows_in(tmp_path / "again.zip") == rows_in(backup)


@pytest.mark.both_databases
def test_between_two_databases_of_one_kind_not_a_byte_changes(backup, elsewhere, database, tmp_path):
    with elsewhere(database) as settings:
        restore(settings, backup)
        again = write_backup(settings, tmp_path / "again.zip")
    with Archive(backup) as archive:
        assert again.members == archive.manifest.members


@pytest.mark.both_databases
def test_the_restored_forum_goes_on(backup, elsewhere, database):
    with elsewhere(database) as settings:
        restore(settings, backup)
        question = a_question(by=a_person("ann"), title="Asked after the restore")

        assert question.id == 2
        assert titles() == ["The lamp stays dark — 灯不亮", "Asked after the restore"]


def test_postgresql_never_gives_a_number_twice_that_was_taken_before_the_backup(elsewhere, clock, tmp_path):
    with elsewhere("postgresql") as settings:
        upgrade_schema()
        with db.engine.begin() as connection:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('live_event', 'id'), 500)"))
        write_backup(settings, tmp_path / "forum.zip")
    with elsewhere("postgresql") as settings:
        restore(settings, tmp_path / "forum.zip")
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT nextval(pg_get_serial_sequence('live_event', 'id'))")) == 501


def test_key_uploads_and_the_mark_of_a_demonstration_come_along(forum, elsewhere, tmp_path):
    source = settings_of(forum)
    (source.data_dir / "uploads" / "2026").mkdir(parents=True)
    (source.data_dir / "uploads" / "2026" / "cat.png").write_bytes(b"\x89PNG" * 1000)
    source.demo_mark.write_text("2026-03-03\n")
    write_backup(source, tmp_path / "forum.zip")

    with elsewhere("sqlite") as settings:
        restore(settings, tmp_path / "forum.zip")

        assert (settings.data_dir / "secret.key").read_text() == "a key for tests only"
        assert (settings.data_dir / "uploads" / "2026" / "cat.png").read_bytes() == b"\x89PNG" * 1000
        assert settings.demo_mark.exists()
        assert {path.name for path in settings.data_dir.iterdir()} >= {"huzhu.db", "secret.key", "uploads", "search"}
        assert not list(settings.data_dir.glob("before-restore-*")) and not list(settings.data_dir.glob(".restoring"))


def test_the_worker_builds_the_index_that_the_archive_does_not_hold(backup, elsewhere, clock):
    with elsewhere("sqlite") as settings:
        restore(settings, backup)
        assert why_rebuild() is not None

        clock.advance(seconds=10)
        Worker(current_app._get_current_object()).tick()
        found = search_questions(GUEST, "lamp")

        assert (why_rebuild(), found.total, found.from_database) == (None, 1, False)


@pytest.mark.both_databases
def test_where_there_is_a_forum_nothing_is_restored_unless_it_is_told_to(backup, forum, ann):
    a_question(by=ann, title="Asked after the backup")
    with pytest.raises(Conflict, match="--replace"):
        restore(settings_of(forum), backup)

    assert titles()[-1] == "Asked after the backup"


def test_a_key_that_is_not_the_backups_is_kept_and_named(backup, elsewhere):
    with elsewhere("sqlite") as settings:
        a_key_from_before(settings, "the key of another forum")
        done = restore(settings, backup)

        assert (settings.data_dir / "secret.key").read_text() == "a key for tests only"
        assert (done.aside.folder / "secret.key").read_text() == "the key of another forum"
        assert [path.name for path in done.aside.folder.iterdir()] == ["secret.key"]


def test_the_backups_own_key_is_not_kept_twice(backup, elsewhere):
    with elsewhere("sqlite") as settings:
        a_key_from_before(settings, "a key for tests only\n")
        assert restore(settings, backup).aside is None
        assert not list(settings.data_dir.glob("before-restore-*"))


def a_key_from_before(settings, key):
    """As of a forum that was here before this process has begun."""
    take_back_key(settings)
    (settings.data_dir / "secret.key").write_text(key)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_on_the_way_to_postgresql_the_old_sqlite_file_does_not_stay_where_a_start_would_find_it(
    backup, elsewhere, forum, kind
):
    with elsewhere(kind) as settings:
        old = settings.data_dir / "huzhu.db"
        shutil.copy(settings_of(forum).data_dir / "huzhu.db", old)
        with pytest.raises(Conflict, match="huzhu.db.*Choose another DATA_DIR.*--replace"):
            restore(settings, backup)
        assert old.exists()

        done = restore(settings, backup, replace=True)

        assert not list(settings.data_dir.glob("huzhu.db*"))
        with closing(sqlite3.connect(done.aside.folder / "huzhu.db")) as kept:
            assert kept.execute("SELECT count(*) FROM question").fetchone() == (0,)


def test_a_database_without_a_table_is_nothing_to_keep(backup, elsewhere):
    with elsewhere("sqlite") as settings:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        assert (settings.data_dir / "huzhu.db").stat().st_size
        assert restore(settings, backup).aside is None


def test_a_replaced_sqlite_forum_lies_beside_the_new_one(backup, forum, ann):
    a_question(by=ann, title="Asked after the backup")
    done = restore(settings_of(forum), backup, replace=True)

    assert titles() == ["The lamp stays dark — 灯不亮"]
    with closing(sqlite3.connect(done.aside.folder / "huzhu.db")) as old:
        assert old.execute("SELECT title FROM question ORDER BY id DESC").fetchone() == ("Asked after the backup",)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_replaced_tables_of_postgresql_lie_in_a_schema_of_their_own(backup, elsewhere, kind):
    with elsewhere(kind) as settings:
        restore(settings, backup)
        a_question(by=a_person("ann"), title="Asked after the restore")
        done = restore(settings, backup, replace=True)

        assert titles() == ["The lamp stays dark — 灯不亮"]
        old = text(f"SELECT title FROM {done.aside.schema}.question ORDER BY id DESC LIMIT 1")
        assert db.session.scalar(old) == "Asked after the restore"


def test_a_database_that_is_nothing_but_noise_can_be_replaced(backup, forum):
    db.session.remove()
    db.engine.dispose()
    for file in settings_of(forum).data_dir.glob("huzhu.db*"):
        file.write_bytes(b"noise" * 5000)

    done = restore(settings_of(forum), backup, replace=True)

    assert (titles(), done.broken) == (["The lamp stays dark — 灯不亮"], [])
    assert (done.aside.folder / "huzhu.db").read_bytes().startswith(b"noise")


@pytest.mark.both_databases
def test_a_forum_that_holds_the_data_folder_keeps_a_restore_away(backup, elsewhere, database):
    with elsewhere(database) as settings:
        with running(settings.data_dir), pytest.raises(ForumRuns):
            restore(settings, backup)
        restore(settings, backup)


def test_no_forum_starts_on_a_folder_that_is_being_restored(tmp_path):
    with nobody_else(tmp_path):
        assert running(tmp_path) is None
    with running(tmp_path) as first, running(tmp_path) as second:
        assert first and second


@pytest.mark.both_databases
def test_a_process_that_has_the_database_open_keeps_a_restore_away(backup, elsewhere, database):
    with elsewhere(database) as settings:
        restore(settings, backup)
        with another_connection(settings) as titles_seen, pytest.raises(ForumRuns):
            assert titles_seen == 1
            restore(settings, backup, replace=True)
        restore(settings, backup, replace=True)


@contextmanager
def another_connection(settings):
    """An idle one, as a pool keeps it."""
    engine = create_engine(settings.database)
    with engine.connect() as connection:
        seen = connection.scalar(text("SELECT count(*) FROM question"))
        connection.rollback()
        yield seen
    engine.dispose()


@pytest.mark.both_databases
def test_an_older_backup_is_brought_up_to_the_newest_schema(backup, elsewhere, database, a_later_version):
    later = a_later_version()
    with elsewhere(database) as settings:
        done = restore(settings, backup)

        with db.engine.connect() as connection:
            assert (revision_of(connection), done.broken) == (later, [])
            assert "medal" in inspect(connection).get_table_names()
        assert db.session.scalars(select(User.name).order_by(User.id)).all() == ["ann", "bob"]


def test_a_backup_of_a_newer_version_is_refused(forum, elsewhere, tmp_path, a_later_version, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", schema.MIGRATIONS)
        a_later_version()
        schema.upgrade_schema()
        write_backup(settings_of(forum), tmp_path / "newer.zip")
    monkeypatch.undo()
    assert newest_revision() != "29990101_medals"

    with elsewhere("sqlite") as settings, pytest.raises(TooNew, match="29990101_medals.*does not know"):
        restore(settings, tmp_path / "newer.zip")
    with pytest.raises(SchemaIsNewer):
        require_known_revision()


def test_what_fell_due_after_the_backup_is_no_fault_of_it(backup, forum, clock):
    clock.advance(days=30)
    with Archive(backup) as archive:
        assert complaints_of_doctor(archive.manifest) == []
