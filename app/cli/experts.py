"""`flask experts ...`: the board, the reasons behind it, who would be asked."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.backtesting import backtest
from app.cli.finding import named_product, named_tag, named_user, numbered_question
from app.cli.saying import plainly
from app.domains.accounts.actor import SYSTEM
from app.domains.reputation import ledger
from app.domains.reputation.boards import WindowName
from app.domains.reputation.inviting import route as routed
from app.domains.reputation.queries import explain_rank, leaderboard
from app.kernel.transaction import transaction

READ = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
WRITTEN = click.Path(dir_okay=False, writable=True, path_type=Path)

commands = AppGroup("experts", help="Who helps, and why they stand where they stand.")


@commands.command()
@click.option("--window", type=click.Choice([name.value for name in WindowName]), default="now")
@click.option("--product")
@click.option("--tag")
@click.option("--limit", type=click.IntRange(min=1), default=50)
@plainly
def board(window: str, product: str | None, tag: str | None, limit: int) -> None:
    """The leaderboard as JSON lines."""
    product_id = named_product(product).id if product else None
    tag_id = named_tag(tag).id if tag else None
    for row in leaderboard(window, product_id, tag_id, limit).rows:
        line = {"rank": row.rank, "user": row.user.id, "name": row.user.name, "points": row.points}
        click.echo(json.dumps(line, ensure_ascii=False))


@commands.command()
@click.argument("user")
@click.option("--window", type=click.Choice([name.value for name in WindowName]), default="now")
@plainly
def explain(user: str, window: str) -> None:
    """The rows behind a person's points; they add up."""
    why = explain_rank(SYSTEM, named_user(user).id, window)
    for line in why.lines:
        click.echo(json.dumps({"answer": line.answer_id, "question": line.question_id, "points": line.points}))
    if why.other_answers:
        click.echo(json.dumps({"other_answers": why.other_answers, "points": why.other_points}))
    parts = {part.name: part.points for part in why.explanation.parts}
    click.echo(
        json.dumps({"rank": why.rank, "of": why.total_eligible, "points": why.explanation.total, "parts": parts})
    )


@commands.command()
@plainly
def rebuild() -> None:
    """Recompute ledger and standings from the events; the same bytes."""
    with transaction():
        click.echo(ledger.rebuild())


@commands.command()
@click.argument("question", type=int)
@click.option("--limit", type=click.IntRange(min=1), default=50)
@plainly
def route(question: int, limit: int) -> None:
    """Who fits QUESTION, best first, as JSON lines."""
    for ask in routed(numbered_question(question).id, limit):
        line = {"user": ask.user_id, "score": round(ask.score, 6), "because": ask.because}
        click.echo(json.dumps(line, ensure_ascii=False))


@commands.command("backtest")
@click.argument("events", type=READ)
@click.option("--task", type=click.Choice(["experts", "route", "board"]), required=True)
@click.option("--queries", type=READ, required=True, help="What is asked, and when.")
@click.option("--out", type=WRITTEN, required=True, help="Where the scores go.")
@plainly
def backtest_on(events: Path, task: str, queries: Path, out: Path) -> None:
    """Measure the site's own ranking on EVENTS, a plain log: each query sees only what happened before it."""
    click.echo(f"{backtest(events, task, queries, out)} lines in {out}")
