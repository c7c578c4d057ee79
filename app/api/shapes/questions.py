"""Questions, answers, comments."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from pydantic import BaseModel, Field

from app.api.shapes.people import PersonShape, person
from app.domains.escalation.queries import Promise
from app.domains.questions.models import CloseReason, Kind, ServiceState
from app.domains.questions.queries import AnswerView, Card, CommentView, QuestionView
from app.domains.search.highlight import Segment
from app.kernel.excerpts import with_marks


class QuestionCore(BaseModel):
    """What a question says of itself wherever it stands."""

    id: int
    url: str
    title: str
    excerpt: str = Field(description="The beginning of the text, plain.")
    product: str = Field(description="The product's slug.")
    kind: Kind
    tags: list[str]
    language: str
    asker: PersonShape
    score: int
    answer_count: int
    view_count: int
    accepted_answer_id: int | None
    state: ServiceState
    respond_by: datetime | None = Field(
        description="Open: when our team takes over. Escalated: when it replies. Null where nothing is promised now."
    )
    hidden: bool
    created_at: datetime
    active_at: datetime


class QuestionCard(QuestionCore):
    """A question in a list."""


class QuestionPage(BaseModel):
    items: list[QuestionCard]
    next: str | None
    total: int
    page: int | None = Field(description="Null where the list was read by `after`.")
    per_page: int


class Highlight(BaseModel):
    """HTML: escaped text, with <mark> around what was searched for."""

    title: str
    snippet: str


class FoundQuestion(QuestionCore):
    highlight: Highlight


class CommentShape(BaseModel):
    id: int
    url: str
    question_id: int
    answer_id: int | None
    author: PersonShape
    body: str = Field(description="Markdown.")
    body_html: str
    created_at: datetime
    hidden: bool


class AnswerShape(BaseModel):
    id: int
    url: str
    question_id: int
    author: PersonShape
    body: str = Field(description="Markdown.")
    body_html: str
    language: str
    score: int
    my_vote: int
    accepted: bool
    official: bool = Field(description="Written by staff of the product.")
    verified_at: datetime | None = Field(description="When staff of the product said that it is right.")
    did_not_help: bool = Field(description="The asker said so.")
    hidden: bool
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    version: int
    version_of: int | None = Field(description="The answer that this one says in another language.")
    source_url: str | None
    source_licence: str | None
    comments: list[CommentShape]


class QuestionShape(QuestionCore):
    """A question with everything under it, the best answer first."""

    body: str = Field(description="Markdown.")
    body_html: str
    my_vote: int
    no_promise: str | None = Field(description="Why nothing is promised: imported, announcement, no_policy, no_hours.")
    edited_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    duplicate_of_id: int | None
    deleted_at: datetime | None
    version: int = Field(description="Send it back as `base_version`. Rises with new answers too.")
    source_url: str | None
    source_licence: str | None
    comments: list[CommentShape]
    answers: list[AnswerShape]
    left_out_tags: list[str] = Field(
        default=[], description="Of the tags just sent, those that nobody has added yet and this person may not add."
    )


def question(view: QuestionView, promise: Promise, left_out_tags: Sequence[str] = ()) -> QuestionShape:
    names = (
        "edited_at", "closed_at", "close_reason", "duplicate_of_id", "deleted_at", "version", "source_url",
        "source_licence", "body", "body_html", "my_vote",
    )  # fmt: skip
    return QuestionShape(
        **_core(view, promise),
        **{name: getattr(view, name) for name in names},
        no_promise=promise.why_none,
        comments=[comment(each, view.id, view.slug) for each in view.comments],
        answers=[answer(each, view.slug) for each in view.answers],
        left_out_tags=list(left_out_tags),
    )


def card(one: Card, promise: Promise | None) -> QuestionCard:
    return QuestionCard(**_core(one, promise))


def found(one: Card, promise: Promise | None, title: Iterable[Segment], snippet: Iterable[Segment]) -> FoundQuestion:
    highlight = Highlight(title=str(with_marks(title)), snippet=str(with_marks(snippet)))
    return FoundQuestion(**_core(one, promise), highlight=highlight)


def _core(one: Card | QuestionView, promise: Promise | None) -> dict[str, Any]:
    names = (
        "id", "title", "excerpt", "product", "kind", "language", "score", "answer_count", "view_count",
        "accepted_answer_id", "hidden", "created_at", "active_at",
    )  # fmt: skip
    return {name: getattr(one, name) for name in names} | {
        "url": thread_url(one.id, one.slug),
        "tags": list(one.tags),
        "asker": person(one.asker),
        "state": one.state if isinstance(one, Card) else one.service_state,
        "respond_by": promise.due_at if promise else None,
    }


def answer(view: AnswerView, slug: str) -> AnswerShape:
    names = (
        "id", "question_id", "body", "body_html", "language", "score", "my_vote", "official", "verified_at",
        "did_not_help", "hidden", "created_at", "edited_at", "deleted_at", "version", "source_url", "source_licence",
    )  # fmt: skip
    return AnswerShape(
        **{name: getattr(view, name) for name in names},
        url=thread_url(view.question_id, slug, f"answer-{view.id}"),
        author=person(view.author),
        accepted=view.accepted_at is not None,
        version_of=view.version_of_id,
        comments=[comment(each, view.question_id, slug) for each in view.comments],
    )


def comment(view: CommentView, question_id: int, slug: str) -> CommentShape:
    names = ("id", "answer_id", "body", "body_html", "created_at", "hidden")
    return CommentShape(
        **{name: getattr(view, name) for name in names},
        question_id=question_id,
        url=thread_url(question_id, slug, f"comment-{view.id}"),
        author=person(view.author),
    )


def thread_url(question_id: int, slug: str, anchor: str | None = None) -> str:
    return url_for("questions.show_question", question_id=question_id, slug=slug, _anchor=anchor, _external=True)
