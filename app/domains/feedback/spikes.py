"""When a tag has more posts than its own past and the product's present explain: pure. Source: rules of feedback."""
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kernel.statistics import negative_binomial_tail

SPIKE_DAYS = 7
BASELINE_DAYS = 56
BASELINE = timedelta(days=BASELINE_DAYS)
FEWEST_PRODUCT_POSTS = 50  # before that a product has no past to be compared with
FEWEST_POSTS = 5
FEWEST_AUTHORS = 3
CHANCE_OF_FALSE_ALARM = 0.01  # divided by the root of the number of tags that could have raised it
SAME_DAY_CHANCE = 1e-4
SAME_DAY_AUTHORS = 5
QUIET_DAYS = 2


@dataclass(frozen=True)
class Spike:
    seen: int
    expected: float
    p: float
    authors: int
    same_day: bool  # strong enough to be told at once rather than in the digest


def spike_of(c: int, B: int, s: float, authors: int, tags_in_play: int) -> Spike | None:  # noqa: N803
    """The spike that `c` posts of a tag in 7 days are, or None.

    `B`: its posts in the 56 days before; `s`: pace() of the product's other posts; `authors`: distinct people behind
    the `c`; `tags_in_play`: tags of the product with a post in the 63 days. Whether the product is old enough to have
    spikes at all is has_a_past().
    """
    p = surprise(c, B, s)
    if c < FEWEST_POSTS or authors < FEWEST_AUTHORS or p >= CHANCE_OF_FALSE_ALARM / math.sqrt(max(1, tags_in_play)):
        return None
    return Spike(c, expected(B, s), p, authors, same_day=p < SAME_DAY_CHANCE and authors >= SAME_DAY_AUTHORS)


def expected(B: int, s: float) -> float:  # noqa: N803
    return (B + 0.5) * s


def surprise(c: int, B: int, s: float) -> float:  # noqa: N803
    """Chance of `c` posts or more where the tag had `B` before and the product goes at pace `s`."""
    return negative_binomial_tail(c, B + 0.5, 1 / (1 + s))


def chance_of_silence(B: int, s: float) -> float:  # noqa: N803
    """Chance of not one post where the tag had `B` before."""
    return math.pow(1 + s, -(B + 0.5))


def pace(others_now: int, others_before: int, days: float = SPIKE_DAYS) -> float:
    """The product's posts without the tag in the `days`, over those in the 56 days before.

    Two corners the ratio leaves open: no other post before means that the calendar is all we know (days / 56), and
    none now counts as half a post, because an expectation of nothing would make any post a spike.
    """
    return max(others_now, 0.5) / others_before if others_before else days / BASELINE_DAYS


def has_a_past(product_since: datetime, window_start: datetime, posts: int) -> bool:
    """Is there enough to compare with: 56 days before the window, and 50 posts in window and past together?"""
    return product_since <= window_start - BASELINE and posts >= FEWEST_PRODUCT_POSTS


def has_closed(last_post_at: datetime, now: datetime) -> bool:
    """Has the tag been quiet for long enough that a later rise is a new spike?"""
    return now - last_post_at >= timedelta(days=QUIET_DAYS)
