"""The schema comes up behind a backup, or everything stays as it was."""

import shutil

import pytest
from sqlalchemy import inspect, select

from app.backup import scratch
from app.backup.manifest import Unsound
from app.backup.restoring import restore
from app.backup.running import ForumRuns, running
from app.backup.upgrading import UpgradeStopped, upgrade
from app.backup.verifying import verify
from app.backup.writing import write_backup
from app.domains.accounts.models import User
from app.domains.feedback.models import Digest, Period
from app.domains.products.models import Product
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.errors import Conflict
from app.kernel.schema import SchemaIsNewer, newest_revision, revision_of, upgrade_schema
from app.kernel.transaction import transaction
from tests.backup.conftest import settings_of


def revision():
    with db.engine.connect() as connection:
        return revision_of(connection)


def tables():
    return set(inspect(db.engine).get_table_names())


@pytest.mark.both_databases
def test_an_upgrade_leaves_a_backup_and_the_newest_schema_with_all_rows(forum, tmp_path, a_later_version):
    before, heard = revision(), []
    later = a_later_version()

    path = upgrade(settings_of(forum), tmp_path, heard.append)

    assert (revision(), "medal" in tables()) == (later, True)
    assert verify(settings_of(forum), path).revision == before
    assert db.session.scalars(select(User.name).order_by(User.id)).all() == ["ann", "bob"]
    assert heard[-1] == f"Schema: {before} -> {later}"


@pytest.mark.both_databases
def test_a_migration_that_fails_changes_nothing_and_the_way_back_is_printed(forum, tmp_path, a_later_version):
    before = revision()
    a_later_version(then='raise RuntimeError("the third table is odd")')

    with pytest.raises(UpgradeStopped, match=r"were: the third table is odd\. .*DATA_DIR=\S+ .*restore --replace"):
        upgrade(settings_of(forum), tmp_path, lambda _line: None)

    assert (revision(), "medal" in tables()) == (before, False)
    assert db.session.scalar(select(Question.title)) == "The lamp stays dark — 灯不亮"
    assert len(list(tmp_path.glob("huzhu-*.zip"))) == 1


@pytest.mark.both_databases
def test_a_migration_that_fails_half_way_on_the_real_data_leaves_no_trace(forum, a_later_version):
    before = revision()
    a_later_version(then='raise RuntimeError("no")')

    with pytest.raises(RuntimeError):
        upgrade_schema()

    assert (revision(), "medal" in tables()) == (before, False)
    name = next(column for column in inspect(db.engine).get_columns("user") if column["name"] == "name")
    assert name["type"].length == User.__table__.c.name.type.length


def test_a_migration_that_leaves_something_dangling_is_taken_back(forum, a_later_version):
    before = revision()
    a_later_version(then='op.execute("DELETE FROM user WHERE name = \'ann\'")')

    with pytest.raises(Conflict, match="not there"):
        upgrade_schema()
    assert revision() == before
    assert db.session.scalar(select(User.name).where(User.name == "ann")) == "ann"


def test_where_the_disk_is_too_small_nothing_is_begun(forum, tmp_path, monkeypatch):
    full = shutil.disk_usage(tmp_path)._replace(free=1 << 20)
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda _folder: full)

    with pytest.raises(Conflict, match="1 MB are free"):
        upgrade(settings_of(forum), tmp_path, lambda _line: None)
    assert not list(tmp_path.glob("huzhu-*.zip"))


def test_a_forum_that_runs_is_not_upgraded(forum, tmp_path):
    with running(settings_of(forum).data_dir), pytest.raises(ForumRuns):
        upgrade(settings_of(forum), tmp_path, lambda _line: None)


def test_an_older_program_stops_at_a_newer_schema(forum, tmp_path, a_later_version, monkeypatch):
    a_later_version()
    upgrade_schema()
    monkeypatch.undo()
    assert newest_revision() != revision()

    with pytest.raises(SchemaIsNewer, match="29990101_medals"):
        upgrade(settings_of(forum), tmp_path, lambda _line: None)


@pytest.mark.both_databases
def test_after_an_upgrade_the_backup_brings_the_earlier_forum_back(forum, tmp_path, a_later_version, monkeypatch):
    before = revision()
    a_later_version()
    path = upgrade(settings_of(forum), tmp_path, lambda _line: None)
    monkeypatch.undo()

    done = restore(settings_of(forum), path, replace=True)

    assert (revision(), "medal" in tables(), done.broken) == (before, False, [])


def test_a_backup_of_a_forum_that_breaks_an_invariant_is_not_sound(forum, clock, tmp_path):
    product = db.session.scalars(select(Product.id)).one()
    with transaction():
        at = {"starts_at": clock.now(), "ends_at": clock.now(), "frozen_at": clock.now()}
        db.session.add(Digest(product_id=product, period=Period.WEEK, content="", **at))
    write_backup(settings_of(forum), tmp_path / "odd.zip")

    with pytest.raises(Unsound, match="F8"):
        verify(settings_of(forum), tmp_path / "odd.zip")
