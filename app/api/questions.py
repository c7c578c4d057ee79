"""Questions: lists, one of them, asking, editing, deleting; calling our team."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import BaseVersion, Paged, Sent
from app.api.shapes import questions as shapes
from app.api.shapes.questions import QuestionPage, QuestionShape
from app.domains.accounts.scopes import WRITE
from app.domains.escalation.actions import raising
from app.domains.escalation.queries import promise_of, promises_of
from app.domains.products.queries import product_by_slug
from app.domains.questions.actions import asking
from app.domains.questions.actions.asking import QuestionDraft, question_to_change
from app.domains.questions.models import Kind
from app.domains.questions.queries import (
    Card,
    ListFilter,
    cursor_after,
    question_count,
    question_list,
    question_list_page,
    question_page,
)
from app.domains.tags.queries import left_out_names, tag_by_name
from app.kernel.pagination import Page

ABOUT = "Questions"


class Sort(StrEnum):
    ACTIVE = "active"
    NEW = "new"
    VOTES = "votes"
    UNANSWERED = "unanswered"


class FilterWord(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    SOLVED = "solved"
    CLOSED = "closed"
    HIDDEN = "hidden"
    UNANSWERED = "unanswered"


class QuestionsQuery(Paged):
    sort: Annotated[Sort, Field(description="unanswered: those without an answer, the newest first.")] = Sort.ACTIVE
    filter: Annotated[FilterWord | None, Field(description="A state, or `unanswered`, as in `sort`.")] = None
    product: Annotated[str | None, Field(max_length=60, description="A product's slug.")] = None
    tag: Annotated[str | None, Field(max_length=60)] = None
    kind: Kind | None = None
    lang: Annotated[str | None, Field(max_length=8, description="zh or en.")] = None


class QuestionBody(Sent):
    title: str
    body: Annotated[str, Field(description="Markdown.")]
    product: Annotated[str, Field(description="The product's slug.")]
    tags: Annotated[list[str], Field(max_length=50, description="One to five.")] = []
    kind: Kind = Kind.QUESTION


class QuestionChange(Sent):
    """What is left out stays as it is."""

    title: str | None = None
    body: str | None = None
    product: str | None = None
    tags: Annotated[list[str] | None, Field(max_length=50)] = None
    kind: Kind | None = None
    comment: Annotated[str, Field(max_length=300, description="Why, for the history.")] = ""
    base_version: BaseVersion = None


class Reason(Sent):
    reason: Annotated[str, Field(description="For our team only.")] = ""


@call("GET", "/questions", about=ABOUT, guests=True)
def list_questions(query: QuestionsQuery) -> QuestionPage:
    """Questions, the lately active ones first."""
    wanted = _filter(query)
    page = _page(wanted, query)
    promises = promises_of(page.items)
    return QuestionPage(
        items=[shapes.card(card, promises.get(card.id)) for card in page.items],
        next=page.next,
        total=question_count(current_actor(), wanted),
        page=None if query.after else query.page,
        per_page=query.per_page,
    )


def _filter(query: QuestionsQuery) -> ListFilter:
    unanswered = query.filter is FilterWord.UNANSWERED
    return ListFilter(
        sort=Sort.UNANSWERED if unanswered else query.sort,
        product_id=product_by_slug(query.product).id if query.product else None,
        tag_id=tag_by_name(query.tag).id if query.tag else None,
        kind=query.kind,
        state=None if unanswered else query.filter,
        language=query.lang,
    )


def _page(wanted: ListFilter, query: QuestionsQuery) -> Page[Card]:
    actor = current_actor()
    if query.after or query.page == 1:
        return question_list(actor, wanted, query.after, query.per_page)
    cards = question_list_page(actor, wanted, query.page, query.per_page)
    more = len(cards) == query.per_page
    return Page(cards, cursor_after(cards[-1], wanted.sort) if more else None)


@call("POST", "/questions", about=ABOUT, scope=WRITE, status=201)
def ask_question(json: QuestionBody) -> QuestionShape:
    """Ask a question."""
    draft = QuestionDraft(json.title, json.body, json.product, tuple(json.tags), json.kind)
    left_out = left_out_names(current_actor(), draft.tags)
    return whole(asking.ask_question(current_actor(), draft).id, left_out)


@call("GET", "/questions/<int:question_id>", about=ABOUT, guests=True)
def get_question(question_id: int) -> QuestionShape:
    """A question with its answers and comments."""
    return whole(question_id)


@call("PATCH", "/questions/<int:question_id>", about=ABOUT, scope=WRITE)
def edit_question(question_id: int, json: QuestionChange) -> QuestionShape:
    """Change title, text, product, tags or kind."""
    actor, now = current_actor(), question_page(current_actor(), question_id)
    draft = QuestionDraft(
        title=now.title if json.title is None else json.title,
        body=now.body if json.body is None else json.body,
        product=json.product or now.product,
        tags=now.tags if json.tags is None else tuple(json.tags),
        kind=json.kind or now.kind,
    )
    row, left_out = question_to_change(question_id, actor), left_out_names(actor, json.tags or ())
    asking.edit_question(actor, row, draft, base_version=json.base_version, comment=json.comment)
    return whole(question_id, left_out)


@call("DELETE", "/questions/<int:question_id>", about=ABOUT, scope=WRITE)
def delete_question(question_id: int) -> None:
    """Delete a question; it can be restored on its page."""
    asking.delete_question(current_actor(), question_to_change(question_id, current_actor()))


@call("POST", "/questions/<int:question_id>/escalate", about=ABOUT, scope=WRITE)
def escalate_question(question_id: int, json: Reason) -> QuestionShape:
    """Experts and staff call our team before the promised time."""
    raising.ask_staff_now(current_actor(), question_id, json.reason)
    return whole(question_id)


@call("POST", "/questions/<int:question_id>/not-solved", about=ABOUT, scope=WRITE)
def say_not_solved(question_id: int, json: Reason) -> QuestionShape:
    """The asker says that the answers did not help; our team takes over."""
    raising.say_not_solved(current_actor(), question_id, json.reason)
    return whole(question_id)


def whole(question_id: int, left_out_tags: Sequence[str] = ()) -> QuestionShape:
    """The question as this reader sees it."""
    view = question_page(current_actor(), question_id)
    return shapes.question(view, promise_of(view), left_out_tags)
