"""Flags: a post that a moderator should look at."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import PostName, Sent
from app.domains.accounts.scopes import WRITE
from app.domains.feedback.actions.labelling import post_to_label
from app.domains.moderation.actions import flag_post
from app.domains.moderation.models import FlagReason, FlagState


class FlagBody(Sent):
    post: PostName
    reason: FlagReason
    note: Annotated[str, Field(description="For moderators, up to 500 characters.")] = ""


class FlagShape(BaseModel):
    id: int
    post: str
    reason: FlagReason
    state: FlagState
    created_at: datetime


@call("POST", "/flags", about="Flags", scope=WRITE, status=201)
def flag(json: FlagBody) -> FlagShape:
    """Say that a moderator should look at a post; once a person and post."""
    post, _question = post_to_label(current_actor(), json.post)
    row = flag_post(current_actor(), post, json.reason, json.note)
    return FlagShape(
        id=row.id, post=f"{row.kind}:{row.target_id}", reason=row.reason, state=row.state, created_at=row.created_at
    )
