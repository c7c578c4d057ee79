"""Which engine an index is built with (pure)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Because = Literal["named", "no_tantivy", "small", "large", "still_large"]

KEEP_ABOVE = 0.8  # a forum at the very point does not rebuild with every question posted and deleted
WHOOSH_COMFORT = 20_000  # questions (about a million words); past it Whoosh takes over 100 ms, search.md


@dataclass(frozen=True)
class Choice:
    """`because`: named by SEARCH_ENGINE; no_tantivy installed; small or large forum; still_large = above 80 %."""

    engine: str
    because: Because


def choose_engine(
    wanted: str, available: Collection[str], questions: int, tantivy_from: int, current: str | None = None
) -> Choice:
    """`wanted` is SEARCH_ENGINE, `current` what serves now; Whoosh is always available."""
    if wanted in available:
        return Choice(wanted, "named")
    if "tantivy" not in available:
        return Choice("whoosh", "no_tantivy")
    if questions >= tantivy_from:
        return Choice("tantivy", "large")
    if current == "tantivy" and questions >= tantivy_from * KEEP_ABOVE:
        return Choice("tantivy", "still_large")
    return Choice("whoosh", "small")
