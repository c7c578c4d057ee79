"""What somebody at the command line sees: one line, and an exit code that a script can go by."""

from pathlib import Path

import pytest

from app.backup.restoring import UNFINISHED
from app.backup.writing import write_backup
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


def test_a_bad_backup_is_one_line_and_exit_1(flask, backup):
    forged = Forgery(backup)
    a_wrong_sum(forged)

    assert flask("backup", "--verify", forged.write()) == (
        1, f"{backup}: no sound backup: the checksum of secret.key is wrong"
    )  # fmt: skip
    code, said = flask("restore", "--replace", backup)
    assert (code, said) == (2, f"{backup} cannot be restored: the checksum of secret.key is wrong")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["backup", "{folder}/taken.zip"], "already"),
        (["backup", "{folder}/no/such/folder.zip"], "No such file"),
        (["backup", "--verify", "{folder}/nothing.zip"], "no file"),
        (["restore", "{folder}/nothing.zip"], "no file"),
        (["restore", "{folder}/forum.zip"], "--replace"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(flask, backup, tmp_path, arguments, says):
    (tmp_path / "taken.zip").touch()
    code, said = flask(*[each.format(folder=tmp_path) for each in arguments])
    assert (code, said.count("\n"), says in said) == (2, 0, True), said


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
    assert "Start it with: make run" in said
    assert f"restore --replace {next(Path(tmp_path).glob('huzhu-*.zip'))}" in said


def test_a_restored_forum_says_that_a_key_of_the_environment_is_another_one(flask, forum, tmp_path):
    other = settings_of(forum).model_copy(update={"secret_key": "the key of another machine"})
    write_backup(other, tmp_path / "other.zip")

    code, said = flask("restore", "--replace", tmp_path / "other.zip")

    assert (code, "SECRET_KEY is set and differs" in said) == (0, True)
