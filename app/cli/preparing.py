"""`flask prepare`: what `make run` does before it starts: schema, a first product or the demonstration, a way in."""

import click
from alembic.util import CommandError
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import or_, select

from app.backup.restoring import is_unfinished as restore_is_unfinished
from app.cli.products import product_with_policy
from app.cli.saying import fail, plainly
from app.cli.users import one_time_link
from app.config import Settings
from app.demonstration.loading import is_unfinished, load
from app.demonstration.people import everybody
from app.domains.accounts.actions.registering import create_user
from app.domains.accounts.models import Role, User
from app.domains.products.queries import all_products
from app.extensions import db
from app.kernel.schema import require_known_revision, upgrade_schema
from app.kernel.settings import SITE_TIMEZONE
from app.kernel.transaction import transaction


@click.command("prepare")
@with_appcontext
@plainly
def prepare() -> None:
    """Make this data folder ready to serve; again changes nothing.

    Prints a one-time administrator link as long as no administrator can sign in by other means.
    """
    settings = current_app.extensions["config"]
    if restore_is_unfinished(settings):
        fail("A restore was stopped half-way: run it again with --replace.")
    require_known_revision()
    try:
        upgrade_schema()
    except CommandError as error:
        fail(f"The schema cannot be brought up: {error}")
    if is_unfinished(settings):
        fail(f"The demonstration was not loaded to its end: delete {settings.data_dir} and start again.")
    is_new = not all_products()
    if is_new and settings.demo is not False:
        click.echo("Loading the demonstration community ...")
        load(report=click.echo)
    with transaction():
        if not all_products():
            product_with_policy("support", "Support", SITE_TIMEZONE.value())
        admin = db.session.scalar(select(User).where(User.role == Role.ADMIN).order_by(User.id))
        if admin is None:
            admin = create_user(name="keeper", email=None, role=Role.ADMIN, confirmed=True)
        link = one_time_link(admin) if is_new or not an_administrator_can_sign_in(settings) else None
    if link:
        click.echo(f"Administrator, once, within a day: {link}")


def an_administrator_can_sign_in(settings: Settings) -> bool:
    """One has come in before or has a password; or is a click away, as in a demonstration at home."""
    came = or_(User.seen_at.is_not(None), User.password_hash.is_not(None))
    known = select(User.id).where(User.role == Role.ADMIN, User.anonymised_at.is_(None), came)
    if db.session.scalar(known.limit(1)) is not None:
        return True
    return settings.demo_sign_in_allowed and bool(everybody()["admin"])
