"""What a search gives, as plain values for a page, the API and the command line."""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from app.domains.questions.queries import Card
from app.domains.search.engine import Flag, Hint, SearchQuery, Sort
from app.domains.search.highlight import Segment
from app.kernel.languages import CONTENT_LANGUAGES

State = Literal["", "answered", "unanswered", "solved", "escalated", "official"]


@dataclass(frozen=True)
class SearchFilters:
    """The choices beside the search box; empty = not chosen, an unknown value too. They add to what was typed."""

    product: str = ""
    tag: str = ""
    state: str = ""
    lang: str = ""
    sort: str = ""

    @property
    def narrow(self) -> bool:
        """Whether they leave anything out (an order does not)."""
        return bool(self.product or self.tag or self.state or self.lang)

    def applied_to(self, query: SearchQuery, tag: str | None) -> SearchQuery:
        """`tag` is the chosen tag's own name, None where nobody knows it: then nothing is found under it."""
        tags = (*query.tags, tag or self.tag) if self.tag else query.tags
        flags = (*query.flags, *(flag for flag in get_args(Flag) if flag == self.state))
        return replace(
            query,
            tags=tuple(dict.fromkeys(tags)),
            flags=tuple(dict.fromkeys(flags)),
            product=(self.product,) if self.product else query.product,
            lang=self.lang if self.lang in CONTENT_LANGUAGES else query.lang,
            sort=self.sort if self.sort in get_args(Sort) else query.sort,  # type: ignore[arg-type]
            # A title that is found whatever the operators say would stand outside of what was chosen here.
            text="" if self.narrow else query.text,
        )


@dataclass(frozen=True)
class SearchResult:
    """`title` and `snippet` in pieces, each with whether it is a word that was searched for."""

    card: Card
    title: tuple[Segment, ...]
    snippet: tuple[Segment, ...]


@dataclass(frozen=True)
class ResultPage:
    """`total` counts what this reader may know of. `from_database`: the index is away, the answer is plainer.

    `words` is what was typed without its operators: the beginning of a question where nothing was found.
    `missed`: the same, where nothing was found and nothing but words (and one product, `missed_in`) was asked for.
    """

    total: int
    results: list[SearchResult]
    hints: list[Hint] = field(default_factory=list)
    next: str | None = None
    from_database: bool = False
    words: str = ""
    missed: str = ""
    missed_in: str = ""

    @property
    def cards(self) -> list[Card]:
        return [result.card for result in self.results]
