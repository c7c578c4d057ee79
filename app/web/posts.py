"""Answers and comments as a page shows them to one reader: what they say is kept (parts.py), with what may be done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from flask import render_template, url_for
from markupsafe import Markup

from app.domains.accounts.actor import Actor
from app.domains.accounts.tokens import new_token
from app.domains.feedback.queries import ThreadLabel
from app.domains.questions.policies import may_comment
from app.domains.questions.queries import AnswerView, CommentView, DraftView, QuestionView
from app.web.forms import CloseForm, CommentForm, PostForm
from app.web.parts import mark, part
from app.web.post_rights import CommentRights, PostRights, Rights, rights_on_question

ANSWER_FORM, COMMENT_FORM = "questions/_answer_form.html", "questions/_comment_form.html"


class SignedIn(NamedTuple):
    """For a form that everybody has who is signed in."""

    is_authenticated: bool = True


LINK, OWN_FORM = "link", "own"
"""How to write a comment: by a link to the form, or in the form of a reader who has begun. Who may not has neither."""


class Comments(NamedTuple):
    """`shown`: each with what the reader may do; `form`: LINK, OWN_FORM or nothing."""

    shown: tuple[tuple[CommentView, CommentRights], ...]
    form: str


class ShownAnswer(NamedTuple):
    """`versions`: the same in other languages."""

    answer: AnswerView
    rights: Rights
    comments: Comments
    versions: tuple["ShownAnswer", ...] = ()


@dataclass(frozen=True)
class ShownPosts:
    """The posts of one page. `comment_on` names the post under which the reader writes a comment; where it was refused,
    `refused_form` holds it."""

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
        rights, head = rights_on_question(self.actor, self.question), self.head
        fill = {"comments": str(self._comments_of_question())}
        fill["labels"] = render_template("feedback/_labels.html", labels=labels) if labels else ""
        if rights.close and not head.closed_at:
            form = close_form or CloseForm(formdata=None)
            fill["close"] = render_template("questions/_close.html", question=head, close_form=form)
        fill = {name: Markup(made) for name, made in fill.items()}  # nosec B704  # Jinja has escaped it
        about: dict[str, Any] = {"rights": rights, "signed_in": self._signed_in, "answers": self._may_comment}
        return part("questions/_question.html", fill, question=head, **about)

    def answer_form(self, form: PostForm | None) -> Markup:
        """Under all questions alike, but for where it is sent to."""
        question, name = self.question, f"answer:{self.question.id}"
        about: dict[str, Any] = {"form": form, "official": self.actor.serves(question.product_id)}
        action = url_for("answers.post", question_id=question.id)
        fill = {"action": action, "name": name, "version": question.version}
        if form is None and name not in self.drafts:
            marks = {each: mark(each) for each in fill}
            return part(ANSWER_FORM, fill, blank=PostForm, draft=None, current_user=SignedIn(), **marks, **about)
        made = render_template(ANSWER_FORM, draft=self.drafts.get(name), **fill, **about)
        return Markup(made)  # nosec B704  # Jinja has escaped it

    def answers(self, wanted: Sequence[AnswerView]) -> Markup:
        """These of its answers, each with what says the same in another language."""
        ids = {each.id for each in wanted}
        versions = [each for each in self.question.answers if each.version_of_id in ids]
        places = {f"answer:{each.id}" for each in (*wanted, *versions)}
        shown = [self._shown(each, [also for also in versions if also.version_of_id == each.id]) for each in wanted]
        return self._part("questions/_answers.html", places, answers=shown)

    def _shown(self, answer: AnswerView, versions: Sequence[AnswerView] = ()) -> ShownAnswer:
        also = tuple(self._shown(each) for each in versions)
        return ShownAnswer(answer, self._rights.on_answer(answer), self._comments("answer", answer), also)

    def _comments_of_question(self) -> Markup:
        comments, place = self._comments("question", self.question), f"question:{self.question.id}"
        return self._part("questions/_comments.html", {place}, place=place, comments=comments)

    def _part(self, template: str, places: Collection[str], **given: Any) -> Markup:
        """With the forms in which this reader has begun something filled in: they are no part, and kept nowhere."""
        own = {f"comment on {place}": self.comment_form(place) for place in places if self._has_own_form(place)}
        return part(template, own, signed_in=self._signed_in, current_user=SignedIn(), **given)

    @cached_property
    def _rights(self) -> PostRights:
        return PostRights(self.actor, self.question)

    @property
    def _signed_in(self) -> bool:
        return self.actor.is_authenticated

    def _comments(self, kind: str, post: QuestionView | AnswerView) -> Comments:
        shown = tuple((each, self._rights.on_comment(each)) for each in post.comments)
        if self._has_own_form(f"{kind}:{post.id}"):
            return Comments(shown, OWN_FORM)
        return Comments(shown, LINK if self._may_comment else "")

    @cached_property
    def _may_comment(self) -> bool:
        return bool(may_comment(self.actor, self.question))

    def _has_own_form(self, place: str) -> bool:
        writes = self.comment_on == place
        if writes and self.refused_form is not None:
            return True
        return self._may_comment and (writes or f"comment-{place}" in self.drafts)

    def comment_form(self, place: str) -> Markup:
        """With what was refused or begun in it. It is no part: it has a key of its own."""
        refused = self.refused_form if self.comment_on == place else None
        about: dict[str, Any] = {"place": place, "draft": self.drafts.get(f"comment-{place}"), "refused": refused}
        submission = refused.submission.data if refused else f"{new_token()[:40]}-{place}"
        return Markup(render_template(COMMENT_FORM, submission=submission, **about))  # nosec B704  # Jinja has escaped it
