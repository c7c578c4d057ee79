"""What a reader may do with a question, its answers and comments: plain values, so that a part can be kept by them."""

from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from app.domains.accounts.actor import Actor
from app.domains.feedback.policies import may_label
from app.domains.questions.policies import (
    author_of,
    may_accept,
    may_close,
    may_delete,
    may_edit,
    may_edit_comment,
    may_hide,
    may_restore,
    may_verify,
    may_vote,
)
from app.domains.questions.queries import AnswerView, CommentView, QuestionView
from app.kernel.policy import Verdict

SOMEBODY_ELSE = 0  # no person has this number


class Told(NamedTuple):
    """A verdict with its reason in the reader's words, so that it can be a key."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


class Rights(NamedTuple):
    """What this reader may do with one post: the question, which may be closed, or an answer, which may be accepted and
    verified. `asks`: the answer is to the reader's own question."""

    vote: Told
    own: bool = False
    edit: bool = False
    restore: bool = False
    delete: bool = False
    label: bool = False
    hide: bool = False
    close: bool = False
    asks: bool = False
    accept: Told | None = None
    verify: bool = False


class CommentRights(NamedTuple):
    edit: bool
    delete: bool
    own: bool


class Facts(NamedTuple):
    """What the policies look at in an answer or a comment, of its author only whether it is the reader: thirty answers
    are few different things, and a policy is asked of each of those once. It is asked of the facts and of nothing else,
    so one that wants to look at more fails until this holds it."""

    author_id: int | None
    hidden: bool
    deleted_at: datetime | None
    deleted_by_id: int | None = None
    accepted_at: datetime | None = None
    official: bool = False


class PostRights:
    """The rights of one reader on one page."""

    def __init__(self, actor: Actor, question: QuestionView) -> None:
        self.actor, self.question = actor, question
        self._on_answers: dict[Facts, Rights] = {}
        self._on_comments: dict[Facts, CommentRights] = {}

    def on_answer(self, answer: AnswerView) -> Rights:
        if not self.actor.is_authenticated:
            return self._of_visitors
        facts = facts_of_answer(self.actor, answer)
        if facts not in self._on_answers:
            self._on_answers[facts] = self._by(facts)
        return self._on_answers[facts]

    def on_comment(self, comment: CommentView) -> "CommentRights":
        facts = facts_of_comment(self.actor, comment)
        if facts not in self._on_comments:
            edits, deletes = may_edit_comment(self.actor, facts), may_delete(self.actor, facts)
            own = comment.author_id == self.actor.id
            self._on_comments[facts] = CommentRights(bool(edits), bool(deletes), own)
        return self._on_comments[facts]

    def _by(self, answer: Facts) -> Rights:
        actor, question = self.actor, self.question
        return _on_post(actor, answer)._replace(
            asks=actor.id == question.asker_id,
            accept=told(may_accept(actor, question, answer)),
            verify=bool(may_verify(actor, question, answer)),
        )

    @cached_property
    def _of_visitors(self) -> Rights:
        return Rights(told(may_vote(self.actor, self.question)))


def rights_on_question(actor: Actor, question: QuestionView) -> Rights:
    if not actor.is_authenticated:
        return Rights(told(may_vote(actor, question)))
    return _on_post(actor, question)._replace(close=bool(may_close(actor, question)))


def _on_post(actor: Actor, post: QuestionView | Facts) -> Rights:
    return Rights(
        told(may_vote(actor, post)),
        own=actor.id == author_of(post),
        edit=bool(may_edit(actor, post)),
        restore=bool(may_restore(actor, post)),
        delete=bool(may_delete(actor, post)),
        label=bool(may_label(actor, post)),
        hide=bool(may_hide(actor)),
    )


def facts_of_answer(actor: Actor, answer: AnswerView) -> Facts:
    removed = (answer.hidden, answer.deleted_at, answer.deleted_by_id)
    return Facts(_author(actor, answer), *removed, answer.accepted_at, answer.official)


def facts_of_comment(actor: Actor, comment: CommentView) -> Facts:
    return Facts(_author(actor, comment), comment.hidden, comment.deleted_at)


def _author(actor: Actor, post: AnswerView | CommentView) -> int:
    return post.author_id if post.author_id == actor.id else SOMEBODY_ELSE


def told(verdict: Verdict) -> Told:
    return Told(verdict.allowed, str(verdict.reason))
