"""Pages by key: `?after=` names the last row seen, so that a page costs the same wherever it lies."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, or_

from app.kernel.errors import Invalid
from app.kernel.i18n import _

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`next` is the cursor of the page after this one, None on the last; `total` only where it is cheap and right."""

    items: list[Row]
    next: str | None = None
    total: int | None = None


def cursor_of(*key: Any) -> str:
    """An opaque cursor from the ordering columns of the last row."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in key]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def key_of(cursor: str | None, *shape: type) -> tuple[Any, ...] | None:
    """The ordering columns again; None where there is no cursor, Invalid where it is not one of this list's."""
    if not cursor:
        return None
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(_as(kind, value) for kind, value in zip(shape, plain, strict=True))
    except (ValueError, TypeError):
        sentence = _("This link into a list is broken, or belongs to another list. Please begin on the first page.")
        raise Invalid(fields={"after": [sentence]}) from None


def _as(kind: type, value: Any) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def page_of(rows: Sequence[Any], limit: int, item: Callable[[Any], Row], *key: str) -> Page[Row]:
    """The first `limit` of the rows, made into items; one row more was read, to know whether another page follows.
    `key`: the rows' names of the columns that they are ordered by."""
    following = cursor_of(*(getattr(rows[limit - 1], name) for name in key)) if len(rows) > limit else None
    return Page([item(row) for row in rows[:limit]], following)


def below(columns: Sequence[Any], key: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after `key` when every one of `columns` is ordered descending."""
    clauses = []
    for position, column in enumerate(columns):
        same = [left == right for left, right in zip(columns[:position], key[:position], strict=True)]
        clauses.append(and_(*same, column < key[position]))
    # Said once more of the first column alone, for the database to begin at the place and not at the first row.
    return and_(columns[0] <= key[0], or_(*clauses))


def above(columns: Sequence[Any], key: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after `key` when every one of `columns` is ordered ascending."""
    clauses = []
    for position, column in enumerate(columns):
        same = [left == right for left, right in zip(columns[:position], key[:position], strict=True)]
        clauses.append(and_(*same, column > key[position]))
    return and_(columns[0] >= key[0], or_(*clauses))
