"""Who reads, in statements that are written once: building one anew costs as much as running it several times."""

from enum import Enum
from typing import Any, cast

from sqlalchemy import Integer, bindparam

from app.domains.accounts.actor import Actor

READER_ID: Any = bindparam("reader_id", type_=Integer)


class Sight(Enum):
    """What the twins of the policies tell people apart by. A statement for each is enough for everybody."""

    VISITOR = "visitor"
    MEMBER = "member"
    HIDDEN_TOO = "hidden too"

    @property
    def reader(self) -> Actor:
        """Stands for every reader with this sight; the id is filled in by `reading`."""
        return _READERS[self]


_READERS = {
    Sight.VISITOR: Actor(),
    Sight.MEMBER: Actor(id=cast(int, READER_ID), role="member"),
    Sight.HIDDEN_TOO: Actor(id=cast(int, READER_ID), role="moderator"),
}


def sight_of(actor: Actor) -> Sight:
    if actor.sees_hidden:
        return Sight.HIDDEN_TOO
    return Sight.VISITOR if actor.id is None else Sight.MEMBER


def reading(actor: Actor, **values: Any) -> dict[str, Any]:
    """The values of a statement that was written for a sight."""
    return {"reader_id": actor.id, **values}
