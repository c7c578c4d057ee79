"""How a command ends badly: one line on standard error and exit code 2, never a stack trace."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from app.kernel.errors import DomainError, Invalid


def fail(sentence: Any) -> NoReturn:
    click.echo(str(sentence), err=True)
    raise SystemExit(2)


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """A domain's sentence, or a database that is away, becomes that one line."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Invalid as error:
            named = [f"{name}: {' '.join(map(str, many))}" for name, many in error.fields.items()]
            fail("; ".join(named) or error)
        except DomainError as error:
            fail(str(error) or type(error).__name__)
        except OperationalError as error:
            fail(f"The database cannot be reached: {first_line(error)}")
        except DatabaseError as error:
            fail(f"The database refused: {first_line(error)}")

    return run


def first_line(error: DatabaseError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__
