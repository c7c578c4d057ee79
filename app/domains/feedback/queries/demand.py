"""Who is behind an item: F2 and F6 of the rules, read from labels, votes and follows."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import CompoundSelect, select, union_all

from app.domains.accounts.models import Customer, User
from app.domains.feedback import demand
from app.domains.feedback.demand import Signal
from app.domains.feedback.models import FeedbackItem, FeedbackLabel
from app.domains.feedback.policies import stands_behind
from app.domains.feedback.queries.sources import standing_posts
from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.domains.questions.models import Question, Vote
from app.extensions import db
from app.kernel.clock import now

HEARING = (FollowLevel.TRACKING, FollowLevel.WATCHING)


def is_behind(user_id: int | None, item_id: int) -> bool:
    """May this person see the item because of what they wrote, voted for or follow?"""
    if user_id is None:
        return False
    found = select(FeedbackItem.id).where(FeedbackItem.id == item_id, stands_behind(user_id))
    return db.session.scalar(found) is not None


def people_behind(item_id: int) -> list[int]:
    """User ids: authors of public sources, those who voted for them, followers; of merged children too. Two
    statements."""
    return sorted(demand.people(signals_of([item_id]).get(item_id, [])))


def score_of(item: FeedbackItem) -> float:
    """F6, from the rows as they are now."""
    return demand.score(signals_of([item.id]).get(item.id, []), item.importance, now())


def signals_of(item_ids: Iterable[int]) -> dict[int, list[Signal]]:
    """Every signal of each item with its merged children's, in a fixed order. Two statements, none without ids."""
    wanted = sorted(set(item_ids))
    if not wanted:
        return {}
    children = select(FeedbackItem.id, FeedbackItem.merged_into_id).where(FeedbackItem.merged_into_id.in_(wanted))
    canonical = {item_id: item_id for item_id in wanted}
    canonical |= {row.id: row.merged_into_id for row in db.session.execute(children)}
    found = _signals(list(canonical)).subquery("signal")
    rows = db.session.execute(
        select(found, User.customer_id, Customer.tier)
        .join(User, User.id == found.c.user_id)
        .outerjoin(Customer, Customer.id == User.customer_id)
        .where(User.anonymised_at.is_(None))
        .order_by(found.c.item_id, found.c.at, found.c.user_id)
    )
    signals: dict[int, list[Signal]] = defaultdict(list)
    for row in rows:
        known_at = max(row.at, row.labelled_at)
        tier = row.tier.value if row.tier else "standard"
        signals[canonical[row.item_id]].append(Signal(row.user_id, row.at, known_at, row.customer_id, tier))
    return signals


def _signals(item_ids: list[int]) -> CompoundSelect[Any]:
    """item_id, user_id, at, labelled_at: authors of the sources, those who voted for them, followers."""
    label = FeedbackLabel
    of_items = [label.item_id.in_(item_ids), label.removed_at.is_(None)]
    post = standing_posts(Question.id.in_(select(label.question_id).where(*of_items))).cte("post")
    is_source = (post.c.kind == label.kind) & (post.c.target_id == label.target_id)
    is_for_it = (Vote.kind == label.kind) & (Vote.target_id == label.target_id)
    labelled_at = label.created_at.label("labelled_at")
    authors = select(label.item_id, post.c.author_id.label("user_id"), post.c.created_at.label("at"), labelled_at)
    voters = select(label.item_id, Vote.user_id, Vote.created_at, labelled_at)
    followers = select(Follow.target_id, Follow.user_id, Follow.created_at, Follow.created_at.label("labelled_at"))
    following = [Follow.kind == FollowKind.FEEDBACK, Follow.target_id.in_(item_ids), Follow.level.in_(HEARING)]
    return union_all(
        authors.select_from(label).join(post, is_source).where(*of_items),
        voters.select_from(label)
        .join(post, is_source)
        .join(Vote, is_for_it)
        .where(*of_items, Vote.value == 1, Vote.user_id.is_not(None)),
        followers.where(*following),
    )
