"""Levels: who has earned which, and when the site has trusted givers enough of its own."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from app.domains.accounts.actions.levels import set_level
from app.domains.accounts.actor import STAFF_ROLES
from app.domains.accounts.models import Role, Session, User
from app.domains.reputation.events import StartingUpEnded
from app.domains.reputation.levels import MEMBER, Progress, level_of, level_to_store, starting_up_ended
from app.domains.reputation.models import LevelReview
from app.domains.reputation.progress import progress_of
from app.domains.reputation.standing import supporters_by_user
from app.domains.reputation.starting import is_starting_up
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import publish

PEOPLE_AT_ONCE = 500


def people_to_review(after_id: int) -> list[int]:
    """The next portion of those who have a level to gain or lose, by id: members with an address."""
    found = select(User.id).where(User.id > after_id, User.anonymised_at.is_(None), User.role.not_in(_STAFF))
    reachable = found.where(or_(User.email_confirmed_at.is_not(None), User.level > 0))
    return list(db.session.scalars(reachable.order_by(User.id).limit(PEOPLE_AT_ONCE)))


def review_levels(user_ids: Sequence[int]) -> int:
    """Bring these people's levels into line with what they have earned; how many changed. Joins a transaction."""
    at, starting_up = now(), is_starting_up()
    rows = db.session.execute(select(User.id, User.level).where(User.id.in_(user_ids)))
    held = {row.id: row.level for row in rows}
    found = select(LevelReview).where(LevelReview.user_id.in_(user_ids)).execution_options(populate_existing=True)
    reviews = {row.user_id: row for row in db.session.scalars(found)}
    changed = 0
    for user_id, progress in progress_of(user_ids, at).items():
        changed += _review(user_id, held[user_id], progress, reviews.get(user_id), at, starting_up)
    return changed


def _review(
    user_id: int, held: int, progress: Progress, review: LevelReview | None, at: datetime, starting_up: bool
) -> bool:
    earned = level_of(progress, at, starting_up)
    below_since = (review.below_since if review else None) or at
    level = level_to_store(held, earned, below_since, at)
    admitted = starting_up and held < MEMBER <= level
    if review is None and (level > earned or admitted):
        review = LevelReview(user_id=user_id)
        db.session.add(review)
    if review is not None:
        review.below_since = below_since if level > earned else None
        review.admitted_at_start_at = at if admitted else review.admitted_at_start_at
    return level != held and set_level(user_id, level)


def end_start_if_grown() -> bool:
    """Say so, once, when the site has stopped starting up. Joins a transaction."""
    if not is_starting_up():
        return False
    members = select(User.id).where(User.level >= MEMBER, User.role.not_in(_STAFF), User.anonymised_at.is_(None))
    number = db.session.scalar(select(func.count()).select_from(members.subquery())) or 0
    if not starting_up_ended(number, number):  # too few in any case: do not look at addresses
        return False
    if not starting_up_ended(number, _with_outside_supporter(set(db.session.scalars(members)))):
        return False
    publish(StartingUpEnded(people_at_l1=number))
    return True


def _with_outside_supporter(user_ids: set[int]) -> int:
    """How many of them have a supporter who was never seen in their own network. A vote that was imported came from
    elsewhere; of somebody whose sessions have all gone nobody knows, so that one does not count."""
    networks: dict[int, set[str]] = defaultdict(set)
    for user_id, address in db.session.execute(select(Session.user_id, Session.address).where(Session.address != "")):
        networks[user_id].add(network_of(address))
    return sum(
        any(giver is None or (networks[giver] and not networks[giver] & networks[user_id]) for giver in givers)
        for user_id, givers in supporters_by_user(now()).items()
        if user_id in user_ids
    )


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    return address.rsplit(".", 1)[0] if "." in address else ":".join(address.split(":")[:3])


_STAFF = [Role(role) for role in STAFF_ROLES]
