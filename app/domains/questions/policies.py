"""Who may see and do what with questions, answers and comments; each rule has its SQL twin under it."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_act
from app.domains.accounts.privileges import privileges_of
from app.domains.questions.models import Answer, Comment, Draft, Question
from app.kernel.i18n import _l
from app.kernel.policy import UNSEEN, YES, Verdict, no


def may_see(actor: Actor, question: Any) -> Verdict:
    """Hidden and deleted questions are seen by their asker, moderators and staff; for others they are not there."""
    public = not question.hidden and question.deleted_at is None
    own = actor.id is not None and question.asker_id == actor.id
    return YES if public or own or actor.sees_hidden else UNSEEN


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `may_see`."""
    if actor.sees_hidden:
        return true()
    public = and_(Question.hidden.is_(False), Question.deleted_at.is_(None))
    return public if actor.id is None else or_(public, Question.asker_id == actor.id)


def may_see_answer(actor: Actor, answer: Any) -> Verdict:
    """Asked after `may_see` of its question said yes."""
    public = not answer.hidden and answer.deleted_at is None
    own = actor.id is not None and answer.author_id == actor.id
    return YES if public or own or actor.sees_hidden else UNSEEN


def answers_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `may_see_answer`."""
    if actor.sees_hidden:
        return true()
    public = and_(Answer.hidden.is_(False), Answer.deleted_at.is_(None))
    return public if actor.id is None else or_(public, Answer.author_id == actor.id)


def may_see_comment(actor: Actor, comment: Any) -> Verdict:
    """Asked after its question and answer were seen."""
    public = not comment.hidden and comment.deleted_at is None
    own = actor.id is not None and comment.author_id == actor.id and comment.deleted_at is None
    return YES if public or own or actor.sees_hidden else UNSEEN


def comments_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `may_see_comment`."""
    if actor.sees_hidden:
        return true()
    public = and_(Comment.hidden.is_(False), Comment.deleted_at.is_(None))
    own = and_(Comment.author_id == actor.id, Comment.deleted_at.is_(None))
    return public if actor.id is None else or_(public, own)


def may_keep_drafts(actor: Actor) -> Verdict:
    """Also who may not post at the moment: what they have typed is theirs until they may."""
    return YES if actor.is_authenticated else no(_l("Please sign in first."))


def may_see_draft(actor: Actor, draft: Any) -> Verdict:
    """Its owner alone; no role opens it."""
    return YES if actor.id is not None and draft.user_id == actor.id else UNSEEN


def drafts_seen_by(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `may_see_draft`."""
    return Draft.user_id == actor.id if actor.id is not None else false()


def may_ask(actor: Actor) -> Verdict:
    return may_act(actor)


def may_answer(actor: Actor, question: Any) -> Verdict:
    """Also one's own question: "found it" is welcome."""
    return _may_write_under(actor, question)


def may_comment(actor: Actor, question: Any) -> Verdict:
    return _may_write_under(actor, question)


def _may_write_under(actor: Actor, question: Any) -> Verdict:
    seen = may_see(actor, question)
    if not seen:
        return seen
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if question.deleted_at is not None or question.hidden:
        return no(_l("This question is not public any more."))
    if question.closed_at is not None:
        return no(_l("This question is closed. If yours is different, please ask a new one."))
    return YES


def may_edit(actor: Actor, post: Any) -> Verdict:
    """One's own posts; trusted members, moderators and staff edit others'."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if getattr(post, "deleted_at", None) is not None:
        return no(_l("This post was deleted. Restore it first."))
    if actor.id == author_of(post) or actor.moderates or actor.role == "system":
        return YES
    if privileges_of(actor).retags:
        return YES
    return no(_l("Only its author and trusted members edit a post."))


def may_edit_comment(actor: Actor, comment: Any) -> Verdict:
    """One's own; moderators take out what must not stand there. A remark is nobody else's to better."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if comment.deleted_at is not None:
        return no(_l("This comment was deleted."))
    if actor.id == author_of(comment) or actor.moderates or actor.role == "system":
        return YES
    return no(_l("Only its author and moderators edit a comment."))


def may_delete(actor: Actor, post: Any) -> Verdict:
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.moderates or actor.role == "system":
        return YES
    if actor.id != author_of(post):
        return no(_l("Only its author or a moderator deletes a post."))
    if hasattr(post, "asker_id") and post.answer_count:
        return no(_l("Others have answered: a question with answers is deleted by a moderator only."))
    if getattr(post, "accepted_at", None) is not None:
        return no(_l("An accepted answer is deleted by a moderator only."))
    return YES


def may_restore(actor: Actor, post: Any) -> Verdict:
    verdict = may_act(actor)
    if not verdict or actor.moderates:
        return verdict
    if actor.id == author_of(post) and post.deleted_by_id == actor.id and not post.hidden:
        return YES
    return no(_l("Only a moderator restores this post."))


def may_vote(actor: Actor, post: Any) -> Verdict:
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id == author_of(post):
        return no(_l("One does not vote for one's own posts."))
    if post.deleted_at is not None or post.hidden:
        return no(_l("This post is not public any more."))
    return YES


def may_accept(actor: Actor, question: Any, answer: Any) -> Verdict:
    """The asker says what helped."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id != question.asker_id and actor.role != "system":
        return no(_l("Only the person who asked accepts an answer."))
    if answer.deleted_at is not None or answer.hidden:
        return no(_l("This answer is not public any more."))
    return YES


def may_verify(actor: Actor, question: Any, answer: Any) -> Verdict:
    """Staff of the product say that a peer's answer is right."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if not actor.serves(question.product_id):
        return no(_l("Only staff of this product verify answers."))
    if answer.official:
        return no(_l("This answer is by staff already."))
    return YES


def may_join_versions(actor: Actor, question: Any, answer: Any) -> Verdict:
    """Its author, moderators, staff of the product: that it says the same as another answer in another language."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id == answer.author_id or actor.moderates or actor.serves(question.product_id):
        return YES
    return no(_l("Only its author, moderators and staff say that an answer is another one's version."))


def may_close(actor: Actor, question: Any) -> Verdict:
    """The asker, moderators, staff of the product; experts close duplicates."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id == question.asker_id or actor.moderates or actor.serves(question.product_id):
        return YES
    if privileges_of(actor).closes_duplicates:
        return YES
    return no(_l("Only the asker, experts, moderators and staff close a question."))


def may_move(actor: Actor, question: Any) -> Verdict:
    """To another product."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if actor.id == question.asker_id or actor.moderates or actor.is_staff:
        return YES
    return no(_l("Only the asker, moderators and staff move a question to another product."))


def may_hide(actor: Actor) -> Verdict:
    verdict = may_act(actor)
    if not verdict or actor.moderates or actor.role == "system":
        return verdict
    return no(_l("Only moderators hide posts."))


def may_see_revisions(actor: Actor, post: Any) -> Verdict:
    """The history of what one may see."""
    return may_see(actor, post) if hasattr(post, "asker_id") else may_see_answer(actor, post)


def author_of(post: Any) -> int:
    """A question's asker, an answer's or comment's author."""
    return int(post.asker_id if hasattr(post, "asker_id") else post.author_id)
