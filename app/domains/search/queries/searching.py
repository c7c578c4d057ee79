"""The search box: text -> query -> ids -> rows -> page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import bindparam, func, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.names import name_key
from app.domains.products.queries import all_products
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import seen_by
from app.domains.questions.queries import Card, cards_seen_by
from app.domains.search.audience import audience_for
from app.domains.search.engine import Hint, Hits, IndexUnusable, SearchQuery
from app.domains.search.highlight import Segment, highlight_terms, marked, snippet
from app.domains.search.parsing import parse_search
from app.domains.search.queries.from_database import find_in_database
from app.domains.search.queries.results import ResultPage, SearchFilters, SearchResult
from app.domains.search.queries.truth import public
from app.domains.search.serving import serving
from app.domains.tags.queries import known_names
from app.extensions import db
from app.kernel.clock import now
from app.kernel.excerpts import running_text
from app.kernel.pagination import cursor_of, key_of
from app.kernel.rows import read_rows

log = structlog.get_logger()

PER_PAGE = 20
MAX_OFFSET = 10_000  # nobody reads on; whoever wants all of them asks more closely
READ_HTML_CHARACTERS = 40_000  # of a post, to find words in it for the snippet
PRODUCTS_NAMED = 8  # to somebody who named one that is not there
ME = "me"


def search_questions(
    actor: Actor,
    text: str,
    *,
    page: int = 1,
    after: str | None = None,
    per_page: int = PER_PAGE,
    filters: SearchFilters | None = None,
) -> ResultPage:
    """What this reader may find, best first; `after` (a page's `next`) goes before `page`. At most seven statements."""
    query = understood(actor, text, filters or SearchFilters())
    offset = _offset(page, after, per_page)
    hits, from_database = _hits(actor, query, offset, per_page)
    cards = cards_seen_by(actor, hits.ids)  # whoever may see a hidden question may also search it
    following = offset + per_page
    return ResultPage(
        # A question hidden a moment ago may still be in the index: it is left out, and not counted either.
        total=hits.total - (len(hits.ids) - len(cards)),
        results=_results(cards, query),
        hints=list(query.hints),
        next=cursor_of(following) if following < min(hits.total, MAX_OFFSET) else None,
        from_database=from_database,
        words=" ".join(query.words + query.phrases),
        missed=_missed(query) if not hits.total and not offset else "",
        missed_in=query.product[0] if len(query.product) == 1 else "",
    )


def _missed(query: SearchQuery) -> str:
    """The words, where they and a product are all that was asked for: then it was the words that nobody has written."""
    by_words = SearchQuery(
        words=query.words, phrases=query.phrases, product=query.product, sort=query.sort,
        audience=query.audience, hints=query.hints, text=query.text,
    )  # fmt: skip
    return " ".join(query.words + query.phrases) if query == by_words else ""


@dataclass(frozen=True)
class FoundIds:
    total: int
    ids: list[int]


def search_ids(actor: Actor, text: str, limit: int = PER_PAGE) -> FoundIds:
    """Ids alone, best first, for the command line and for measurements."""
    hits, _from_database = _hits(actor, understood(actor, text, SearchFilters()), 0, limit)
    ids = visible_ids(actor, hits.ids)
    return FoundIds(hits.total - (len(hits.ids) - len(ids)), ids)


def visible_ids(actor: Actor, ids: Sequence[int]) -> list[int]:
    """Those of the ids that the actor may see, in their order."""
    seen = set(db.session.scalars(select(Question.id).where(Question.id.in_(ids), seen_by(actor)))) if ids else set()
    return [question_id for question_id in ids if question_id in seen]


def understood(actor: Actor, text: str, filters: SearchFilters) -> SearchQuery:
    """What was typed and chosen, for this reader: known tags and people by their own names, the audience; hints for
    what nobody knows."""
    tags: dict[str, str] = {}

    def known(names: list[str]) -> dict[str, str]:
        tags.update(known_names(names))
        return tags

    query = parse_search(text, now().astimezone(ZoneInfo(actor.timezone)), known)
    query = replace(
        query,
        tags=tuple(tags[name] for name in query.tags),
        excluded_tags=tuple(tags[name] for name in query.excluded_tags),
        audience=audience_for(actor),
    )
    chosen = known_names([filters.tag]).get(filters.tag) if filters.tag else None
    query = filters.applied_to(_with_people(_with_me(actor, query)), chosen)
    unheard_of = [Hint("no_tag", {"tag": filters.tag})] if filters.tag and chosen is None else []
    return replace(query, hints=(*query.hints, *_unknown_products(query), *unheard_of))


def _with_people(query: SearchQuery) -> SearchQuery:
    """People by their own names, however they were spelt; a hint for whoever is not here."""
    if not query.users:
        return query
    known = select(User.name).where(User.name_key.in_({name_key(name) for name in query.users}))
    own = {name_key(name): name for name in db.session.scalars(known)}
    nobody = [Hint("no_user", {"user": name}) for name in query.users if name != ME and name_key(name) not in own]
    users = tuple(own.get(name_key(name), name) for name in query.users)
    return replace(query, users=users, hints=(*query.hints, *nobody))


def _unknown_products(query: SearchQuery) -> list[Hint]:
    if not query.product:
        return []
    slugs = [product.slug for product in all_products(archived=True)]
    known = ", ".join(slugs[:PRODUCTS_NAMED])
    return [Hint("no_product", {"product": slug, "known": known}) for slug in query.product if slug not in slugs]


def _with_me(actor: Actor, query: SearchQuery) -> SearchQuery:
    if ME not in query.users:
        return query
    if actor.id is None:
        return replace(query, hints=(*query.hints, Hint("sign_in_for_me")))
    return replace(query, users=tuple(actor.name if name == ME else name for name in query.users))


def _offset(page: int, after: str | None, per_page: int) -> int:
    key = key_of(after, int)
    return max(0, min(MAX_OFFSET, key[0] if key else (page - 1) * per_page))


def _hits(actor: Actor, query: SearchQuery, offset: int, limit: int) -> tuple[Hits, bool]:
    """From the index; from the database where that cannot be read, which the worker is told."""
    if _has_only_signs(query):
        return Hits(0, []), False
    try:
        return serving().find(query, offset, limit), False
    except IndexUnusable as error:
        tell_unusable(error)
        return find_in_database(actor, query, offset, limit), True


def _has_only_signs(query: SearchQuery) -> bool:
    """Something was typed and nothing of it can be looked for: that is no wish to see every question."""
    nothing = SearchQuery(audience=query.audience, hints=query.hints, text=query.text)
    return bool(query.text.strip()) and query == nothing


def tell_unusable(error: IndexUnusable) -> None:
    """The worker hears of it once, however many searches find it so."""
    if serving().wanted() is None:
        log.warning("search.index_unusable", error=str(error))
        serving().want_rebuild("unusable")


_IDS: Any = bindparam("ids", expanding=True)
_BODIES = select(Question.id, func.substr(Question.body_html, 1, READ_HTML_CHARACTERS).label("html"))
_BODIES = _BODIES.where(Question.id.in_(_IDS))
_ANSWERS = (
    select(Answer.question_id, func.substr(Answer.body_html, 1, READ_HTML_CHARACTERS).label("html"))
    .where(Answer.question_id.in_(_IDS), *public())
    .order_by(Answer.accepted_at.is_(None), Answer.score.desc(), Answer.id)
)


def _results(cards: list[Card], query: SearchQuery) -> list[SearchResult]:
    terms = highlight_terms(query)
    bodies = _bodies([card.id for card in cards]) if terms else {}
    snippets = {card.id: snippet(bodies.get(card.id) or card.excerpt, terms) for card in cards}
    without = [card.id for card in cards if terms and not _marks(snippets[card.id])]
    for question_id, text in _answers(without).items():
        found = snippet(text, terms)
        if _marks(found):
            snippets[question_id] = found
    return [SearchResult(card, tuple(marked(card.title, terms)), tuple(snippets[card.id])) for card in cards]


def _marks(segments: list[Segment]) -> bool:
    return any(is_marked for _text, is_marked in segments)


def _bodies(ids: list[int]) -> dict[int, str]:
    return {row.id: running_text(row.html) for row in read_rows(_BODIES, {"ids": ids}).all()}


def _answers(ids: list[int]) -> dict[int, str]:
    """The public answers of those questions, best first, as one text each."""
    if not ids:
        return {}
    texts: dict[int, str] = {}
    for row in read_rows(_ANSWERS, {"ids": ids}).all():
        texts[row.question_id] = f"{texts.get(row.question_id, '')}\n{running_text(row.html)}"
    return texts
