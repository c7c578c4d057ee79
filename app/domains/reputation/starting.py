"""Whether the site is still starting up: it has no trusted givers yet, and says so by events only."""

from sqlalchemy import select

from app.domains.reputation.events import StartingUpEnded
from app.domains.reputation.trust import Place
from app.extensions import db
from app.kernel.events import EventRow


def start_ended_at() -> Place | None:
    """The place of the event that ended it, None while it lasts. One look at an index."""
    found = select(EventRow.occurred_at, EventRow.id).where(EventRow.kind == StartingUpEnded.__name__)
    row = db.session.execute(found.order_by(EventRow.occurred_at, EventRow.id).limit(1)).one_or_none()
    return (row.occurred_at, row.id) if row else None


def is_starting_up() -> bool:
    return start_ended_at() is None
