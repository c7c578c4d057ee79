"""What a command leaves in the data folder, as at a prompt: in a process of its own, where files are open to everybody
unless the program says otherwise."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from app.config import ROOT


def test_a_proof_leaves_no_key_where_there_is_no_forum(backup, tmp_path):
    code, said = in_a_process_of_its_own(tmp_path / "nowhere", "backup", "--verify", str(backup))

    assert code == 0, said
    assert {path.name for path in (tmp_path / "nowhere").iterdir()} == {"running.lock"}


def test_a_backup_of_a_folder_that_was_mistyped_says_so_and_makes_no_forum_there(tmp_path):
    code, said = in_a_process_of_its_own(tmp_path / "nowhere", "backup", str(tmp_path / "forum.tar.gz"))

    assert code != 0
    assert "There is no forum in" in said and "DATA_DIR" in said and len(said.splitlines()) == 1
    assert {path.name for path in (tmp_path / "nowhere").iterdir()} == {"running.lock"}
    assert not (tmp_path / "forum.tar.gz").exists()


def test_what_a_restore_writes_is_for_its_owner_alone(backup, tmp_path):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)

    code, said = in_a_process_of_its_own(folder, "restore", str(backup))

    assert code == 0, said
    open_to_others = [path for path in folder.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert (folder / "huzhu.db").exists() and not open_to_others


def in_a_process_of_its_own(data_dir: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    environment = os.environ | {"DATA_DIR": str(data_dir)}
    done = subprocess.run(command, cwd=ROOT, env=environment, umask=0o022, capture_output=True, text=True, timeout=120)
    return done.returncode, (done.stdout + done.stderr).strip()
