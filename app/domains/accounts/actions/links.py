"""Single-use links out of mails: made, looked at, used up."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from app.domains.accounts.models import LinkPurpose, MailLink
from app.domains.accounts.tokens import new_token, token_hash
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.i18n import _


def make_link(
    purpose: LinkPurpose, *, user_id: int | None, valid_for: timedelta, data: dict[str, Any] | None = None
) -> str:
    """The token to put into the address; only its hash is stored."""
    token = new_token()
    row = MailLink(token_hash=token_hash(token), purpose=purpose, user_id=user_id, data=data or {})
    row.created_at, row.expires_at = now(), now() + valid_for
    db.session.add(row)
    db.session.flush()
    return token


def look_at_link(token: str, purpose: LinkPurpose) -> MailLink:
    """The link, not yet used and not too old; NotFound with a sentence otherwise. Opening a page changes nothing."""
    found = select(MailLink).where(MailLink.token_hash == token_hash(token), MailLink.purpose == purpose)
    link = db.session.scalar(found)
    if link is None or link.used_at is not None or link.expires_at <= now():
        raise NotFound(_("This link has been used or is too old. Please ask for a new one."))
    return link


def use_link(token: str, purpose: LinkPurpose) -> MailLink:
    """Use the link up, whoever is faster."""
    link = look_at_link(token, purpose)
    mine = update(MailLink).where(MailLink.id == link.id, MailLink.used_at.is_(None)).values(used_at=now())
    used: Any = db.session.execute(mine)
    if not used.rowcount:
        raise NotFound(_("This link has been used or is too old. Please ask for a new one."))
    return link


def void_links(user_id: int, *purposes: LinkPurpose) -> None:
    """End what is still open, for instance after a change of the password."""
    open_links = update(MailLink).where(MailLink.user_id == user_id, MailLink.used_at.is_(None))
    db.session.execute(open_links.where(MailLink.purpose.in_(purposes)).values(used_at=now()))
