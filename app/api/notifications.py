"""What one was told."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import Id, Listed, Sent
from app.api.shapes.people import PersonShape, person_or_none
from app.api.shapes.questions import thread_url
from app.domains.accounts.scopes import WRITE
from app.domains.notifications.actions import mark_read
from app.domains.notifications.queries import Notice, inbox, unread_count

ABOUT = "Notifications"


class NoticeShape(BaseModel):
    id: int
    kind: str
    created_at: datetime
    read: bool
    actor: PersonShape | None
    question_id: int | None
    answer_id: int | None
    title: str
    url: str | None
    data: dict[str, Any]


class NoticeList(BaseModel):
    items: list[NoticeShape]
    next: str | None
    unread: int


class ReadBody(Sent):
    """Without any field, all of them."""

    ids: Annotated[list[Id] | None, Field(max_length=500)] = None
    question_id: Id | None = None
    until_id: Annotated[Id | None, Field(description="This one and older ones.")] = None


class Marked(BaseModel):
    marked: int
    unread: int


@call("GET", "/notifications", about=ABOUT)
def list_notifications(query: Listed) -> NoticeList:
    """Your inbox, the latest first."""
    actor = current_actor()
    page = inbox(actor, query.after, query.per_page)
    return NoticeList(items=[_notice(each) for each in page.items], next=page.next, unread=unread_count(actor))


@call("POST", "/notifications/read", about=ABOUT, scope=WRITE)
def read_notifications(json: ReadBody) -> Marked:
    """Mark notifications as read."""
    actor = current_actor()
    marked = mark_read(actor, json.ids, question_id=json.question_id, until_id=json.until_id)
    return Marked(marked=marked, unread=unread_count(actor))


def _notice(one: Notice) -> NoticeShape:
    anchor = f"answer-{one.answer_id}" if one.answer_id else None
    names = ("id", "kind", "created_at", "read", "question_id", "answer_id", "title", "data")
    return NoticeShape(
        **{name: getattr(one, name) for name in names},
        actor=person_or_none(one.actor),
        url=thread_url(one.question_id, one.slug, anchor) if one.question_id else None,
    )
