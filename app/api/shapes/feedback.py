"""Feedback items, marks and digests."""

from datetime import datetime
from typing import Any

from flask import url_for
from pydantic import BaseModel, Field

from app.api.shapes.people import PersonShape, person_or_none
from app.domains.feedback.models import FeedbackType, ItemState, Period
from app.domains.feedback.queries.digests import DigestLine, DigestView
from app.domains.feedback.queries.inbox import InboxRow
from app.domains.feedback.queries.items import ItemPage, Move, Source


class ItemCore(BaseModel):
    id: int
    url: str
    title: str
    type: FeedbackType
    state: ItemState
    product: str
    tags: list[str]
    people: int = Field(description="How many stand behind it: they said it, or voted for who did.")
    score: float
    created_at: datetime
    due_at: datetime | None = Field(description="When it must be sorted or decided.")
    overdue: bool


class ItemCard(ItemCore):
    owner: str | None = Field(description="The owner's name.")


class ItemList(BaseModel):
    items: list[ItemCard]
    next: str | None


class SourceShape(BaseModel):
    label_id: int
    post: str
    url: str | None = Field(description="Null, and no words: the post is not public any more.")
    title: str
    quote: str
    type: FeedbackType
    tags: list[str]
    author: PersonShape | None
    said_at: datetime | None
    score: int


class MoveShape(BaseModel):
    before: ItemState
    after: ItemState
    at: datetime
    actor: PersonShape | None
    reason: str
    release: str
    told: int = Field(description="How many people heard of it.")


class WayShape(BaseModel):
    state: ItemState
    needs: list[str]


class ItemShape(ItemCore):
    owner: PersonShape | None
    reason: str
    release: str
    importance: int
    state_since: datetime
    version: int
    merged_into: int | None
    merged: list[int]
    sources: list[SourceShape]
    history: list[MoveShape]
    next_states: list[WayShape] = Field(description="Where you may take it, and the fields that this needs.")


class MarkShape(BaseModel):
    """A marked sentence; `id` is the feedback item that it belongs to."""

    id: int
    label_id: int
    url: str
    post: str
    quote: str
    type: FeedbackType
    created_at: datetime


class DigestCard(BaseModel):
    id: int
    url: str
    product: str
    product_name: str
    period: Period
    zone: str
    start: datetime
    end: datetime
    is_empty: bool
    posts: int
    people: int


class DigestList(BaseModel):
    items: list[DigestCard]
    next: str | None


class DigestShape(BaseModel):
    id: int
    url: str
    product_name: str
    frozen_at: datetime | None
    removed: list[str] = Field(description="Posts named in it that are not public any more: do not show their words.")
    content: dict[str, Any] = Field(description="As it was frozen.")
    previous_id: int | None
    next_id: int | None


def card(row: InboxRow) -> ItemCard:
    names = ("id", "title", "type", "state", "product", "people", "score", "created_at", "due_at", "overdue", "owner")
    return ItemCard(**{name: getattr(row, name) for name in names}, url=item_url(row.id), tags=list(row.tags))


def item(page: ItemPage) -> ItemShape:
    names = (
        "id", "title", "type", "state", "product", "people", "score", "created_at", "due_at", "overdue", "reason",
        "release", "importance", "state_since", "version",
    )  # fmt: skip
    return ItemShape(
        **{name: getattr(page, name) for name in names},
        url=item_url(page.id),
        tags=list(page.tags),
        owner=person_or_none(page.owner),
        merged_into=page.merged_into[0] if page.merged_into else None,
        merged=[item_id for item_id, _title in page.merged],
        sources=[_source(source) for source in page.sources],
        history=[_move(move) for move in page.history],
        next_states=[WayShape(state=ItemState(way.to), needs=list(way.needs)) for way in page.ways],
    )


def _source(source: Source) -> SourceShape:
    names = ("label_id", "post", "title", "quote", "type", "said_at", "score")
    return SourceShape(
        **{name: getattr(source, name) for name in names},
        url=url_for("home.index", _external=True).rstrip("/") + source.url if source.url else None,
        tags=list(source.tags),
        author=person_or_none(source.author),
    )


def _move(move: Move) -> MoveShape:
    names = ("before", "after", "at", "reason", "release", "told")
    return MoveShape(**{name: getattr(move, name) for name in names}, actor=person_or_none(move.actor))


def digest_card(line: DigestLine) -> DigestCard:
    names = [name for name in DigestCard.model_fields if name != "url"]
    return DigestCard(**{name: getattr(line, name) for name in names}, url=_digest_url(line.id))


def digest(view: DigestView, digest_id: int, content: dict[str, Any]) -> DigestShape:
    return DigestShape(
        id=digest_id,
        url=_digest_url(digest_id),
        product_name=view.digest.product_name,
        frozen_at=view.digest.frozen_at,
        removed=sorted(view.removed),
        content=content,
        previous_id=view.previous_id,
        next_id=view.next_id,
    )


def item_url(item_id: int) -> str:
    return url_for("feedback.item", item_id=item_id, _external=True)


def _digest_url(digest_id: int) -> str:
    return url_for("feedback.digest", digest_id=digest_id, _external=True)
