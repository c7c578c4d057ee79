"""Who may say what a post is, sort and decide, and read the digest; each rule has its SQL twin under it."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from app.domains.accounts.actor import EXPERT_LEVEL, Actor
from app.domains.accounts.policies import may_act
from app.domains.accounts.privileges import privileges_of
from app.domains.feedback.models import Digest, FeedbackItem, FeedbackLabel
from app.domains.feedback.states import CONTRIBUTES, SORTS, Step
from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.domains.questions.models import Answer, Comment, PostKind, Question, Vote
from app.domains.questions.policies import author_of
from app.kernel.i18n import _l
from app.kernel.policy import UNSEEN, YES, Verdict, no

SORTING_ROLES = frozenset({"agent", "lead", "pm", "admin"})
DECIDING_ROLES = frozenset({"pm", "admin"})


def may_label(actor: Actor, post: Any) -> Verdict:
    """One's own posts; experts, moderators and staff label any. Asked after the post was seen."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id == author_of(post) or privileges_of(actor).labels_any_post:
        return YES
    return no(_l("Members mark feedback in their own posts; experts and staff in any."))


def may_unlabel(actor: Actor, label: Any) -> Verdict:
    """Who set it, moderators, and staff of the product."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id == label.labelled_by_id or actor.moderates or _serves(actor, label.product_id):
        return YES
    return no(_l("Only the person who marked this, moderators and staff remove the mark."))


def may_see_inbox(actor: Actor) -> Verdict:
    """The list of a product's feedback."""
    if _reads_all(actor) or actor.is_staff or actor.is_expert:
        return YES
    if not actor.is_authenticated:
        return no(_l("Please sign in first."))
    return no(_l("The feedback list is for experts, moderators and staff. You see what your own posts became."))


def may_see_item(actor: Actor, item: Any, contributes: bool = False) -> Verdict:
    """Staff of its product, moderators, its experts, and everybody behind it (`contributes`)."""
    inside = _reads_all(actor) or actor.serves(item.product_id) or actor.is_expert_in(item.product_id)
    return YES if inside or contributes else UNSEEN


def items_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `may_see_item`."""
    if _reads_all(actor) or actor.level >= EXPERT_LEVEL or (actor.is_staff and _serves_all(actor)):
        return true()
    if actor.id is None:
        return false()
    inside = FeedbackItem.product_id.in_(actor.expert_for | (actor.team if actor.is_staff else frozenset()))
    return or_(inside, stands_behind(actor.id))


def stands_behind(user_id: int) -> ColumnElement[bool]:
    """Wrote a source of the item or of one merged into it, voted for such a post, or follows the item (F2)."""
    label = FeedbackLabel
    wrote = or_(
        and_(label.kind == PostKind.QUESTION, label.target_id.in_(_ids_by(Question, Question.asker_id, user_id))),
        and_(label.kind == PostKind.ANSWER, label.target_id.in_(_ids_by(Answer, Answer.author_id, user_id))),
        and_(label.kind == PostKind.COMMENT, label.target_id.in_(_ids_by(Comment, Comment.author_id, user_id))),
    )
    voted = select(Vote.id).where(Vote.user_id == user_id, Vote.value == 1)
    voted = voted.where(Vote.kind == label.kind, Vote.target_id == label.target_id)
    by_source = select(label.item_id).where(label.removed_at.is_(None), or_(wrote, voted.exists()))
    hears = (FollowLevel.TRACKING, FollowLevel.WATCHING)
    by_following = select(Follow.target_id).where(Follow.user_id == user_id, Follow.kind == FollowKind.FEEDBACK)
    behind = by_source.union(by_following.where(Follow.level.in_(hears))).subquery()
    child = aliased(FeedbackItem)
    merged = select(child.merged_into_id).where(child.id.in_(select(behind.c[0])), child.merged_into_id.is_not(None))
    return or_(FeedbackItem.id.in_(select(behind.c[0])), FeedbackItem.id.in_(merged))


def _ids_by(model: Any, author: Any, user_id: int) -> Any:
    return select(model.id).where(author == user_id)


def may_take(actor: Actor, item: Any, step: Step, contributes: bool = False) -> Verdict:
    """A step of the table in `states`."""
    verdict = may_act(actor)
    if not verdict or actor.role == "system":
        return verdict
    if step.by == CONTRIBUTES:
        return YES if contributes or _decides(actor, item) else no(_l("Only people behind this say that it works."))
    if step.by == SORTS:
        return YES if _sorts(actor, item) else no(_l("Only staff of this product sort its feedback."))
    return YES if _decides(actor, item) else no(_l("Only a product manager of this product decides."))


def may_edit_item(actor: Actor, item: Any) -> Verdict:
    """Title, type, tags, owner."""
    verdict = may_act(actor)
    if not verdict or actor.role == "system" or _sorts(actor, item):
        return verdict
    return no(_l("Only staff of this product edit its feedback."))


def may_weigh_item(actor: Actor, item: Any) -> Verdict:
    """Its importance."""
    verdict = may_act(actor)
    if not verdict or actor.role == "system" or _decides(actor, item):
        return verdict
    return no(_l("Only a product manager of this product decides."))


def may_follow_item(actor: Actor, item: Any, contributes: bool = False) -> Verdict:
    seen = may_see_item(actor, item, contributes)
    return may_act(actor) if seen else seen


def may_see_digests(actor: Actor) -> Verdict:
    """The list of digests; which of them, says `digests_seen_by`."""
    if actor.is_staff or actor.role == "system":
        return YES
    if not actor.is_authenticated:
        return no(_l("Please sign in first."))
    return no(_l("Digests are for product managers and staff."))


def may_see_digest(actor: Actor, digest: Any) -> Verdict:
    """Staff of its product."""
    return YES if actor.role == "system" or actor.serves(digest.product_id) else UNSEEN


def digests_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `may_see_digest`."""
    if actor.role == "system" or (actor.is_staff and _serves_all(actor)):
        return true()
    return Digest.product_id.in_(actor.team) if actor.is_staff else false()


def may_freeze_digest(actor: Actor) -> Verdict:
    """The clock and the command line."""
    return YES if actor.role == "system" else no(_l("Digests are frozen when their week has closed."))


def _reads_all(actor: Actor) -> bool:
    return actor.role == "system" or actor.moderates


def _serves_all(actor: Actor) -> bool:
    return not actor.team or actor.role == "admin"


def _serves(actor: Actor, product_id: int) -> bool:
    return actor.role == "system" or actor.serves(product_id)


def _sorts(actor: Actor, item: Any) -> bool:
    return actor.role in SORTING_ROLES and actor.serves(item.product_id)


def _decides(actor: Actor, item: Any) -> bool:
    return actor.role in DECIDING_ROLES and actor.serves(item.product_id)
