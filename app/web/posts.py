"""Answers and comments as a page shows them to one reader: what they say is kept (parts.py), with what may be done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from flask import render_template
from markupsafe import Markup

from app.domains.accounts.actor import Actor
from app.domains.accounts.tokens import new_token
from app.domains.feedback.policies import may_label
from app.domains.feedback.queries import ThreadLabel
from app.domains.questions.policies import (
    may_accept,
    may_close,
    may_comment,
    may_delete,
    may_edit,
    may_hide,
    may_restore,
    may_verify,
    may_vote,
)
from app.domains.questions.queries import AnswerView, CommentView, DraftView, QuestionView
from app.kernel.policy import Verdict
from app.web.forms import CloseForm, CommentForm, PostForm
from app.web.parts import part

ANSWER_FORM, COMMENT_FORM = "questions/_answer_form.html", "questions/_comment_form.html"


class Told(NamedTuple):
    """A verdict with its reason in the reader's words, so that it can be a key."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


class Rights(NamedTuple):
    """What this reader may do with one answer; `asks`: it is the reader's own question."""

    vote: Told
    asks: bool = False
    own: bool = False
    accept: Told | None = None
    verify: bool = False
    edit: bool = False
    restore: bool = False
    delete: bool = False
    label: bool = False
    hide: bool = False


class QuestionRights(NamedTuple):
    """What this reader may do with the question."""

    vote: Told
    own: bool = False
    edit: bool = False
    restore: bool = False
    delete: bool = False
    label: bool = False
    hide: bool = False
    close: bool = False


class SignedIn(NamedTuple):
    """For a form that everybody has who is signed in."""

    is_authenticated: bool = True


FORM, OWN_FORM = "everybody's", "own"
"""The form for a comment: like everybody's, or with what this reader has begun in it. None is ""."""


class Comments(NamedTuple):
    """`shown`: each with whether the reader may delete it, and whether it is the reader's own."""

    shown: tuple[tuple[CommentView, bool, bool], ...]
    form: str


class ShownAnswer(NamedTuple):
    answer: AnswerView
    rights: Rights
    comments: Comments


@dataclass(frozen=True)
class ShownPosts:
    """The posts of one page. `comment_on` names the post whose comment was refused; `refused_form` holds it then."""

    actor: Actor
    question: QuestionView
    drafts: Mapping[str, DraftView]
    refused_form: CommentForm | None = None
    comment_on: str = ""

    @cached_property
    def head(self) -> QuestionView:
        """The question without what stands under it."""
        return self.question._replace(answers=(), comments=())

    def question_itself(self, labels: Sequence[ThreadLabel], close_form: CloseForm | None) -> Markup:
        """Its words and what may be done; under it what it feeds, the form to close it, and its comments."""
        rights, head = self._rights_of_question(), self.head
        fill = {"comments": str(self._comments_of_question())}
        fill["labels"] = render_template("feedback/_labels.html", labels=labels) if labels else ""
        if rights.close and not head.closed_at:
            form = close_form or CloseForm(formdata=None)
            fill["close"] = render_template("questions/_close.html", question=head, close_form=form)
        fill = {name: Markup(made) for name, made in fill.items()}  # nosec B704  # Jinja has escaped it
        return part("questions/_question.html", fill, question=head, rights=rights, signed_in=self._signed_in)

    def answer_form(self, form: PostForm | None) -> Markup:
        question, draft = self.question, self.drafts.get(f"answer:{self.question.id}")
        official = self.actor.serves(question.product_id)
        about: dict[str, Any] = {"question_id": question.id, "version": question.version, "official": official}
        about["form"] = form
        if form is None and draft is None:
            return part(ANSWER_FORM, blank=PostForm, draft=None, current_user=SignedIn(), **about)
        return Markup(render_template(ANSWER_FORM, draft=draft, **about))  # nosec B704  # Jinja has escaped it

    def answers(self, only: int | None = None) -> Markup:
        """All of them, or one by its id."""
        wanted = [each for each in self.question.answers if only in (None, each.id)]
        shown = [ShownAnswer(each, self._rights(each), self._comments("answer", each)) for each in wanted]
        return self._part("questions/_answers.html", {f"answer:{each.id}" for each in wanted}, answers=shown)

    def _comments_of_question(self) -> Markup:
        comments, place = self._comments("question", self.question), f"question:{self.question.id}"
        return self._part("questions/_comments.html", {place}, place=place, comments=comments)

    def _part(self, template: str, places: Collection[str], **given: Any) -> Markup:
        """With the forms in which this reader has begun something filled in: they are no part, and kept nowhere."""
        own = {f"comment on {place}": self._own_form(place) for place in places if self._has_own_form(place)}
        return part(template, own, signed_in=self._signed_in, current_user=SignedIn(), **given)

    @property
    def _signed_in(self) -> bool:
        return self.actor.is_authenticated

    def _rights_of_question(self) -> QuestionRights:
        actor, question = self.actor, self.question
        vote = told(may_vote(actor, question))
        if not actor.is_authenticated:
            return QuestionRights(vote)
        return QuestionRights(
            vote,
            own=actor.id == question.asker_id,
            edit=bool(may_edit(actor, question)),
            restore=bool(may_restore(actor, question)),
            delete=bool(may_delete(actor, question)),
            label=bool(may_label(actor, question)),
            hide=bool(may_hide(actor)),
            close=bool(may_close(actor, question)),
        )

    def _rights(self, answer: AnswerView) -> Rights:
        actor = self.actor
        if not actor.is_authenticated:
            return self._of_visitors
        return Rights(
            told(may_vote(actor, answer)),
            asks=actor.id == self.question.asker_id,
            own=actor.id == answer.author_id,
            accept=told(may_accept(actor, self.question, answer)),
            verify=bool(may_verify(actor, self.question, answer)),
            edit=bool(may_edit(actor, answer)),
            restore=bool(may_restore(actor, answer)),
            delete=bool(may_delete(actor, answer)),
            label=bool(may_label(actor, answer)),
            hide=bool(may_hide(actor)),
        )

    @cached_property
    def _of_visitors(self) -> Rights:
        return Rights(told(may_vote(self.actor, self.question)))

    def _comments(self, kind: str, post: QuestionView | AnswerView) -> Comments:
        actor = self.actor
        shown = tuple((each, bool(may_delete(actor, each)), each.author_id == actor.id) for each in post.comments)
        if self._has_own_form(f"{kind}:{post.id}"):
            return Comments(shown, OWN_FORM)
        return Comments(shown, FORM if self._may_comment else "")

    @cached_property
    def _may_comment(self) -> bool:
        return bool(may_comment(self.actor, self.question))

    def _has_own_form(self, place: str) -> bool:
        return self.comment_on == place or (self._may_comment and f"comment-{place}" in self.drafts)

    def _own_form(self, place: str) -> Markup:
        refused = self.refused_form if self.comment_on == place else None
        about: dict[str, Any] = {"place": place, "draft": self.drafts.get(f"comment-{place}"), "refused": refused}
        submission = refused.submission.data if refused else f"{new_token()[:40]}-{place}"
        return Markup(render_template(COMMENT_FORM, submission=submission, **about))  # nosec B704  # Jinja has escaped it


def told(verdict: Verdict) -> Told:
    return Told(verdict.allowed, str(verdict.reason))
