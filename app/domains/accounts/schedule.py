"""What accounts do by the clock."""

from datetime import timedelta

from sqlalchemy import delete

from app.domains.accounts.models import MailLink, Session
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction

KEPT_AFTER_USE = timedelta(days=30)  # so that an old link still says "used or too old" and not "no such page"


def forget_expired() -> None:
    """Sessions that have run out, and links that nobody can use any more."""
    with transaction():
        db.session.execute(delete(Session).where(Session.expires_at < now()))
        db.session.execute(delete(MailLink).where(MailLink.expires_at < now() - KEPT_AFTER_USE))
