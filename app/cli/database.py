"""`flask db ...`: Alembic on the forum's own engine."""

from datetime import date

import click
from alembic import command
from alembic.util import CommandError
from flask.cli import AppGroup

from app.cli.saying import fail, plainly
from app.kernel.schema import alembic_config, require_known_revision, upgrade_schema

commands = AppGroup("db", help="The schema's history.")


@commands.command()
@click.argument("to", default="head")
@plainly
def upgrade(to: str) -> None:
    """Bring the schema to the newest revision, or to TO."""
    require_known_revision()
    try:
        upgrade_schema(to)
    except CommandError as error:
        fail(error)


@commands.command()
@click.argument("to", default="-1")
@plainly
def downgrade(to: str) -> None:
    """Take the schema back by one revision, or to TO."""
    _alembic(command.downgrade, to)


@commands.command()
@plainly
def current() -> None:
    """Print the revision that the database has."""
    _alembic(command.current)


@commands.command()
@plainly
def check() -> None:
    """Fail where models and schema differ."""
    _alembic(command.check)


@commands.command()
@click.argument("subject")
@plainly
def revision(subject: str) -> None:
    """Write a new migration from the difference between models and schema."""
    slug = "_".join(subject.lower().split())
    _alembic(
        lambda config: command.revision(
            config, message=subject, autogenerate=True, rev_id=f"{date.today():%Y%m%d}_{slug}"[:32]
        )
    )


def _alembic(run, *arguments: str) -> None:  # type: ignore[no-untyped-def]
    try:
        run(alembic_config(), *arguments)
    except CommandError as error:
        fail(error)
