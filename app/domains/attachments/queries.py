"""Which file is which."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from app.domains.attachments.models import Attachment, AttachmentKind, Holder
from app.domains.attachments.texts import SHOWN_CHARACTERS, folded
from app.extensions import db
from app.kernel import uploads
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.markup import Folded

_MOST_BYTES_SHOWN = 4 * SHOWN_CHARACTERS  # a letter of UTF-8 has at most four


def attachment_named(name: str) -> Attachment:
    found = db.session.scalar(select(Attachment).where(Attachment.name == name))
    if found is None:
        raise NotFound()
    return found


def same_file(owner_id: int, digest: str) -> Attachment | None:
    """What the owner has sent already and not yet posted."""
    found = select(Attachment).where(Attachment.owner_id == owner_id, Attachment.digest == digest)
    return db.session.scalar(found.where(Attachment.post_id.is_(None)).limit(1))


def bytes_since(owner_id: int, since: timedelta) -> int:
    """What a person has sent in this time and not taken back."""
    found = select(func.coalesce(func.sum(Attachment.bytes), 0))
    recent = found.where(Attachment.owner_id == owner_id, Attachment.created_at > now() - since)
    return int(db.session.scalar(recent) or 0)


def folded_texts(author_id: int | None, names: Iterable[str], held_by: tuple[Holder, int] | None) -> dict[str, Folded]:
    """By name, the beginnings of those texts that the author may lay open in a post: own ones, and the post's.

    Anybody may write the address of a file; that must not show it to whoever may not see it.
    """
    allowed: ColumnElement[bool] = Attachment.owner_id == author_id if author_id is not None else false()
    if held_by is not None:
        allowed = or_(allowed, and_(Attachment.post_kind == held_by[0], Attachment.post_id == held_by[1]))
    wanted = select(Attachment.name, Attachment.bytes).where(Attachment.name.in_(list(names)), allowed)
    rows = db.session.execute(wanted.where(Attachment.kind == AttachmentKind.TEXT))
    return {row.name: folded(uploads.beginning_of(row.name, _MOST_BYTES_SHOWN), row.bytes) for row in rows}


def unlinked_before(moment: datetime, after_id: int, limit: int) -> list[Attachment]:
    """Files that no post holds, by id, for walking all of them in batches."""
    found = select(Attachment).where(Attachment.post_id.is_(None), Attachment.created_at < moment)
    return list(db.session.scalars(found.where(Attachment.id > after_id).order_by(Attachment.id).limit(limit)))


def unlinked_of(owner_id: int) -> list[Attachment]:
    found = select(Attachment).where(Attachment.post_id.is_(None), Attachment.owner_id == owner_id)
    return list(db.session.scalars(found))


def known_names(names: list[str]) -> set[str]:
    return set(db.session.scalars(select(Attachment.name).where(Attachment.name.in_(names))))
