"""Levels: `reputation` alone works them out, and stores them here."""

from app.domains.accounts.events import LevelChanged
from app.domains.accounts.models import User
from app.extensions import db
from app.kernel.events import publish


def set_level(user_id: int, level: int) -> bool:
    """Store a level that was earned or lost; whether it is a new one. Asks no policy, since no person asks."""
    user = db.session.get_one(User, user_id, populate_existing=True, with_for_update=True)
    if user.level == level:
        return False
    publish(LevelChanged(user_id=user_id, before=user.level, after=level))
    user.level = level
    db.session.flush()
    return True
