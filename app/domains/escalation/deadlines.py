"""When a question is due: a product's terms, counted in its calendar. Pure.

The page asks `promise` before any job has run and the case stores what the same function says, so both show one time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domains.products.calendars import Calendar, due, worked

# rules/escalation.md: a claimed or peer-answered question is not pulled from an agent's hands at once.
PEER_GRACE = timedelta(minutes=15)
# A question that comes back gets at least this much of its peer window again.
LEAST_REMAINING_SECONDS = 15 * 60
NOT_SOLVED_WITHIN = timedelta(days=14)
REMIND_ASKER_AFTER = timedelta(days=3)
GIVE_UP_AFTER = REMIND_ASKER_AFTER + timedelta(days=7)
TOLD_AGAIN_AFTER = timedelta(days=1)
# From the second reopening a case starts one rung higher: the first rung has failed twice.
CYCLE_OF_SECOND_REOPENING = 3


@dataclass(frozen=True)
class Rung:
    """One level of the ladder; `after_seconds` of open time count from the level below."""

    level: int
    after_seconds: int
    queue: str = "agents"


@dataclass(frozen=True)
class Terms:
    """What a product promises for one kind of question: all seconds are open time, days are wall time."""

    product_id: int
    policy_id: int
    calendar: Calendar
    peer_seconds: int
    first_reply_seconds: int
    next_reply_seconds: int
    resolution_seconds: int
    confirmation_days: int
    lease_seconds: int
    rungs: tuple[Rung, ...] = ()

    @property
    def top_level(self) -> int:
        return max((rung.level for rung in self.rungs), default=1)

    def queue_at(self, level: int) -> str:
        return next((rung.queue for rung in self.rungs if rung.level == level), "agents")


def promise(start: datetime, terms: Terms, used_seconds: int = 0) -> datetime | None:
    """When our team takes over if nobody has answered; None where the calendar never opens.

    `used_seconds` of the window ran before it began again at `start`.
    """
    return open_time_after(start, peer_target(terms, used_seconds), terms)


def peer_target(terms: Terms, used_seconds: int = 0) -> int:
    """The peer window in open seconds; one that begins again has at least fifteen minutes.

    A window shorter than that comes back whole: a promise of a minute does not become one of fifteen.
    """
    if not used_seconds:
        return terms.peer_seconds
    return max(terms.peer_seconds - used_seconds, min(LEAST_REMAINING_SECONDS, terms.peer_seconds))


def used_after(before: int, start: datetime, stopped_at: datetime, terms: Terms) -> int:
    """Open seconds of the window used up when it stops."""
    return before + int(worked(start, max(start, stopped_at), terms.calendar).total_seconds())


def open_time_after(start: datetime, seconds: int, terms: Terms) -> datetime | None:
    return due(start, timedelta(seconds=seconds), terms.calendar)


def next_level_at(level: int, since: datetime, terms: Terms) -> datetime | None:
    """When a case that reached `level` at `since` goes one higher; past the last level, when its lead hears again."""
    above = [rung for rung in terms.rungs if rung.level == level + 1]
    if not above:
        return since + TOLD_AGAIN_AFTER
    return open_time_after(since, above[0].after_seconds, terms)


def first_level_of(cycle: int, terms: Terms) -> int:
    return min(2, terms.top_level) if cycle >= CYCLE_OF_SECOND_REOPENING else 1


def confirmed_at(answered_at: datetime, terms: Terms) -> datetime:
    """When an answer that nobody has challenged counts as the solution; wall time."""
    return answered_at + timedelta(days=terms.confirmation_days)


def matching(policies: Sequence[Any], kind: str, language: str) -> Any | None:
    """The first policy, by position, whose conditions the question meets."""
    return next((policy for policy in policies if meets(policy.conditions or {}, kind, language)), None)


def meets(conditions: Mapping[str, Any], kind: str, language: str) -> bool:
    """Each condition lists what it takes (`kinds`, `languages`); an empty one takes everything."""
    facts = {"kinds": kind, "languages": language}
    return all(not allowed or facts.get(name) in allowed for name, allowed in conditions.items())
