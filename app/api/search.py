"""Search, and questions that are like one."""

from typing import Annotated

from flask import request
from pydantic import BaseModel, Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import Paged, Sent
from app.api.shapes import questions as shapes
from app.api.shapes.questions import FoundQuestion
from app.domains.escalation.queries import promises_of
from app.domains.search.actions import note_miss
from app.domains.search.hints import sentence_of
from app.domains.search.queries import search_questions, similar_questions
from app.domains.search.settings import spend_search, spend_suggestion
from app.kernel.transaction import transaction

ABOUT = "Search"


class SearchQuery(Paged):
    q: Annotated[str, Field(max_length=1000, description="As in the search box, with its operators.")] = ""


class SimilarQuery(Sent):
    title: Annotated[str, Field(max_length=300)]
    body: Annotated[str, Field(max_length=5000)] = ""
    product: Annotated[str | None, Field(max_length=60, description="Questions of this product come first.")] = None
    per_page: Annotated[int, Field(ge=1, le=20)] = 5


class FoundPage(BaseModel):
    items: list[FoundQuestion]
    next: str | None
    total: int
    page: int | None
    per_page: int
    hints: list[str] = Field(description="What in the search was read otherwise than it was meant, perhaps.")
    from_database: bool = Field(description="The index is away for the moment, and the answer plainer.")


class SimilarList(BaseModel):
    items: list[FoundQuestion]
    next: str | None = None


@call("GET", "/search", about=ABOUT, guests=True)
def search(query: SearchQuery) -> FoundPage:
    """Find questions, the best first."""
    actor = current_actor()
    spend_search(actor, request.remote_addr or "")
    page = search_questions(actor, query.q, page=query.page, after=query.after, per_page=query.per_page)
    if page.missed:
        with transaction():
            note_miss(actor, page, request.remote_addr or "")
    promises = promises_of(page.cards)
    return FoundPage(
        items=[shapes.found(one.card, promises.get(one.card.id), one.title, one.snippet) for one in page.results],
        next=page.next,
        total=page.total,
        page=None if query.after else query.page,
        per_page=query.per_page,
        hints=[str(sentence_of(hint)) for hint in page.hints],
        from_database=page.from_database,
    )


@call("GET", "/similar", about=ABOUT, guests=True)
def similar(query: SimilarQuery) -> SimilarList:
    """Public questions that are like the one that somebody is about to ask."""
    actor = current_actor()
    spend_suggestion(actor, request.remote_addr or "")
    cards = similar_questions(actor, query.title, query.body, query.product, limit=query.per_page)
    promises = promises_of(cards)
    return SimilarList(
        items=[
            shapes.found(card, promises.get(card.id), [(card.title, False)], [(card.excerpt, False)]) for card in cards
        ]
    )
