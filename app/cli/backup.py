"""`flask backup`, `flask restore`, `flask upgrade`: what keeps a forum when its machine does not."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from app.backup.manifest import Unsound
from app.backup.restoring import Aside
from app.backup.restoring import restore as restore_from
from app.backup.running import leave_no_key
from app.backup.upgrading import upgrade as upgrade_behind
from app.backup.upgrading import way_back
from app.backup.verifying import verify as verified
from app.backup.writing import write_backup
from app.cli.saying import fail, plainly
from app.config import Settings, whereabouts

PATH = click.Path(path_type=Path)


def naming_the_disk(command: Callable[..., Any]) -> Callable[..., Any]:
    """A full or unreadable disk is one line too."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except OSError as error:
            fail(f"{error.filename or 'The disk'}: {error.strerror or error}")

    return run


@click.command("backup")
@click.argument("file", type=PATH)
@click.option("--verify", "only_verify", is_flag=True, help="Try FILE: restore it into a temporary folder, ask doctor.")
@with_appcontext
@plainly
@naming_the_disk
def backup(file: Path, only_verify: bool) -> None:
    """Write the whole forum into FILE while it runs; or say whether FILE is a backup (exit 1 if not)."""
    settings, file = current_app.extensions["config"], file.absolute()
    if only_verify:
        _verify(file)
        return
    made = write_backup(settings, file)
    click.echo(f"{file}: {made.row_count} rows in {len(made.tables)} tables, {file.stat().st_size} bytes")


def _verify(file: Path) -> None:
    settings = current_app.extensions["config"]
    leave_no_key(settings)
    try:
        found = verified(settings, file)
    except Unsound as error:
        click.echo(f"{file}: no sound backup: {error}; {error.remedy}", err=True)
        raise SystemExit(1) from None
    made = f"made by version {found.program} with the schema {found.revision}"
    click.echo(f"{file}: sound: {found.row_count} rows of {found.made}, {made}; every invariant holds")


@click.command("restore")
@click.argument("file", type=PATH)
@click.option("--replace", is_flag=True, help="Move the forum that is here aside first.")
@with_appcontext
@plainly
@naming_the_disk
def restore(file: Path, replace: bool) -> None:
    """Make the forum of FILE again, in an empty data folder and database."""
    settings = current_app.extensions["config"]
    try:
        done = restore_from(settings, file.absolute(), replace=replace)
    except Unsound as error:
        fail(f"{file} cannot be restored: {error}. Nothing was changed: {error.remedy}.")
    click.echo(f"Restored {done.manifest.row_count} rows of {done.manifest.made}.")
    if done.aside:
        _name_what_was_here(done.aside)
    if done.other_key:
        click.echo("SECRET_KEY is set and differs from the key of the backup: people sign in again.")
    for line in done.broken:
        click.echo(line)
    click.echo(how_to_start(settings) if not done.broken else f"{len(done.broken)} invariants do not hold.")
    raise SystemExit(1 if done.broken else 0)


def _name_what_was_here(aside: Aside) -> None:
    if moved := sorted(path.name for path in aside.folder.iterdir()):
        click.echo(f"What was here before: {aside.folder} ({', '.join(moved)})")
    if aside.schema:
        click.echo(f"Its tables: the schema {aside.schema} of the database")


def how_to_start(settings: Settings) -> str:
    """With what led this command here: without it another forum starts."""
    return " ".join(["Start it with:", *whereabouts(settings), "make run"])


@click.command("upgrade")
@click.option("--backups", type=PATH, help="Where the backup goes; beside the data folder otherwise.")
@with_appcontext
@plainly
@naming_the_disk
def upgrade(backups: Path | None) -> None:
    """Bring a stopped forum up to this version of the program, behind a backup."""
    settings = current_app.extensions["config"]
    path = upgrade_behind(settings, (backups or settings.data_dir.resolve().parent).absolute(), click.echo)
    click.echo(how_to_start(settings))
    click.echo(f"The way back: install the earlier version again, then {way_back(settings, path)}")
