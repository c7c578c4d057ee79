"""Kaplan-Meier curves, intervals, tails and rates: pure arithmetic on plain numbers."""
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

ROUNDING_SLACK = 1e-12  # a product of fractions may miss 0.1 by a few units in the last place
NEGLIGIBLE = 1e-17  # below the resolution of a float beside a sum that has reached 1


@dataclass(frozen=True)
class Rate:
    """A share and how many it is a share of; `value` is None where there was nothing to count."""

    value: float | None
    n: int


def rate(met: int, total: int) -> Rate:
    return Rate(met / total if total else None, total)


def kaplan_meier(durations_and_observed: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """(duration, share still waiting just after it) at each duration where something was observed, ascending.

    A pair is (duration, observed); not observed means still open then, and it stays at risk up to and including
    that duration. Any unit; the same comes out. Source: Kaplan and Meier 1958, the product-limit estimate.
    """
    observed_at = Counter(duration for duration, observed in durations_and_observed if observed)
    leaving_at = Counter(duration for duration, _ in durations_and_observed)
    at_risk, waiting, curve = len(durations_and_observed), 1.0, []
    for duration in sorted(leaving_at):
        if observed_at[duration]:
            waiting *= 1 - observed_at[duration] / at_risk
            curve.append((duration, waiting))
        at_risk -= leaving_at[duration]
    return curve


def km_quantile(durations_and_observed: Sequence[tuple[float, bool]], q: float) -> float | None:
    """Shortest duration by which a share `q` was observed; None where the curve never gets there ("> longest")."""
    reached = (t for t, waiting in kaplan_meier(durations_and_observed) if waiting <= 1 - q + ROUNDING_SLACK)
    return next(reached, None)


def wilson(successes: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """Score interval of a proportion, low and high; (0, 1) where nothing was counted. `n` may be a sum of weights."""
    if n <= 0:
        return 0.0, 1.0
    share, spread = successes / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    reach = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def negative_binomial_tail(c: int, r: float, p: float) -> float:
    """P(X >= c) for X negative binomial: failures before the r-th success of probability p; mean r (1 - p) / p.

    `r` may be fractional. Above the mean the small tail itself is summed, never taken as a difference from 1,
    so that 1e-12 is as exact as 0.3.
    """
    if r <= 0 or not 0 < p <= 1:
        raise ValueError(f"a negative binomial needs r > 0 and 0 < p <= 1, not r={r}, p={p}")
    if c <= 0 or p == 1:
        return 1.0 if c <= 0 else 0.0
    if c > r * (1 - p) / p:
        return min(1.0, _probability(c, r, p) * _upwards(c, r, 1 - p))
    return max(0.0, 1 - math.fsum(_probability(k, r, p) for k in range(c)))


def _probability(k: int, r: float, p: float) -> float:
    log_ways = math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1)
    return math.exp(log_ways + r * math.log(p) + k * math.log1p(-p))


def _upwards(k: int, r: float, failure: float) -> float:
    """Sum of P(j) / P(k) over all j >= k, to the last place; `k` lies above the mean, so the terms shrink."""
    term, total = 1.0, 1.0
    while True:
        growth = (k + r) / (k + 1) * failure
        term *= growth
        total += term
        k += 1
        largest_growth = max(growth, failure)  # the growth goes monotonically towards `failure`
        if largest_growth < 1 and term * largest_growth / (1 - largest_growth) < NEGLIGIBLE * total:
            return total
