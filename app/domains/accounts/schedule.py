"""What accounts do by the clock."""

from datetime import timedelta
from itertools import islice

from sqlalchemy import delete

from app.domains.accounts.models import MailLink, Session
from app.domains.accounts.queries import AVATARS, avatars_in_use
from app.extensions import db
from app.kernel import uploads
from app.kernel.clock import now
from app.kernel.transaction import transaction

KEPT_AFTER_USE = timedelta(days=30)  # so that an old link still says "used or too old" and not "no such page"


def forget_expired() -> None:
    """Sessions that have run out, and links that nobody can use any more."""
    with transaction():
        db.session.execute(delete(Session).where(Session.expires_at < now()))
        db.session.execute(delete(MailLink).where(MailLink.expires_at < now() - KEPT_AFTER_USE))


def remove_stray_avatars() -> None:
    """Files of a day ago that are nobody's picture: the machine stopped before the row was stored."""
    old = iter(uploads.older_than(86_400, AVATARS))
    while files := list(islice(old, 500)):
        names = [file.rpartition("/")[2] for file in files]
        used = avatars_in_use(names)
        for file, name in zip(files, names, strict=True):
            if name not in used:
                uploads.remove_promised(file)
