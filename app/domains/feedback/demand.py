"""How much an item is wanted: F6 of the rules, from the signals of the people behind it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

TIER_WEIGHTS = {"standard": 1.0, "plus": 2.0, "vip": 4.0}
HALF_LIFE = timedelta(days=180)


@dataclass(frozen=True)
class Signal:
    """One person said, voted or followed. `customer_id` is the account that the person belongs to, if any.

    `known_at` is when it came to count for the item: a post of last month that is labelled today counts from today,
    though it is a month old.
    """

    person_id: int
    at: datetime
    known_at: datetime
    customer_id: int | None = None
    tier: str = "standard"

    @property
    def account(self) -> tuple[str, int]:
        return ("person", self.person_id) if self.customer_id is None else ("customer", self.customer_id)


def known_before(signals: Iterable[Signal], moment: datetime) -> list[Signal]:
    return [signal for signal in signals if signal.known_at < moment]


def people(signals: Iterable[Signal]) -> set[int]:
    """Distinct persons behind an item (F2)."""
    return {signal.person_id for signal in signals}


def score(signals: Iterable[Signal], importance: int, moment: datetime) -> float:
    """Sum over accounts of importance x tier weight x 0.5^(age at `moment` / 180 days).

    Importance is the item's, set by its product manager, so it is every person's; an account counts once, by the
    latest signal of any of its people.
    """
    latest: dict[tuple[str, int], Signal] = {}
    for signal in signals:
        kept = latest.setdefault(signal.account, signal)
        latest[signal.account] = max(kept, signal, key=lambda one: (one.at, one.person_id))
    weights = (TIER_WEIGHTS[one.tier] * fade(moment - one.at) for one in latest.values())
    return importance * sum(sorted(weights))


def fade(age: timedelta) -> float:
    return float(0.5 ** (max(age, timedelta(0)) / HALF_LIFE))
