"""What somebody at the command line sees: one line, and an exit code that a script can go by."""

import os
import subprocess
from pathlib import Path

import pytest

from app.backup.restoring import UNFINISHED
from app.backup.writing import program_version, write_backup
from app.cli.backup import how_to_start
from app.config import ROOT, Settings
from app.kernel.schema import upgrade_schema
from tests.backup.conftest import settings_of
from tests.backup.test_hostile_archives import Forgery, a_wrong_sum


@pytest.fixture
def flask(forum):
    def run(*arguments: object) -> tuple[int, str]:
        done = forum.test_cli_runner().invoke(args=[str(each) for each in arguments])
        return done.exit_code, done.output.strip()

    return run


def test_a_backup_is_one_line_and_so_is_its_proof(flask, tmp_path):
    code, said = flask("backup", tmp_path / "forum.zip")
    assert (code, said.count("\n")) == (0, 0)
    assert said.startswith(f"{tmp_path / 'forum.zip'}: ")

    code, said = flask("backup", "--verify", tmp_path / "forum.zip")
    assert (code, said.count("\n")) == (0, 0)
    assert "sound" in said and "2026-03-03 02:00:00 UTC" in said
    assert f"made by version {program_version()} with the schema" in said


def test_a_bad_backup_is_one_line_and_exit_1(flask, backup):
    forged = Forgery(backup)
    a_wrong_sum(forged)

    assert flask("backup", "--verify", forged.write()) == (
        1,
        f"{backup}: no sound backup: the checksum of secret.key is wrong; take another backup, or copy this one again",
    )
    assert flask("restore", "--replace", backup) == (
        2,
        f"{backup} cannot be restored: the checksum of secret.key is wrong. "
        "Nothing was changed: take another backup, or copy this one again.",
    )


def test_a_backup_of_another_format_asks_for_another_program(flask, backup):
    forged = Forgery(backup)
    forged.manifest["format"] = 2

    code, said = flask("restore", "--replace", forged.write())

    assert code == 2
    assert said.endswith("Nothing was changed: install the version that made it, or a newer one.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["backup", "{folder}/taken.zip"], "already"),
        (["backup", "{folder}/no/such/folder.zip"], "There is no folder {folder}/no/such: make it first."),
        (["backup", "{folder}/taken.zip/forum.zip"], "There is no folder {folder}/taken.zip: make it first."),
        (["backup", "{folder}"], "{folder} is a folder: name a new file in it, for example {folder}/huzhu.zip."),
        (["backup", "--verify", "{folder}/nothing.zip"], "no file"),
        (["backup", "--verify", "{folder}"], "{folder} is a folder: name the backup in it."),
        (["restore", "{folder}/nothing.zip"], "There is no file {folder}/nothing.zip: name one that"),
        (["restore", "{folder}"], "{folder} is a folder: name the backup in it."),
        (["restore", "{folder}/forum.zip"], "There is a forum already ({folder}/huzhu.db). Choose another DATA_DIR"),
        (["upgrade", "--backups", "{folder}/none"], "There is no folder {folder}/none: make it first."),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(flask, backup, tmp_path, arguments, says):
    (tmp_path / "taken.zip").touch()
    code, said = flask(*[each.format(folder=tmp_path) for each in arguments])
    assert (code, said.count("\n"), says.format(folder=tmp_path) in said) == (2, 0, True), said


@pytest.mark.parametrize("goal", ["backup", "verify", "restore"])
def test_make_without_a_file_says_how_it_is_named(goal):
    environment = {name: value for name, value in os.environ.items() if name not in ("FILE", "MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", goal], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"FILE= is missing: make {goal} FILE=/backups/huzhu.zip\n")


def test_after_a_restore_that_was_killed_the_forum_does_not_start(flask, forum):
    (settings_of(forum).data_dir / UNFINISHED).touch()

    code, said = flask("prepare")

    assert (code, said) == (2, "A restore was stopped half-way: run it again with --replace.")


def test_a_schema_newer_than_the_program_stops_the_start(flask, a_later_version, monkeypatch):
    a_later_version()
    upgrade_schema()
    monkeypatch.undo()

    code, said = flask("prepare")

    assert (code, said.count("\n")) == (2, 0)
    assert "newer version (revision 29990101_medals)" in said


def test_an_upgrade_says_how_to_start_and_how_to_go_back(flask, tmp_path):
    code, said = flask("upgrade", "--backups", tmp_path)

    assert code == 0
    assert f"Start it with: DATA_DIR={tmp_path} make run" in said
    made = next(Path(tmp_path).glob("huzhu-*.zip"))
    assert f"then DATA_DIR={tmp_path} .venv/bin/flask --app wsgi restore --replace {made}" in said


def test_a_restored_forum_says_that_a_key_of_the_environment_is_another_one(flask, forum, tmp_path):
    other = settings_of(forum).model_copy(update={"secret_key": "the key of another machine"})
    write_backup(other, tmp_path / "other.zip")

    code, said = flask("restore", "--replace", tmp_path / "other.zip")

    assert (code, "SECRET_KEY is set and differs" in said) == (0, True)


def test_the_way_to_start_names_what_led_to_the_restored_forum_and_no_password():
    address = "postgresql://huzhu:pass-word@localhost/huzhu"
    assert how_to_start(Settings()) == "Start it with: make run"
    assert how_to_start(Settings(data_dir=Path("/srv/my forum"), database_url=address)) == (
        "Start it with: DATA_DIR='/srv/my forum' DATABASE_URL=… make run"
    )


def test_what_was_here_before_is_named(flask, tmp_path):
    (tmp_path / "secret.key").write_text("the key that was here")
    flask("backup", tmp_path / "forum.zip")
    code, said = flask("restore", "--replace", tmp_path / "forum.zip")

    aside = next(tmp_path.glob("before-restore-*"))
    assert (code, f"What was here before: {aside} (huzhu.db, secret.key)" in said) == (0, True), said
