"""What somebody's word weighed at a moment of the past, from the events that changed it. Pure.

Roles and levels change only with an event that says what was before, so that the state at any moment follows from
the present one and the later events; a role or level that a new account began with needs no event.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domains.accounts.events import (
    EmailConfirmed,
    LevelChanged,
    RoleGranted,
    SuspensionLifted,
    UserAnonymised,
    UserSuspended,
)
from app.domains.reputation.levels import trust_weight
from app.kernel.events import Event

Place = tuple[datetime, int]
"""Where an event stands in the order of all: (occurred_at, event_id)."""

BEGINNING: Place = (datetime(1970, 1, 1, tzinfo=UTC), 0)

TrustEvent = EmailConfirmed | LevelChanged | RoleGranted | SuspensionLifted | UserAnonymised | UserSuspended
TRUST_EVENTS = (EmailConfirmed, LevelChanged, RoleGranted, SuspensionLifted, UserAnonymised, UserSuspended)


@dataclass(frozen=True)
class PersonNow:
    """`imported`: an author whose address was proved elsewhere, or an account that is gone and cannot say any more
    whether its own was; without a proved address it could not have done anything that is asked about."""

    id: int
    role: str
    level: int
    confirmed_at: datetime | None = None
    imported: bool = False


def place_of(event: Event) -> Place:
    assert event.occurred_at is not None  # set where an event is loaded
    return event.occurred_at, event.event_id


def just_before(place: Place) -> Place:
    return place[0], place[1] - 1


class TrustHistory:
    """Weights of the people that it was told of, at any moment.

    `start_ended_at` is the place at which the site stopped starting up, None while it still does.
    """

    def __init__(self, start_ended_at: Place | None = None) -> None:
        self.start_ended_at = start_ended_at
        self._people: dict[int, PersonNow] = {}
        self._events: dict[int, dict[Place, TrustEvent]] = {}

    def add(self, people: Iterable[PersonNow], events: Iterable[TrustEvent]) -> None:
        """People as they are now, and every event of theirs; adding one again changes nothing."""
        self._people |= {person.id: person for person in people}
        told: dict[int, dict[Place, TrustEvent]] = {}
        for event in events:
            told.setdefault(event.user_id, {})[place_of(event)] = event
        for user_id, more in told.items():
            known = self._events.get(user_id, {}) | more
            self._events[user_id] = dict(sorted(known.items()))

    def knows(self, user_id: int) -> bool:
        return user_id in self._people

    def weight(self, user_id: int, place: Place) -> float:
        """w after everything up to and including `place`; 0 for an account that is gone."""
        person = self._people.get(user_id)
        if person is None:
            return 0.0
        starting_up = self.start_ended_at is None or place < self.start_ended_at
        level, role = self._level(person, place), self._role(person, place)
        return trust_weight(level, role, self.confirmed(user_id, place), starting_up, self._active(user_id, place))

    def confirmed(self, user_id: int, place: Place) -> bool:
        person = self._people.get(user_id)
        if person is None:
            return False
        confirmations = [at for at, event in self._of(user_id) if isinstance(event, EmailConfirmed)]
        if person.imported or (confirmations and confirmations[0] <= place):
            return True
        # Rows that are older than the event log or were written without it.
        return not confirmations and person.confirmed_at is not None and person.confirmed_at <= place[0]

    def _level(self, person: PersonNow, place: Place) -> int:
        level = person.level
        for at, event in reversed(self._of(person.id)):
            if isinstance(event, LevelChanged):
                if at <= place:
                    return event.after
                level = event.before
        return level

    def _role(self, person: PersonNow, place: Place) -> str:
        role = person.role
        for at, event in reversed(self._of(person.id)):
            if isinstance(event, RoleGranted):
                if at <= place:
                    return event.role
                role = event.before
        return role

    def _active(self, user_id: int, place: Place) -> bool:
        active = True
        for at, event in self._of(user_id):
            if at > place:
                break
            if isinstance(event, UserAnonymised):
                return False
            if isinstance(event, UserSuspended):
                active = _moment(event.until) <= place[0]
            elif isinstance(event, SuspensionLifted):
                active = True
        return active

    def _of(self, user_id: int) -> list[tuple[Place, TrustEvent]]:
        return list(self._events.get(user_id, {}).items())


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
