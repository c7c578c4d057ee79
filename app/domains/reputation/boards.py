"""What a board counts, when it opens, and who stands beside whom. Pure."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domains.reputation.credits import Credit, Reason
from app.domains.reputation.points import BOARD_HALF_LIFE_DAYS, faded

TOP = 50
NEIGHBOURS = 3
SUPPORT_COUNTS_FOR = timedelta(days=365)
SUPPORTING = (Reason.UPVOTE, Reason.ACCEPTED, Reason.VERIFIED)
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


def trust_to_be_eligible(starting_up: bool) -> float:
    """What a person needs to stand on a board, as the sum of one weight a supporter: the trust *now* of each distinct
    giver of the last 365 days; each imported vote is one of weight 1."""
    return TRUST_WHILE_STARTING_UP if starting_up else TRUST_TO_BE_ELIGIBLE


def supporter_trust(credits: Iterable[Credit], weights: Mapping[int, float], at: datetime) -> dict[int, float]:
    """User -> the trust of the supporters of the year before `at`, straight from the rows. `weights`: what each giver's
    word weighs now; a giver without an account is a voice of weight 1 a vote."""
    voices: dict[tuple[int, int | None], int] = defaultdict(int)
    for credit in credits:
        # A reversal on a deleted post moves nothing: deletion has taken it back already.
        moves = credit.x != 0 or credit.raw != 0
        if credit.earned_for in SUPPORTING and moves and credit.counts_from > at - SUPPORT_COUNTS_FOR:
            voices[credit.user_id, credit.giver_id] += -1 if credit.is_reversal else 1
    trust: dict[int, float] = defaultdict(float)
    for (user_id, giver_id), count in voices.items():
        if count > 0:
            trust[user_id] += count if giver_id is None else weights.get(giver_id, 0.0)
    return trust


def board_is_open(eligible_count: int, starting_up: bool) -> bool:
    return eligible_count >= (ELIGIBLE_WHILE_STARTING_UP if starting_up else ELIGIBLE_TO_OPEN)


@dataclass(frozen=True)
class Placed:
    """`value`: points or credits, whichever the board counts."""

    rank: int
    user_id: int
    value: float


@dataclass(frozen=True)
class Ranking:
    """A whole board as two columns, the first first: people by id, and their points or credits. In arrays, since it may
    be kept for a minute with everybody on it."""

    user_ids: "array[int]"
    values: "array[float]"

    def __len__(self) -> int:
        return len(self.user_ids)

    def rank_of(self, user_id: int | None) -> int | None:
        return self.user_ids.index(user_id) + 1 if user_id is not None and user_id in self.user_ids else None

    def top(self, limit: int) -> list[Placed]:
        return self._rows(range(1, limit + 1))

    def around(self, rank: int, radius: int = NEIGHBOURS) -> list[Placed]:
        """Whoever has that rank, and up to `radius` on either side."""
        return self._rows(range(max(rank - radius, 1), rank + radius + 1))

    def _rows(self, ranks: range) -> list[Placed]:
        """Ranks that nobody has are left out."""
        return [Placed(rank, self.user_ids[rank - 1], self.values[rank - 1]) for rank in ranks if rank <= len(self)]
