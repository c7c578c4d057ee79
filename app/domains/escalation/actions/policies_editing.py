"""What a product promises: made with the product, changed by an administrator."""

from collections.abc import Sequence

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.escalation.durations import LONGEST, duration_text, parse_duration
from app.domains.escalation.events import PolicyChanged
from app.domains.escalation.models import Level, Policy
from app.domains.escalation.policies import may_set_policy
from app.domains.escalation.queries.terms import base_policy
from app.domains.products.queries import product_by_id
from app.extensions import db
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _
from app.kernel.policy import require

__all__ = ["default_policy", "duration_text", "parse_duration", "policy_was_changed", "set_policy"]

MOST_LEVELS = 9


def default_policy(
    product_id: int,
    peer_seconds: int = 4 * 3600,
    first_reply_seconds: int = 4 * 3600,
    next_reply_seconds: int = 8 * 3600,
    resolution_seconds: int = 27 * 3600,
    confirmation_days: int = 5,
    lease_seconds: int = 30 * 60,
    levels: int | Sequence[int] = 2,
) -> Policy:
    """The policy that every new product gets, by whoever made the product: matches everything, two levels."""
    policy = Policy(product_id=product_id, position=0, conditions={}, name="", version=1)
    _fill(policy, peer_seconds, first_reply_seconds, next_reply_seconds, resolution_seconds)
    policy.confirmation_days, policy.lease_seconds = confirmation_days, lease_seconds
    db.session.add(policy)
    db.session.flush()
    _set_ladder(policy, levels)
    return policy


def set_policy(
    actor: Actor,
    product_id: int,
    *,
    peer: int | None = None,
    first: int | None = None,
    next_reply: int | None = None,
    resolution: int | None = None,
    levels: int | Sequence[int] | None = None,
) -> Policy:
    """Change what is given, in seconds of open time; every running deadline is counted again from its own start.

    `levels` is how many rungs the ladder has, or for each rung above the first how long after the one below.
    """
    require(may_set_policy(actor))
    product_by_id(product_id)
    policy = base_policy(product_id) or default_policy(product_id)
    _fill(policy, peer, first, next_reply, resolution)
    policy.version += 1
    if levels is not None or first is not None:
        _set_ladder(policy, levels if levels is not None else _height(policy))
    policy_was_changed(actor, product_id)
    return policy


def policy_was_changed(actor: Actor, product_id: int) -> None:
    """Promise the recount; also after a change of the product's calendar."""
    require(may_set_policy(actor))
    publish(PolicyChanged(product_id=product_id, actor_id=actor.id))


def _fill(policy: Policy, peer: int | None, first: int | None, next_reply: int | None, resolution: int | None) -> None:
    given = {
        "peer_seconds": peer,
        "first_reply_seconds": first,
        "next_reply_seconds": next_reply,
        "resolution_seconds": resolution,
    }
    for name, seconds in given.items():
        if seconds is None:
            continue
        if not 0 <= seconds <= LONGEST.total_seconds():
            raise Invalid(fields={name: [_("Please give a length of time between nothing and a year.")]})
        setattr(policy, name, seconds)


def _height(policy: Policy) -> int:
    found = select(Level.level).where(Level.policy_id == policy.id).order_by(Level.level.desc()).limit(1)
    return db.session.scalar(found) or 2


def _set_ladder(policy: Policy, levels: int | Sequence[int]) -> None:
    """Level 1 are the agents, when the peer window ends; above it the leads, each a first-reply time later."""
    steps = [policy.first_reply_seconds] * (levels - 1) if isinstance(levels, int) else list(levels)
    if len(steps) + 1 > MOST_LEVELS or (isinstance(levels, int) and levels < 1) or any(step < 0 for step in steps):
        raise Invalid(fields={"levels": [_("A ladder has one to %(most)s levels.", most=MOST_LEVELS)]})
    db.session.flush()
    for rung in db.session.scalars(select(Level).where(Level.policy_id == policy.id)):
        db.session.delete(rung)
    db.session.flush()
    db.session.add(Level(policy_id=policy.id, level=1, after_seconds=0, queue="agents"))
    for number, after in enumerate(steps, 2):
        db.session.add(Level(policy_id=policy.id, level=number, after_seconds=after, queue="leads"))
    db.session.flush()
