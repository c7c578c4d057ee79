"""Trust weight, the gates of the levels, and how a young site starts. Pure; rules/ranking.md "Starting up"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

STAFF_ROLES = frozenset({"agent", "lead", "moderator", "pm", "admin"})
NEW, MEMBER, TRUSTED, EXPERT, MODERATOR = range(5)
WEIGHT_BY_LEVEL = (0.0, 0.5, 1.0, 1.0, 1.0)  # not more than 1: no oligarchy
WEIGHT_WHILE_STARTING_UP = 0.5
GRACE_BEFORE_DEMOTION = timedelta(days=14)
ADMITTED_AT_START_KEEP_L1_FOR = timedelta(days=180)


@dataclass(frozen=True)
class Gates:
    """What the levels ask for, each beside what those below it ask; rules/ranking.md. Live on the help pages."""

    posts_read: int = 30
    age: timedelta = timedelta(days=3)
    supporter: int = 1
    active_days: int = 15
    supporters: int = 3
    largest_share: float = 0.40  # of the points of a year, from one person
    points: float = 5  # credits of the last 365 days
    expert_supporters: int = 20
    meetings: int = 20
    win_rate: float = 0.50
    expert_points: float = 60
    active_weeks: int = 8  # of the last 13
    people_at_l1: int = 50  # the site stops starting up
    with_outside_supporter: int = 20


GATES = Gates()


def trust_weight(level: int, role: str, confirmed: bool, starting_up: bool, active: bool = True) -> float:
    """w: 0, 0.5 or 1. Staff weigh 1 at any time; `active` is False for a suspended or deleted account."""
    if not active or role == "guest":
        return 0.0
    if role in STAFF_ROLES:
        return 1.0
    by_level = WEIGHT_BY_LEVEL[level]
    return max(by_level, WEIGHT_WHILE_STARTING_UP) if starting_up and confirmed else by_level


def starting_up_ended(people_at_l1: int, of_them_with_outside_supporter: int) -> bool:
    """Whether the site has stopped starting up; it ends once, so the caller keeps a True.

    The second number counts those of the first who have a supporter outside their own /24.
    """
    return people_at_l1 >= GATES.people_at_l1 and of_them_with_outside_supporter >= GATES.with_outside_supporter


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What the gates ask about one person, now. `hp365` in credits; the default is a fresh account."""

    role: str = "member"
    confirmed: bool = False
    age: timedelta = timedelta(0)
    posts_read: int = 0
    active_days: int = 0
    active_weeks_of_last_13: int = 0
    supporters: int = 0
    largest_supporter_share: float = 0.0
    """Of the positive credit of the last 365 days, the share that came from one giver; 0..1."""
    hp365: float = 0.0
    meetings: int = 0
    win_rate: float = 0.35
    upheld_flags_of_last_60_days: int = 0
    imported_answers: int = 0
    admitted_at_start_at: datetime | None = None
    """When L1 was reached while the site was starting up; None otherwise."""


def level_of(progress: Progress, now: datetime, starting_up: bool) -> int:
    """The highest level whose gate, and every gate below it, is open: 0-3, and 4 for the role moderator."""
    if progress.role == "moderator":
        return MODERATOR
    if not _may_be_member(progress, now, starting_up):
        return NEW
    if not _may_be_trusted(progress):
        return MEMBER
    return EXPERT if _may_be_expert(progress) else TRUSTED


def level_to_store(held: int, earned: int, below_since: datetime | None, now: datetime) -> int:
    """Up at once; down only after 14 days below the gate. `below_since`: the first night that `earned` was less."""
    if earned >= held:
        return earned
    waited = below_since is not None and now - below_since >= GRACE_BEFORE_DEMOTION
    return earned if waited else held


def _may_be_member(progress: Progress, now: datetime, starting_up: bool) -> bool:
    admitted_at = progress.admitted_at_start_at
    if admitted_at is not None and now - admitted_at < ADMITTED_AT_START_KEEP_L1_FOR:
        return True
    # One imported answer proves presence; the address is proved by claiming the account.
    known = progress.imported_answers > 0
    has_read = known or progress.posts_read >= GATES.posts_read
    if starting_up:
        return (known or progress.confirmed) and has_read
    old_enough = known or progress.age >= GATES.age
    return (known or progress.confirmed) and has_read and old_enough and progress.supporters >= GATES.supporter


def _may_be_trusted(progress: Progress) -> bool:
    return (
        progress.active_days >= GATES.active_days
        and progress.supporters >= GATES.supporters
        and progress.largest_supporter_share <= GATES.largest_share
        and progress.hp365 >= GATES.points
        and progress.upheld_flags_of_last_60_days == 0
    )


def _may_be_expert(progress: Progress) -> bool:
    return (
        progress.supporters >= GATES.expert_supporters
        and progress.meetings >= GATES.meetings
        and progress.win_rate >= GATES.win_rate
        and progress.hp365 >= GATES.expert_points
        and progress.active_weeks_of_last_13 >= GATES.active_weeks
    )
