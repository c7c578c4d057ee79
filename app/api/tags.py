"""What questions are about: tags."""

from typing import Annotated

from flask import url_for
from pydantic import BaseModel, Field

from app.api.calling import call
from app.api.reading import Listed
from app.domains.tags.queries import tags_by_prefix
from app.kernel.pagination import cursor_of, key_of


class TagsQuery(Listed):
    q: Annotated[str, Field(max_length=60, description="How the name, or a synonym, begins.")] = ""


class TagShape(BaseModel):
    id: int
    name: str
    description: str
    question_count: int
    url: str


class TagList(BaseModel):
    items: list[TagShape]
    next: str | None


@call("GET", "/tags", about="Tags", guests=True)
def list_tags(query: TagsQuery) -> TagList:
    """Tags, the most used first."""
    key = key_of(query.after, int, int)
    found = tags_by_prefix(query.q, query.per_page + 1, (key[0], key[1]) if key else None)
    shown = found[: query.per_page]
    return TagList(
        items=[
            TagShape(
                id=tag.id,
                name=tag.name,
                description=tag.description,
                question_count=tag.question_count,
                url=url_for("tags.show", name=tag.name, _external=True),
            )
            for tag in shown
        ],
        next=cursor_of(shown[-1].question_count, shown[-1].id) if len(found) > len(shown) else None,
    )
