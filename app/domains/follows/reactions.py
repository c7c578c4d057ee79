"""What follows do when something has happened."""

from app.domains.accounts.events import UserAnonymised
from app.domains.follows.actions import forget_follows_of


def forget_follows(event: UserAnonymised) -> None:
    forget_follows_of(event.user_id)
