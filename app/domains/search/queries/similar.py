"""Questions that look like one: while a title is typed, and beside a question. Public ones only, whoever asks."""

from functools import lru_cache
from typing import Any, TypeVar

from app.domains.accounts.actor import Actor
from app.domains.questions.queries import Card, Title, cards_by_id, titles_by_id
from app.domains.search.analysis import HAN_RUN, query_units, search_tokens
from app.domains.search.audience import EVERYBODY
from app.domains.search.engine import Hits, IndexUnusable
from app.domains.search.queries.from_database import similar_in_database
from app.domains.search.queries.searching import FoundIds, tell_unusable, visible_ids
from app.domains.search.serving import serving

Shown = TypeVar("Shown", Card, Title)
CANDIDATES = 3  # times the limit, where questions of one product go first


def similar_questions(
    actor: Actor, title: str, body: str = "", product: str | None = None, limit: int = 5, exclude: int | None = None
) -> list[Card]:
    """The likest, those of the product first where one is named, and among these the answered ones first."""
    if not title.strip():
        return []
    wanted = limit * CANDIDATES if product else limit
    cards = alike(title, cards_by_id(actor, _similar_ids(title, body, wanted, exclude).ids))
    # Both sorts are stable: what is equal stays in the order of likeness.
    best = sorted(cards, key=lambda card: product is not None and card.product != product)[:limit]
    return sorted(best, key=lambda card: card.answer_count == 0)


def similar_ids(actor: Actor, title: str, body: str = "", limit: int = 5) -> FoundIds:
    """Ids alone, likest first, for the command line and for measurements."""
    hits = _similar_ids(title, body, limit, None)
    ids = visible_ids(actor, hits.ids)
    return FoundIds(hits.total - (len(hits.ids) - len(ids)), ids)


def related_questions(actor: Actor, question: Any, limit: int = 5) -> list[Title]:
    """For the rail of a question page: one statement, none while the index is away."""
    try:
        hits = _read(question.title, "", limit, question.id)
    except IndexUnusable as error:
        tell_unusable(error)
        return []
    return alike(question.title, titles_by_id(actor, hits.ids))


def alike(title: str, cards: list[Shown]) -> list[Shown]:
    """Those that share a telling word or two Han characters with the title: "at" and "the" alone are no likeness."""
    telling = {unit.term for unit in query_units(title) if not unit.weak}
    characters = {character for term in telling if HAN_RUN.fullmatch(term) for character in term}
    found = [(card, _tokens_of(card.title)) for card in cards]
    return [card for card, tokens in found if not telling or telling & tokens or len(characters & tokens) > 1]


@lru_cache(maxsize=2_000)  # what is beside a question stays the same from reader to reader
def _tokens_of(title: str) -> frozenset[str]:
    return frozenset(search_tokens(title))


def _similar_ids(title: str, body: str, limit: int, exclude: int | None) -> Hits:
    try:
        return _read(title, body, limit, exclude)
    except IndexUnusable as error:
        tell_unusable(error)
        ids = similar_in_database(title, limit, exclude)
        return Hits(len(ids), ids)


def _read(title: str, body: str, limit: int, exclude: int | None) -> Hits:
    return serving().similar(title, body, EVERYBODY, limit, exclude)
