"""Oneself and others."""

from app.api.actors import current_actor
from app.api.calling import call
from app.api.shapes import people as shapes
from app.api.shapes.people import MeShape, UserShape
from app.domains.accounts.queries import people_by_id, user_by_id
from app.domains.notifications.queries import unread_count
from app.domains.reputation.queries import profile_points

ABOUT = "People"


@call("GET", "/me", about=ABOUT)
def get_me() -> MeShape:
    """The owner of the token."""
    actor = current_actor()
    return shapes.me(actor, people_by_id([actor.id])[actor.id or 0], unread_count(actor))


@call("GET", "/users/<int:user_id>", about=ABOUT, guests=True)
def get_user(user_id: int) -> UserShape:
    """A person's public profile."""
    row = user_by_id(user_id)
    return shapes.user(people_by_id([user_id])[user_id], row, profile_points(user_id))
