"""What must always hold: a sentence and the query that finds what breaks it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Invariant:
    """`query()` gives one row for each breach: ids and plain values; none where all is well."""

    code: str
    sentence: str
    query: Callable[[], Sequence[Any]]
