"""What a board counts, when it opens, and who stands beside whom. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domains.reputation.credits import Credit
from app.domains.reputation.points import BOARD_HALF_LIFE_DAYS, faded

TOP = 50
NEIGHBOURS = 3
NEWCOMER_FOR = timedelta(days=60)
SUPPORT_COUNTS_FOR = timedelta(days=365)
TRUST_TO_BE_ELIGIBLE, TRUST_WHILE_STARTING_UP = 5.0, 2.0
ELIGIBLE_TO_OPEN, ELIGIBLE_WHILE_STARTING_UP = 10, 3


class WindowName(StrEnum):
    NOW = "now"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True)
class Window:
    """Which credits count and how: those counted from `starts_at` on (None: all), faded by a half-life or not."""

    name: WindowName
    starts_at: datetime | None
    half_life_days: float | None

    def worth(self, credit: Credit, now: datetime) -> float:
        if self.starts_at is not None and credit.counts_from < self.starts_at:
            return 0.0
        if self.half_life_days is None:
            return credit.amount
        return faded(credit.amount, credit.counts_from, now, self.half_life_days)


def window_at(name: WindowName, now: datetime, site_zone: ZoneInfo) -> Window:
    """The window of that name as it stands `now`; a week begins on Monday 00:00 in the site's zone."""
    match name:
        case WindowName.NOW:
            return Window(name, None, BOARD_HALF_LIFE_DAYS)
        case WindowName.WEEK:
            return Window(name, _monday(now.astimezone(site_zone)).astimezone(UTC), None)
        case WindowName.MONTH:
            return Window(name, now - timedelta(days=30), None)
        case WindowName.ALL:
            return Window(name, None, None)


def _monday(local: datetime) -> datetime:
    # Wall-clock arithmetic keeps midnight midnight across a change to summer time.
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight - timedelta(days=midnight.weekday())


def is_eligible(supporter_weights: Iterable[float], starting_up: bool) -> bool:
    """Whether a person may stand on a board. One weight a supporter: the trust *now* of each distinct giver of
    the last 365 days; each imported vote is one of weight 1."""
    return sum(supporter_weights) >= (TRUST_WHILE_STARTING_UP if starting_up else TRUST_TO_BE_ELIGIBLE)


def board_is_open(eligible_count: int, starting_up: bool) -> bool:
    return eligible_count >= (ELIGIBLE_WHILE_STARTING_UP if starting_up else ELIGIBLE_TO_OPEN)


@dataclass(frozen=True)
class Ranked:
    """`points` in credits."""

    rank: int
    user_id: int
    points: float


def ranked(points_by_user: Mapping[int, float]) -> list[Ranked]:
    """Everybody with more than nothing, best first; equal points share the order of their ids."""
    positive = [(user_id, points) for user_id, points in points_by_user.items() if points > 0]
    ordered = sorted(positive, key=lambda pair: (-pair[1], pair[0]))
    return [Ranked(rank, user_id, points) for rank, (user_id, points) in enumerate(ordered, start=1)]


def neighbourhood(board: Sequence[Ranked], user_id: int, radius: int = NEIGHBOURS) -> list[Ranked]:
    """The person and up to `radius` on either side; empty where the person is not on the board."""
    place = next((index for index, row in enumerate(board) if row.user_id == user_id), None)
    return [] if place is None else list(board[max(place - radius, 0) : place + radius + 1])
