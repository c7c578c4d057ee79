"""Feedback: marking a post, the list, one item and its way, the digests."""

import json as json_module
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import BaseVersion, Id, Listed, PostName, Sent
from app.api.shapes import feedback as shapes
from app.api.shapes.feedback import DigestList, DigestShape, ItemList, ItemShape, MarkShape
from app.domains.accounts.scopes import STAFF, WRITE
from app.domains.feedback.actions import deciding, labelling
from app.domains.feedback.actions.deciding import item_to_change
from app.domains.feedback.models import FeedbackItem, FeedbackType, ItemState
from app.domains.feedback.queries import InboxFilter, digest_list, digest_page, inbox_page, item_page
from app.domains.products.queries import product_by_slug

ABOUT = "Feedback"


class MarkBody(Sent):
    post: PostName
    quote: Annotated[str, Field(description="A sentence of the post as it stands there; empty = all of it.")] = ""
    type: FeedbackType
    tags: Annotated[list[str], Field(max_length=50)] = []
    item_id: Annotated[Id | None, Field(description="The item that says the same; without one, a new item.")] = None
    title: str = ""


class StateWord(StrEnum):
    LIVE = "live"
    OVERDUE = "overdue"
    INBOX = ItemState.INBOX
    TRIAGED = ItemState.TRIAGED
    UNDER_REVIEW = ItemState.UNDER_REVIEW
    PLANNED = ItemState.PLANNED
    IN_PROGRESS = ItemState.IN_PROGRESS
    SHIPPED = ItemState.SHIPPED
    CONFIRMED = ItemState.CONFIRMED
    DECLINED = ItemState.DECLINED
    MERGED = ItemState.MERGED
    NOT_FEEDBACK = ItemState.NOT_FEEDBACK


class ItemsQuery(Listed):
    state: Annotated[StateWord | None, Field(description="A state, or `live` or `overdue`.")] = None
    type: FeedbackType | None = None
    product: Annotated[str | None, Field(max_length=60)] = None
    tag: Annotated[str | None, Field(max_length=60)] = None


class ItemChange(Sent):
    """What is left out stays as it is."""

    state: ItemState | None = None
    reason: str = ""
    release: str = ""
    owner: Annotated[Id | None, Field(description="The id of a person on the product's staff.")] = None
    merged_into: Id | None = None
    title: str | None = None
    type: FeedbackType | None = None
    tags: Annotated[list[str] | None, Field(max_length=50)] = None
    importance: int | None = None
    base_version: BaseVersion = None


class DigestsQuery(Listed):
    product: Annotated[str | None, Field(max_length=60)] = None


@call("POST", "/feedback", about=ABOUT, scope=WRITE, status=201)
def mark_feedback(json: MarkBody) -> MarkShape:
    """Mark a sentence of a post as feedback."""
    label = labelling.label_post(
        current_actor(), json.post, json.quote, json.type, json.tags, item_id=json.item_id, title=json.title
    )
    return MarkShape(
        id=label.item_id,
        label_id=label.id,
        url=shapes.item_url(label.item_id),
        post=f"{label.kind}:{label.target_id}",
        quote=label.quote,
        type=label.type,
        created_at=label.created_at,
    )


@call("GET", "/feedback", about=ABOUT)
def list_feedback(query: ItemsQuery) -> ItemList:
    """Feedback items that you may see, the newest first."""
    product_id = product_by_slug(query.product).id if query.product else None
    wanted = InboxFilter(product_id, query.state, query.type, query.tag)
    page = inbox_page(current_actor(), wanted, query.after, query.per_page)
    return ItemList(items=[shapes.card(row) for row in page.items], next=page.next)


@call("GET", "/feedback/<int:item_id>", about=ABOUT)
def get_feedback(item_id: int) -> ItemShape:
    """An item with its sources and its history."""
    return shapes.item(item_page(current_actor(), item_id))


@call("PATCH", "/feedback/<int:item_id>", about=ABOUT, scope=STAFF)
def change_feedback(item_id: int, json: ItemChange) -> ItemShape:
    """Edit an item, take it to another state, or both: nothing is stored unless all of it may be."""
    item = item_to_change(item_id, current_actor())
    edits = {name: getattr(json, name) for name in ("title", "type", "tags", "importance")}
    if json.state is None:
        edits["owner"] = json.owner
    base_version = json.base_version
    if any(value is not None for value in edits.values()):
        deciding.edit_item(current_actor(), item, **edits, base_version=base_version)
        base_version = None
    if json.state is not None:
        _take(item, json, base_version)
    return get_feedback(item_id)


def _take(item: FeedbackItem, json: ItemChange, base_version: int | None) -> None:
    deciding.change_state(
        current_actor(),
        item,
        json.state or "",
        reason=json.reason,
        release=json.release,
        owner=json.owner,
        merged_into=json.merged_into,
        base_version=base_version,
    )


@call("GET", "/digests", about=ABOUT)
def list_digests(query: DigestsQuery) -> DigestList:
    """Frozen digests, the newest first."""
    product_id = product_by_slug(query.product).id if query.product else None
    page = digest_list(current_actor(), product_id, query.after, query.per_page)
    return DigestList(items=[shapes.digest_card(line) for line in page.items], next=page.next)


@call("GET", "/digests/<int:digest_id>", about=ABOUT)
def get_digest(digest_id: int) -> DigestShape:
    """A digest as it was frozen."""
    view = digest_page(current_actor(), digest_id)
    return shapes.digest(view, digest_id, json_module.loads(view.digest.text))
