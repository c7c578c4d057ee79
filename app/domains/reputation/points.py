"""From ledger rows to points: fading, forward decay, rounding that adds up. Pure.

A credit is the ledger's unit; ten shown points make one. Source of the forward decay: Cormode, Shkapenyuk,
Srivastava and Xu, "Forward Decay", ICDE 2009.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import floor

from app.domains.reputation.credits import Credit

BOARD_HALF_LIFE_DAYS = 30.0
EXPERT_HALF_LIFE_DAYS = 365.0
# A fixed day: stored numbers depend on it. Doubles carry a half-life of 30 days 84 years away from it.
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
POINTS_PER_CREDIT = 10
_DAY = timedelta(days=1)


def faded(amount: float, at: datetime, now: datetime, half_life_days: float) -> float:
    """What an amount counted from `at` is worth `now`."""
    return amount * 0.5 ** ((now - at) / _DAY / half_life_days)


def forward_points(
    amount: float, at: datetime, epoch: datetime = EPOCH, half_life_days: float = BOARD_HALF_LIFE_DAYS
) -> float:
    """What to add to a stored standing for an amount counted from `at` (`Credit.counts_from`).

    Stored standings of one half-life compare without knowing the time, so an index on them stays in order.
    """
    return amount * 2.0 ** ((at - epoch) / _DAY / half_life_days)


def points_now(
    stored: float, now: datetime, epoch: datetime = EPOCH, half_life_days: float = BOARD_HALF_LIFE_DAYS
) -> float:
    """The credits, faded to `now`, that a stored standing stands for."""
    return stored * 0.5 ** ((now - epoch) / _DAY / half_life_days)


def help_points(credits: Iterable[Credit], now: datetime, half_life_days: float = BOARD_HALF_LIFE_DAYS) -> float:
    """HP_h in credits, straight from the rows."""
    return sum(faded(credit.amount, credit.counts_from, now, half_life_days) for credit in credits)


def shown_points(credit: float) -> int:
    """Rounded twice, so that a stored sum and the sum of its rows, a hair apart, never show different points."""
    return round(round(POINTS_PER_CREDIT * credit, 6))


def largest_remainder(parts: Sequence[float], total: int) -> list[int]:
    """The parts as whole numbers that add up to `total`; each at most one away from its value.

    `total` must be the sum of the parts rounded either way. Equal remainders: the earlier part first.
    """
    whole = [floor(part) for part in parts]
    missing = total - sum(whole)
    if not 0 <= missing <= len(parts):
        raise ValueError(f"{total} is not the rounded sum of {list(parts)}")
    by_remainder = sorted(range(len(parts)), key=lambda index: (whole[index] - parts[index], index))
    for index in by_remainder[:missing]:
        whole[index] += 1
    return whole
