"""Answers and comments as a page shows them to one reader: what they say is kept (parts.py), with what may be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import render_template
from markupsafe import Markup

from app.domains.accounts.actor import Actor
from app.domains.feedback.policies import may_label
from app.domains.questions.policies import (
    may_accept,
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
from app.web.forms import CommentForm
from app.web.parts import mark, part

COMMENT_FORM = "questions/_comment_form.html"


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


class SignedIn(NamedTuple):
    """For a form that everybody has who is signed in."""

    is_authenticated: bool = True


@dataclass(frozen=True)
class ShownPosts:
    """The posts of one page. `comment_on` names the post whose comment was refused; `comment_form` holds it then.
    Visitors have no form."""

    actor: Actor
    question: QuestionView
    comment_form: CommentForm | None
    drafts: Mapping[str, DraftView]
    comment_on: str = ""

    def answer(self, answer: AnswerView) -> Markup:
        form, rights = self._comment_form("answer", answer.id), self._rights(answer)
        known = self._comments(answer.comments, form)
        return part("questions/_answer.html", {"comment_form": form}, answer=answer, rights=rights, **known)

    def comments_of_question(self) -> Markup:
        form = self._comment_form("question", self.question.id)
        return part("questions/_comments.html", {"comment_form": form}, **self._comments(self.question.comments, form))

    def _rights(self, answer: AnswerView) -> Rights:
        actor = self.actor
        vote = told(may_vote(actor, answer))
        if not actor.is_authenticated:
            return Rights(vote)
        return Rights(
            vote,
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

    def _comments(self, comments: Iterable[CommentView], form: Markup) -> dict[str, Any]:
        actor = self.actor
        shown = tuple((each, bool(may_delete(actor, each)), each.author_id == actor.id) for each in comments)
        return {"comments": shown, "open_to_more": bool(form), "signed_in": self.actor.is_authenticated}

    def _comment_form(self, kind: str, post_id: int) -> Markup:
        place = f"{kind}:{post_id}"
        is_refused = self.comment_on == place
        if self.comment_form is None or not (is_refused or may_comment(self.actor, self.question)):
            return Markup("")
        draft = self.drafts.get(f"comment-{place}")
        typed = self.comment_form.submission.data
        about: dict[str, Any] = {"kind": kind, "post_id": post_id, "draft": draft, "refused": None}
        if is_refused:
            return _form(about | {"submission": typed, "refused": self.comment_form})
        if draft:
            return _form(about | {"submission": f"{typed}-{place}"})
        about |= {"submission": mark("submission"), "current_user": SignedIn()}
        return part(COMMENT_FORM, {"submission": f"{typed}-{place}"}, **about)


def _form(shown: dict[str, Any]) -> Markup:
    return Markup(render_template(COMMENT_FORM, **shown))  # nosec B704  # what Jinja has escaped


def told(verdict: Verdict) -> Told:
    return Told(verdict.allowed, str(verdict.reason))
