"""Send a file, let a post hold it, take it back."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from sqlalchemy import update

from app.domains.accounts.actor import Actor
from app.domains.attachments.models import Attachment, AttachmentKind, Holder
from app.domains.attachments.naming import clean_file_name, named_in
from app.domains.attachments.policies import may_attach, may_forget
from app.domains.attachments.queries import attachment_named, bytes_since, same_file
from app.domains.attachments.texts import as_utf8, is_text_name
from app.extensions import db
from app.kernel import uploads
from app.kernel.clock import now
from app.kernel.errors import Conflict, TooSoon
from app.kernel.i18n import _, _l
from app.kernel.images import SUFFIX, reencoded
from app.kernel.limits import limit, spend
from app.kernel.policy import require
from app.kernel.settings import Setting, between

BY_NUMBER = limit("uploads", "8/minute", _l("Files of one member."))
MEGABYTES_A_DAY = Setting(
    "uploads.megabytes_a_day", 50, _l("Megabytes of files that one member sends in a day."), check=between(1, 10_000)
)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NewFile:
    """As it will be kept: decoded, written anew, named."""

    name: str
    original_name: str
    kind: AttachmentKind
    data: bytes
    digest: str
    width: int | None = None
    height: int | None = None


def prepare(owner: Actor, data: bytes, original_name: str) -> NewFile | Attachment:
    """What `attach` takes; the file itself where the owner has sent it already. Outside of a transaction: a picture
    takes a second. Invalid where it is neither picture nor text, TooSoon where it is too much."""
    require(may_attach(owner))
    assert owner.id is not None
    digest = hashlib.sha256(data).hexdigest()
    before = same_file(owner.id, digest)
    if before is not None:
        return before
    spend(BY_NUMBER, owner.id)
    _refuse_beyond_the_day(owner.id)
    name = clean_file_name(original_name)
    if is_text_name(name):
        end = PurePath(name).suffix.lower()
        return NewFile(uploads.random_name(end), name, AttachmentKind.TEXT, as_utf8(data), digest)
    picture = reencoded(data)
    size = {"width": picture.width, "height": picture.height}
    file = uploads.random_name(f"-{picture.width}x{picture.height}{SUFFIX}")
    return NewFile(file, name, AttachmentKind.IMAGE, picture.data, digest, **size)


def _refuse_beyond_the_day(owner_id: int) -> None:
    most = MEGABYTES_A_DAY.value()
    if bytes_since(owner_id, A_DAY) >= most * 1024**2:
        raise TooSoon(_("You have sent %(n)s MB of files within a day. Tomorrow there is room again.", n=most), 3600)


def attach(owner: Actor, file: NewFile | Attachment) -> Attachment:
    """Keep it. The file is whole on the disk before its row is; a row without a file cannot come to be."""
    require(may_attach(owner))
    assert owner.id is not None
    before = file if isinstance(file, Attachment) else same_file(owner.id, file.digest)
    if before is not None:
        return before
    assert isinstance(file, NewFile)
    uploads.write(file.name, file.data)
    row = Attachment(owner_id=owner.id, name=file.name, kind=file.kind, bytes=len(file.data), digest=file.digest)
    row.width, row.height, row.original_name, row.created_at = file.width, file.height, file.original_name, now()
    db.session.add(row)
    db.session.flush()
    return row


def hold_named(author: Actor, kind: Holder, post_id: int, body: str) -> None:
    """What the author has sent and names in this post belongs to it from now on; what belongs to another post stays
    there, and so stays as visible as that."""
    if names := named_in(body):
        mine = update(Attachment).where(Attachment.name.in_(names), Attachment.owner_id == author.id)
        db.session.execute(mine.where(Attachment.post_id.is_(None)).values(post_kind=kind, post_id=post_id))


def forget(actor: Actor, name: str) -> None:
    """Take back what no post holds."""
    row = attachment_named(name)
    require(may_forget(actor, row))
    if row.post_id is not None:
        raise Conflict(_("A post shows this file already, so it stays. Take it out of the text by an edit."))
    forget_rows([row])


def forget_rows(rows: Iterable[Attachment]) -> None:
    """Row and file."""
    for row in rows:
        uploads.remove_later(row.name)
        db.session.delete(row)
