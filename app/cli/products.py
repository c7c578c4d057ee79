"""`flask products ...`."""

import click
from flask.cli import AppGroup

from app.cli.saying import plainly
from app.domains.accounts.actor import SYSTEM
from app.domains.escalation.actions.policies_editing import default_policy
from app.domains.products.actions import calendar_complaint, create_product
from app.domains.products.calendars import CalendarError, always, office
from app.domains.products.models import Product
from app.kernel.errors import Invalid
from app.kernel.transaction import transaction

commands = AppGroup("products", help="What the company sells.")


@commands.command()
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--timezone", default="Asia/Shanghai")
@click.option("--calendar", type=click.Choice(["office", "24x7"]), default="office")
@plainly
def create(slug: str, name: str, timezone: str, calendar: str) -> None:
    """Make a product with its calendar, team, queue and policy."""
    with transaction():
        product = product_with_policy(slug, name, timezone, calendar)
    click.echo(f"{product.id}\t{product.slug}")


def product_with_policy(slug: str, name: str, timezone: str, calendar: str = "office") -> Product:
    try:
        hours = always(timezone) if calendar == "24x7" else office(timezone)
    except CalendarError as error:
        raise Invalid(fields=calendar_complaint(error)) from None
    product = create_product(SYSTEM, slug=slug, name=name, hours=hours.to_json())
    default_policy(product.id)
    return product
