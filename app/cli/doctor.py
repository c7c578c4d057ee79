"""`flask doctor`: every invariant of the rules, as a query that must return no row."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.saying import plainly
from app.kernel.readiness import complaints
from app.wiring import INVARIANTS


@click.command("doctor")
@with_appcontext
@plainly
def doctor() -> None:
    """Print the invariants that do not hold; exit 1 if any. What is missing in the set-up is said too."""
    broken = 0
    for invariant in INVARIANTS:
        rows = list(invariant.query())
        broken += bool(rows)
        for row in rows[:20]:
            click.echo(f"{invariant.code}: {invariant.sentence} {tuple(row)}")
    for complaint in complaints(current_app.extensions["config"]):
        click.echo(f"setup: {complaint.sentence}")
    click.echo("Every invariant holds." if not broken else f"{broken} invariants do not hold.")
    raise SystemExit(1 if broken else 0)
