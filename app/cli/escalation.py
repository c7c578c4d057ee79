"""`flask escalation ...`: the sweep, a deadline explained, a product's promise."""

import json

import click
from flask.cli import AppGroup

from app.cli.finding import named_product, numbered_question
from app.cli.saying import plainly
from app.domains.accounts.actor import SYSTEM
from app.domains.escalation.actions.policies_editing import duration_text, parse_duration, set_policy
from app.domains.escalation.explaining import explanation_lines
from app.domains.escalation.queries import explain
from app.domains.escalation.schedule import sweep_overdue
from app.kernel.transaction import transaction

commands = AppGroup("escalation", help="Promises and what keeps them.")


@commands.command()
@plainly
def sweep() -> None:
    """One sweep now; prints what it did as JSON."""
    click.echo(json.dumps(sweep_overdue()))


@commands.command("explain")
@click.argument("question", type=int)
@plainly
def explain_deadline(question: int) -> None:
    """The deadline of QUESTION line by line."""
    for line in explanation_lines(explain(numbered_question(question).id)):
        click.echo(line)


@commands.command()
@click.option("--product", "slug", required=True)
@click.option("--peer", help="How long peers answer alone, in open time: 5s, 30m, 4h, 3d.")
@click.option("--first", help="How long the first reply of the team may take after that.")
@click.option("--levels", type=int, help="How many rungs the ladder has.")
@plainly
def policy(slug: str, peer: str | None, first: str | None, levels: int | None) -> None:
    """Set a product's promise; running deadlines are counted again from their own start."""
    with transaction():
        row = set_policy(
            SYSTEM,
            named_product(slug).id,
            peer=parse_duration(peer) if peer else None,
            first=parse_duration(first) if first else None,
            levels=levels,
        )
        click.echo(f"peer {duration_text(row.peer_seconds)}, first reply {duration_text(row.first_reply_seconds)}")
