"""Hide and show again; moderation calls these."""

from typing import Any

from app.domains.accounts.actor import Actor
from app.domains.questions.actions.posting import recount_answers
from app.domains.questions.events import PostHidden, PostRestored
from app.domains.questions.models import Answer, Comment, PostKind, Question
from app.domains.questions.policies import author_of, may_hide
from app.domains.questions.service_state import settle
from app.domains.questions.tag_counts import count_tags_of, is_counted
from app.domains.questions.versions import lose_acceptance
from app.extensions import db
from app.kernel.events import publish
from app.kernel.policy import require

Post = Question | Answer | Comment


def hide_post(actor: Actor, post: Post, reason: str) -> None:
    """Only its author, moderators and staff see it from now on."""
    require(may_hide(actor))
    if post.hidden:
        return
    _count_tags(post, -1)
    post.hidden, post.hidden_because = True, reason[:300]
    _settle(post)
    publish(PostHidden(**named(post), reason=reason[:300], actor_id=actor.id))


def restore_post(actor: Actor, post: Post) -> None:
    require(may_hide(actor))
    if not post.hidden:
        return
    post.hidden, post.hidden_because = False, None
    _count_tags(post, +1)
    _settle(post)
    publish(PostRestored(**named(post), actor_id=actor.id))


def _count_tags(post: Post, by: int) -> None:
    if isinstance(post, Question) and is_counted(post):
        count_tags_of(post, by)


def _settle(post: Post) -> None:
    if isinstance(post, Question):
        post.version += 1
        settle(post)
    elif isinstance(post, Answer):
        post.version += 1
        question = db.session.get_one(Question, post.question_id)
        if post.hidden:
            lose_acceptance(question, post)
        recount_answers(question)


def named(post: Post) -> dict[str, Any]:
    """Kind, ids and author, as events name a post."""
    kind = {Question: PostKind.QUESTION, Answer: PostKind.ANSWER, Comment: PostKind.COMMENT}[type(post)]
    question_id = post.id if isinstance(post, Question) else post.question_id
    return {
        "kind": kind.value,
        "target_id": post.id,
        "question_id": question_id,
        "author_id": author_of(post),
    }
