"""`flask backup`, `flask restore`, `flask upgrade`: what keeps a forum when its machine does not."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from app.backup.manifest import Unsound
from app.backup.restoring import restore as restore_from
from app.backup.upgrading import upgrade as upgrade_behind
from app.backup.upgrading import way_back
from app.backup.verifying import verify as verified
from app.backup.writing import write_backup
from app.cli.saying import fail, plainly

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


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
@click.argument("file", type=FILE)
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
    try:
        found = verified(current_app.extensions["config"], file)
    except Unsound as error:
        click.echo(f"{file}: no sound backup: {error}", err=True)
        raise SystemExit(1) from None
    click.echo(f"{file}: sound: {found.row_count} rows of {found.made}, schema {found.revision}; every invariant holds")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Move the forum that is here aside first.")
@with_appcontext
@plainly
@naming_the_disk
def restore(file: Path, replace: bool) -> None:
    """Make the forum of FILE again, in an empty data folder and database."""
    try:
        done = restore_from(current_app.extensions["config"], file.absolute(), replace=replace)
    except Unsound as error:
        fail(f"{file} cannot be restored: {error}")
    click.echo(f"Restored {done.manifest.row_count} rows of {done.manifest.made}.")
    if done.aside:
        click.echo(f"The forum that was here: {done.aside.folder}")
    if done.aside and done.aside.schema:
        click.echo(f"Its tables: the schema {done.aside.schema} of the database")
    if done.other_key:
        click.echo("SECRET_KEY is set and differs from the key of the backup: people sign in again.")
    for line in done.broken:
        click.echo(line)
    click.echo("Start it with: make run" if not done.broken else f"{len(done.broken)} invariants do not hold.")
    raise SystemExit(1 if done.broken else 0)


@click.command("upgrade")
@click.option("--backups", type=FOLDER, help="Where the backup goes; beside the data folder otherwise.")
@with_appcontext
@plainly
@naming_the_disk
def upgrade(backups: Path | None) -> None:
    """Bring a stopped forum up to this version of the program, behind a backup."""
    settings = current_app.extensions["config"]
    path = upgrade_behind(settings, (backups or settings.data_dir.resolve().parent).absolute(), click.echo)
    click.echo("Start it with: make run")
    click.echo(f"The way back: install the earlier version again, then {way_back(path)}")
