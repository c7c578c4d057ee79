"""Files that people sent and then posted nowhere."""

from datetime import timedelta

from sqlalchemy import select

from app.domains.attachments.actions import forget_rows
from app.domains.attachments.naming import named_in
from app.domains.attachments.queries import unlinked_before, unlinked_of
from app.domains.questions.models import Draft
from app.extensions import db
from app.kernel.clock import now

KEPT_FOR = timedelta(hours=24)
_AT_ONCE = 200


def forget_unnamed_files(after_id: int) -> int | None:
    """Those of the next batch that no draft names; a post's own are held by it, also where only its history still
    names them. Gives where the next batch begins."""
    files = unlinked_before(now() - KEPT_FOR, after_id, _AT_ONCE)
    last = files[-1].id if files else None
    kept = _named_in_drafts({file.owner_id for file in files})
    forget_rows([file for file in files if file.name not in kept])
    return last


def forget_files_of(user_id: int) -> None:
    """Who has left will post nothing more."""
    forget_rows(unlinked_of(user_id))


def _named_in_drafts(owner_ids: set[int]) -> set[str]:
    drafts = db.session.scalars(select(Draft.fields).where(Draft.user_id.in_(owner_ids)))
    return {name for fields in drafts for text in fields.values() for name in named_in(text)}
