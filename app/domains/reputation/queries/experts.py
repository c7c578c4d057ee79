"""Who knows: by expert score (win rate, and a little volume), never by points alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from app.domains.accounts.actor import STAFF_ROLES
from app.domains.accounts.models import Role, User
from app.domains.accounts.queries import Person, appointed_for, people_by_id
from app.domains.reputation.expertise import expert_score, win_rate
from app.domains.reputation.models import InvitationSetting, Standing, StandingScope
from app.domains.reputation.points import EXPERT_HALF_LIFE_DAYS, points_now, shown_points
from app.extensions import db
from app.kernel.clock import now

SEEN_WITHIN = timedelta(days=90)
WEIGHED = 200  # those with the most points are compared by score


@dataclass(frozen=True)
class Expert:
    """`points` of the last year in the product, as shown (half-life 365 days)."""

    person: Person
    appointed: bool
    points: int


def experts_in(tag_ids: Sequence[int], limit: int = 5) -> list[int]:
    """User ids of the strongest answerers in any of these tags, best first; may be shorter than `limit`.

    Only users seen in the last 90 days and not muting invitations. One statement.
    """
    if not tag_ids:
        return []
    return [row.user_id for row in sorted(_strongest_in_tags(tag_ids), key=_by_score)[:limit]]


def experts_of_product(product_id: int, limit: int = 8) -> list[Expert]:
    """Those appointed first, then the strongest answerers of the product. Three statements."""
    points = {
        row.user_id: _hp365(row.points)
        for row in sorted(_strongest_of_product(product_id), key=_by_score)
        if shown_points(_hp365(row.points)) > 0
    }
    appointed = appointed_for(product_id)
    chosen = [*appointed, *(user_id for user_id in points if user_id not in appointed)][:limit]
    people = people_by_id(chosen, product_id)
    return [
        Expert(people[user_id], user_id in appointed, shown_points(points.get(user_id, 0.0)))
        for user_id in chosen
        if user_id in people
    ]


def _strongest_of_product(product_id: int) -> list[Any]:
    """In the order of the index, so that it reads as many people as it gives."""
    site = aliased(Standing)
    strongest = select(Standing.user_id, Standing.points_365.label("points"), site.wins, site.comparisons)
    strongest = strongest.where(Standing.scope == StandingScope.PRODUCT, Standing.scope_id == product_id)
    found = _members(strongest, site).where(Standing.points_365 > 0)
    return list(db.session.execute(found.order_by(Standing.points_365.desc()).limit(WEIGHED)))


def _strongest_in_tags(tag_ids: Sequence[int]) -> list[Any]:
    site = aliased(Standing)
    points = func.sum(Standing.points_365).label("points")
    strongest = select(Standing.user_id, points, site.wins, site.comparisons)
    strongest = strongest.where(Standing.scope == StandingScope.TAG, Standing.scope_id.in_(list(tag_ids)))
    muted = select(InvitationSetting.user_id).where(InvitationSetting.opted_out.is_(True))
    found = _members(strongest, site).where(User.seen_at >= now() - SEEN_WITHIN, User.id.not_in(muted))
    grouped = found.group_by(Standing.user_id, site.wins, site.comparisons).having(points > 0)
    return list(db.session.execute(grouped.order_by(points.desc(), Standing.user_id).limit(WEIGHED)))


def _members(strongest: Any, site: Any) -> Select[Any]:
    """With what they are on the whole site."""
    found: Select[Any] = strongest.join(site, (site.user_id == Standing.user_id) & (site.scope == StandingScope.SITE))
    return found.join(User, User.id == Standing.user_id).where(*active_members())


def active_members() -> list[Any]:
    """No staff, nobody who has left or is suspended."""
    at = now()
    return [
        User.role.not_in([Role(role) for role in STAFF_ROLES]),
        User.anonymised_at.is_(None),
        or_(User.suspended_until.is_(None), User.suspended_until <= at),
    ]


def _hp365(stored: float) -> float:
    return points_now(stored, now(), half_life_days=EXPERT_HALF_LIFE_DAYS)


def _by_score(row: Any) -> tuple[float, int]:
    return -expert_score(win_rate(row.wins, row.comparisons), _hp365(row.points)), row.user_id
