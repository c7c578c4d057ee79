"""Freeze a digest: stored once, returned as stored ever after."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.domains.accounts.actor import Actor
from app.domains.feedback.events import DigestReady
from app.domains.feedback.models import Digest, Period
from app.domains.feedback.policies import may_freeze_digest
from app.domains.feedback.queries.digests import DigestInHand, build_or_stored
from app.domains.feedback.queries.evidence import window_of
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require


def freeze_digest(
    actor: Actor, product_id: int, period: Period, until: date, built: DigestInHand | None = None
) -> Digest:
    """The stored digest of the window that ended at `until`'s 00:00; an earlier one of the same window stays.

    `built` is one that was made a moment ago, outside of the transaction. Tells nobody where it is empty.
    """
    require(may_freeze_digest(actor))
    covered = window_of(product_id, period, until)
    if covered.end > now():
        raise Invalid(_("This window has not closed yet."))
    stored = select(Digest).where(Digest.product_id == product_id, Digest.period == period)
    stored = stored.where(Digest.ends_at == covered.end)
    before = db.session.scalar(stored)
    if before is not None:
        return before
    built = built or build_or_stored(product_id, period, until)
    row = Digest(product_id=product_id, period=period, starts_at=covered.start, ends_at=covered.end)
    row.content, row.is_empty, row.frozen_at = built.text, built.content.is_empty, now()
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # another worker was faster: its bytes count
        return db.session.scalars(stored).one()
    if not row.is_empty:
        publish(DigestReady(digest_id=row.id, product_id=product_id, actor_id=actor.id))
    return row
