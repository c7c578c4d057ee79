"""`flask digest build`: a product's window on standard output."""

import click
from flask.cli import AppGroup

from app.cli.finding import named_product
from app.cli.saying import plainly
from app.domains.feedback.models import Period
from app.domains.feedback.queries import build_or_stored
from app.domains.feedback.reading import MAIL_TEMPLATE, unfrozen_mail_context
from app.domains.feedback.tables import csv_of
from app.kernel.languages import LANGUAGES
from app.kernel.rendering import mail_from_template

commands = AppGroup("digest", help="What a product manager reads.")


@commands.command()
@click.option("--product", "slug", required=True)
@click.option("--until", type=click.DateTime(formats=["%Y-%m-%d"]), required=True, help="Its 00:00, exclusive.")
@click.option("--period", type=click.Choice([each.value for each in Period]), default="week")
@click.option("--format", "form", type=click.Choice(["json", "html", "text", "csv"]), default="json")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en")
@plainly
def build(slug: str, until: click.DateTime, period: str, form: str, language: str) -> None:
    """The digest of the window that ends at UNTIL in the product's zone; a frozen one is printed as stored."""
    digest = build_or_stored(named_product(slug).id, Period(period), until.date())  # type: ignore[attr-defined]
    if form == "json":
        click.echo(digest.text)
    elif form == "csv":
        click.echo(csv_of(digest.content), nl=False)
    else:
        context = unfrozen_mail_context(digest, language)
        mail = mail_from_template(MAIL_TEMPLATE, key="printed", recipient="", language=language, **context)
        click.echo(mail.html if form == "html" else mail.text)
