"""`flask search ...`: the index, and questions to it as lines."""

import json
import sys

import click
from flask.cli import AppGroup

from app.cli.finding import named_user
from app.cli.saying import plainly
from app.domains.accounts.actor import GUEST, Actor
from app.domains.accounts.queries import actor_by_id
from app.domains.search.queries.lines import query_lines, similar_lines
from app.domains.search.rebuild import rebuild as rebuild_index

commands = AppGroup("search", help="The search index.")


@commands.command()
@plainly
def rebuild() -> None:
    """A fresh index beside the old one, then swap; the forum keeps answering."""
    rebuild_index(report=lambda line: click.echo(line, err=True))


@commands.command()
@click.option("--limit", type=click.IntRange(min=1), default=20)
@click.option("--as", "name", help="Search as this person; a visitor otherwise.")
@plainly
def query(limit: int, name: str | None) -> None:
    """One query a line on standard input; one JSON line each."""
    for found in query_lines(sys.stdin, limit, actor_named(name)):
        click.echo(json.dumps(found, ensure_ascii=False))


@commands.command()
@click.option("--limit", type=click.IntRange(min=1), default=5)
@plainly
def similar(limit: int) -> None:
    """JSON lines {"title", "body", "tags"} in; one JSON line each."""
    for found in similar_lines(sys.stdin, limit):
        click.echo(json.dumps(found, ensure_ascii=False))


def actor_named(name: str | None) -> Actor:
    return GUEST if name is None else actor_by_id(named_user(name).id)
