"""What the clock clears away."""

from datetime import timedelta

from sqlalchemy import delete, func, select

from app.domains.notifications.models import LiveEvent, Presence
from app.domains.notifications.presence import say_presence
from app.domains.notifications.queries import GONE_AFTER
from app.extensions import db
from app.kernel.clock import now
from app.kernel.transaction import transaction

KEPT_LIVE = timedelta(days=2)
AT_ONCE = 5000


def forget_absent() -> None:
    """Readers who have not been heard of for 30 seconds have gone, and pages say so."""
    silent = Presence.seen_at <= now() - GONE_AFTER
    if db.session.scalar(select(Presence.visitor).where(silent).limit(1)) is None:
        return
    with transaction():
        gone = set(db.session.scalars(select(Presence.question_id).where(silent)))
        db.session.execute(delete(Presence).where(silent))
        say_presence(gone)


def forget_live_messages() -> None:
    """A page that was away for longer than two days loads anew. The newest stays: SQLite would give its id again."""
    with transaction():
        newest = select(func.max(LiveEvent.id)).scalar_subquery()
        past = [LiveEvent.created_at < now() - KEPT_LIVE, LiveEvent.id < newest]
        old = select(LiveEvent.id).where(*past).limit(AT_ONCE)
        db.session.execute(delete(LiveEvent).where(LiveEvent.id.in_(old)))
