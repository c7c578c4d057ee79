"""`flask import ...` and `flask demo`."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.cli.saying import plainly
from app.demonstration.loading import load
from app.importing.questions import import_questions
from app.importing.stackexchange import import_stackexchange

commands = AppGroup("import", help="Bring questions from elsewhere.")


def to_standard_error(line: object) -> None:
    print(line, file=sys.stderr, flush=True)


@commands.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--product", required=True)
@click.option("--arm", is_flag=True, help="Imported questions escalate like any other.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="Write kind,dump_id,id here.")
@plainly
def stackexchange(directory: Path, product: str, arm: bool, map_file: Path | None) -> None:
    """A Stack Exchange dump: questions, answers, comments, votes, tags, authors, dates, revisions."""
    done = import_stackexchange(directory, product, arm=arm, map_file=map_file, report=to_standard_error)
    for table, number in done.added.items():
        click.echo(f"{table}\t{number}")


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--product", required=True)
@plainly
def questions(file: Path, product: str) -> None:
    """JSON lines {"id","title","body","tags","created_at","lang","author"}; only title is needed."""
    click.echo(import_questions(file, product, report=to_standard_error))


@click.command("demo")
@with_appcontext
@plainly
def demo() -> None:
    """Fill this data folder with the demonstration community."""
    load(report=to_standard_error)
