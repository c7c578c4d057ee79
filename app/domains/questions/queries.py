"""Reads about questions: Core rows, loaded whole for one page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, literal, null, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.queries import Person, person_columns, person_of
from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.domains.products.models import Product
from app.domains.questions.models import (
    Answer,
    Comment,
    Kind,
    PendingQuestion,
    PostKind,
    Question,
    QuestionTag,
    ReadMark,
    Revision,
    ServiceState,
    Vote,
)
from app.domains.questions.policies import answers_seen_by, comments_seen_by, may_see, seen_by
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.pagination import Page, below, cursor_of, key_of
from app.kernel.policy import require
from app.kernel.statistics import wilson

PER_PAGE = 30


@dataclass(frozen=True)
class Card:
    """A question in a list."""

    id: int
    title: str
    slug: str
    excerpt: str
    kind: str
    state: str
    language: str
    score: int
    answer_count: int
    view_count: int
    accepted: bool
    accepted_answer_id: int | None
    hidden: bool
    product: str
    product_name: str
    asker: Person
    created_at: datetime
    active_at: datetime
    first_answer_at: datetime | None
    tags: tuple[str, ...]


def _tag_names() -> Any:
    """The question's tags in one column, so that a list costs one statement."""
    joined = func.aggregate_strings(Tag.name, " ")
    of_question = select(joined).join(QuestionTag, QuestionTag.tag_id == Tag.id)
    return of_question.where(QuestionTag.question_id == Question.id).correlate(Question).scalar_subquery()


def _cards() -> Select[Any]:
    columns = (
        Question.id,
        Question.title,
        Question.slug,
        Question.excerpt,
        Question.kind,
        Question.service_state,
        Question.language,
        Question.score,
        Question.answer_count,
        Question.view_count,
        Question.accepted_answer_id,
        Question.hidden,
        Question.created_at,
        Question.active_at,
        Question.first_answer_at,
        Product.slug.label("product"),
        Product.name.label("product_name"),
        User.id.label("asker_id"),
        User.name.label("asker_name"),
        User.role.label("asker_role"),
        User.level.label("asker_level"),
        _tag_names().label("tags"),
    )
    return select(*columns).join(Product, Product.id == Question.product_id).join(User, User.id == Question.asker_id)


def _card(row: Row[Any]) -> Card:
    return Card(
        id=row.id,
        title=row.title,
        slug=row.slug,
        excerpt=row.excerpt,
        kind=row.kind.value,
        state=row.service_state.value,
        language=row.language,
        score=row.score,
        answer_count=row.answer_count,
        view_count=row.view_count,
        accepted=row.accepted_answer_id is not None,
        accepted_answer_id=row.accepted_answer_id,
        hidden=row.hidden,
        product=row.product,
        product_name=row.product_name,
        asker=Person(row.asker_id, row.asker_name, row.asker_role.value, row.asker_level),
        created_at=row.created_at,
        active_at=row.active_at,
        first_answer_at=row.first_answer_at,
        tags=tuple(row.tags.split(" ")) if row.tags else (),
    )


def listed() -> list[Any]:
    """What a public list shows to everybody alike: nothing hidden, also not to those who may see it."""
    return [Question.hidden.is_(False), Question.deleted_at.is_(None)]


@dataclass(frozen=True)
class ListFilter:
    """The choices of a list's address; slugs and names, None = all."""

    sort: str = "active"
    product_id: int | None = None
    tag_id: int | None = None
    tag: str | None = None
    """The tag's own name, in place of its id: a page then needs no look-up of its own."""
    asker_id: int | None = None
    kind: str | None = None
    state: str | None = None
    language: str | None = None


_ORDERS: dict[str, tuple[Any, type]] = {
    "active": (Question.active_at, datetime),
    "new": (Question.created_at, datetime),
    "votes": (Question.score, int),
    "unanswered": (Question.created_at, datetime),
}
SORTS = tuple(_ORDERS)


def question_list(actor: Actor, wanted: ListFilter, after: str | None = None, limit: int = PER_PAGE) -> Page[Card]:
    """One page of a list, newest (or highest) first. One statement."""
    column, kind = _ORDERS.get(wanted.sort, _ORDERS["active"])
    found = _cards().where(*listed(), seen_by(actor), *_filters(wanted))
    key = key_of(after, kind, int)
    if key is not None:
        found = found.where(below((column, Question.id), key))
    rows = list(db.session.execute(found.order_by(column.desc(), Question.id.desc()).limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    following = cursor_of(getattr(last, column.key), last.id) if last is not None else None
    return Page([_card(row) for row in rows[:limit]], following)


def _filters(wanted: ListFilter) -> list[Any]:
    clauses: list[Any] = []
    if wanted.sort == "unanswered":
        clauses += [Question.first_answer_at.is_(None), Question.closed_at.is_(None)]
    if wanted.product_id is not None:
        clauses.append(Question.product_id == wanted.product_id)
    if wanted.asker_id is not None:
        clauses.append(Question.asker_id == wanted.asker_id)
    if wanted.kind in set(Kind):
        clauses.append(Question.kind == Kind(wanted.kind))
    if wanted.state in set(ServiceState):
        clauses.append(Question.service_state == ServiceState(wanted.state))
    if wanted.language in ("zh", "en"):
        clauses.append(Question.language == wanted.language)
    if wanted.tag:
        named = select(QuestionTag.question_id).join(Tag, Tag.id == QuestionTag.tag_id).where(Tag.name == wanted.tag)
        clauses.append(Question.id.in_(named))
    if wanted.tag_id is not None:
        tagged = select(QuestionTag.question_id).where(QuestionTag.tag_id == wanted.tag_id)
        clauses.append(Question.id.in_(tagged))
    return clauses


def question_count(actor: Actor, wanted: ListFilter) -> int:
    """How many questions the list holds; for the API, which promises a total."""
    found = select(func.count()).select_from(Question).where(*listed(), seen_by(actor), *_filters(wanted))
    return db.session.scalar(found) or 0


def question_list_page(actor: Actor, wanted: ListFilter, page: int, limit: int) -> list[Card]:
    """The API's numbered page; the cursor is the better way beyond the first hundred."""
    column, _kind = _ORDERS.get(wanted.sort, _ORDERS["active"])
    found = _cards().where(*listed(), seen_by(actor), *_filters(wanted))
    found = found.order_by(column.desc(), Question.id.desc()).limit(limit).offset((page - 1) * limit)
    return [_card(row) for row in db.session.execute(found)]


def cursor_after(card: Card, sort: str) -> str:
    """Where a list of this order goes on after `card`."""
    column, _kind = _ORDERS.get(sort, _ORDERS["active"])
    return cursor_of(getattr(card, column.key), card.id)


def cards_by_id(actor: Actor, ids: Sequence[int]) -> list[Card]:
    """Cards in the order of `ids`, less those that the actor may not see. One statement."""
    if not ids:
        return []
    rows = db.session.execute(_cards().where(Question.id.in_(ids), *listed(), seen_by(actor)))
    found = {row.id: _card(row) for row in rows}
    return [found[question_id] for question_id in ids if question_id in found]


def questions_by(actor: Actor, user_id: int, after: str | None = None, limit: int = PER_PAGE) -> Page[Card]:
    """A person's questions; the hidden ones too where the actor may see them."""
    found = _cards().where(Question.asker_id == user_id, seen_by(actor))
    if not (actor.id == user_id or actor.sees_hidden):
        found = found.where(*listed())
    key = key_of(after, datetime, int)
    if key is not None:
        found = found.where(below((Question.created_at, Question.id), key))
    ordered = found.order_by(Question.created_at.desc(), Question.id.desc()).limit(limit + 1)
    rows = list(db.session.execute(ordered))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page([_card(row) for row in rows[:limit]], cursor_of(last.created_at, last.id) if last else None)


@dataclass(frozen=True)
class AnswerGiven:
    """A line on a profile."""

    id: int
    question_id: int
    title: str
    slug: str
    score: int
    accepted: bool
    created_at: datetime


def answers_by(actor: Actor, user_id: int, limit: int = PER_PAGE) -> list[AnswerGiven]:
    """A person's latest public answers under public questions."""
    columns = (Answer.id, Answer.question_id, Question.title, Question.slug, Answer.score, Answer.accepted_at)
    found = select(*columns, Answer.created_at).join(Question, Question.id == Answer.question_id)
    shown = [Answer.author_id == user_id, *listed(), seen_by(actor), Answer.hidden.is_(False)]
    shown.append(Answer.deleted_at.is_(None))
    rows = db.session.execute(found.where(*shown).order_by(Answer.created_at.desc(), Answer.id.desc()).limit(limit))
    return [AnswerGiven(*row[:5], row.accepted_at is not None, row.created_at) for row in rows]


@dataclass(frozen=True)
class CommentView:
    id: int
    answer_id: int | None
    author_id: int
    author: Person
    body: str
    body_html: str
    created_at: datetime
    hidden: bool
    deleted_at: datetime | None


@dataclass(frozen=True)
class AnswerView:
    id: int
    question_id: int
    author_id: int
    author: Person
    body: str
    body_html: str
    language: str
    created_at: datetime
    edited_at: datetime | None
    score: int
    trusted_up: float
    trusted_down: float
    official: bool
    verified_at: datetime | None
    accepted_at: datetime | None
    did_not_help: bool
    hidden: bool
    hidden_because: str | None
    deleted_at: datetime | None
    deleted_by_id: int | None
    version: int
    my_vote: int
    source_url: str | None
    source_licence: str | None
    comments: tuple[CommentView, ...] = ()


@dataclass(frozen=True)
class QuestionView:
    """Everything that the question page shows of the question itself. Policies take it like the row."""

    id: int
    product_id: int
    product: str
    product_name: str
    calendar_id: int
    kind: str
    title: str
    slug: str
    body: str
    body_html: str
    excerpt: str
    language: str
    asker_id: int
    asker: Person
    created_at: datetime
    edited_at: datetime | None
    active_at: datetime
    score: int
    answer_count: int
    view_count: int
    accepted_answer_id: int | None
    first_answer_at: datetime | None
    service_state: str
    escalates: bool
    with_staff: bool
    no_promise: str | None
    hidden: bool
    hidden_because: str | None
    closed_at: datetime | None
    close_reason: str | None
    duplicate_of_id: int | None
    deleted_at: datetime | None
    deleted_by_id: int | None
    version: int
    source_url: str | None
    source_licence: str | None
    tags: tuple[str, ...]
    my_vote: int = 0
    following: FollowLevel | None = None
    comments: tuple[CommentView, ...] = ()
    answers: tuple[AnswerView, ...] = field(default=())


def question_page(actor: Actor, question_id: int) -> QuestionView:
    """The question with answers (accepted, verified, Wilson, time), comments, tags, authors. Three statements."""
    row = _question_row(actor, question_id)
    require(may_see(actor, row))
    answers = _answer_rows(actor, question_id, row.product_id)
    comments = [_comment_view(each) for each in _comment_rows(actor, question_id, row.product_id)]
    return QuestionView(
        **_plain(row),
        asker=person_of(row),
        comments=tuple(each for each in comments if each.answer_id is None),
        answers=tuple(sorted((_answer_view(each, comments) for each in answers), key=answer_order)),
    )


def _question_row(actor: Actor, question_id: int) -> Row[Any]:
    names = [name for name in QuestionView.__annotations__ if hasattr(Question, name)]
    columns = [getattr(Question, name) for name in names]
    product = (Product.slug.label("product"), Product.name.label("product_name"), Product.calendar_id)
    own = (_my_vote(actor, PostKind.QUESTION, Question.id), _following(actor))
    asker = person_columns(Question.product_id)
    found: Select[Any] = select(*columns, *product, *own, _tag_names().label("tags"), *asker)
    found = found.join(Product, Product.id == Question.product_id).join(User, User.id == Question.asker_id)
    row: Row[Any] | None = db.session.execute(found.where(Question.id == question_id)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _plain(row: Row[Any]) -> dict[str, Any]:
    values = _without_person(row)
    values["kind"], values["service_state"] = row.kind.value, row.service_state.value
    values["no_promise"] = row.no_promise.value if row.no_promise else None
    values["close_reason"] = row.close_reason.value if row.close_reason else None
    values["tags"] = tuple(row.tags.split(" ")) if row.tags else ()
    return values


def _without_person(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if not name.startswith("person_")}


def _answer_rows(actor: Actor, question_id: int, product_id: int) -> list[Row[Any]]:
    names = [name for name in AnswerView.__annotations__ if hasattr(Answer, name)]
    own = _my_vote(actor, PostKind.ANSWER, Answer.id)
    found = select(*[getattr(Answer, name) for name in names], own, *person_columns(product_id))
    found = found.join(User, User.id == Answer.author_id)
    return list(db.session.execute(found.where(Answer.question_id == question_id, answers_seen_by(actor))))


def _comment_rows(actor: Actor, question_id: int, product_id: int) -> list[Row[Any]]:
    names = [name for name in CommentView.__annotations__ if hasattr(Comment, name)]
    found = select(*[getattr(Comment, name) for name in names], *person_columns(product_id))
    found = found.join(User, User.id == Comment.author_id)
    seen = found.where(Comment.question_id == question_id, comments_seen_by(actor), Comment.deleted_at.is_(None))
    return list(db.session.execute(seen.order_by(Comment.created_at, Comment.id)))


def _my_vote(actor: Actor, kind: PostKind, target_id: Any) -> Any:
    """The reader's own voice in the post's row, so that it costs no statement of its own."""
    mine = select(Vote.value).where(Vote.user_id == actor.id, Vote.kind == kind, Vote.target_id == target_id)
    return (func.coalesce(mine.scalar_subquery(), 0) if actor.id is not None else literal(0)).label("my_vote")


def _following(actor: Actor) -> Any:
    mine = select(Follow.level).where(
        Follow.user_id == actor.id, Follow.kind == FollowKind.QUESTION, Follow.target_id == Question.id
    )
    return (mine.scalar_subquery() if actor.id is not None else null()).label("following")


def _comment_view(row: Row[Any]) -> CommentView:
    return CommentView(**_without_person(row), author=person_of(row))


def _answer_view(row: Row[Any], comments: list[CommentView]) -> AnswerView:
    mine = tuple(comment for comment in comments if comment.answer_id == row.id)
    return AnswerView(**_without_person(row), author=person_of(row), comments=mine)


def answer_order(answer: AnswerView) -> tuple[Any, ...]:
    """Accepted, official or verified, then the lower bound of trusted votes, then time (rules/ranking.md)."""
    total = answer.trusted_up + answer.trusted_down
    bound = wilson(answer.trusted_up, total)[0] if total else 0.0
    checked = answer.verified_at is not None or answer.official
    return (
        answer.deleted_at is not None or answer.hidden,
        answer.accepted_at is None,
        not checked,
        -bound,
        -answer.score,
        answer.created_at,
        answer.id,
    )


def revisions_of(kind: PostKind, target_id: int) -> list[tuple[Revision, str]]:
    """Every text of a post, the latest first, each with its author's name."""
    found = select(Revision, User.name).outerjoin(User, User.id == Revision.author_id)
    ordered = found.where(Revision.kind == kind, Revision.target_id == target_id).order_by(Revision.number.desc())
    return [(row.Revision, row.name or "") for row in db.session.execute(ordered)]


def visible_question(actor: Actor, question_id: int) -> Question:
    """The row for a page that shows little of it; NotFound where the actor may not see it."""
    question = db.session.get(Question, question_id)
    if question is None:
        raise NotFound()
    require(may_see(actor, question))
    return question


def question_ids_after(question_id: int, limit: int = 500) -> list[int]:
    """Ids in order, for walking all questions in batches."""
    found = select(Question.id).where(Question.id > question_id).order_by(Question.id).limit(limit)
    return list(db.session.scalars(found))


def question_total() -> int:
    return db.session.scalar(select(func.count()).select_from(Question)) or 0


def tag_ids_of(question_id: int) -> list[int]:
    found = select(QuestionTag.tag_id).where(QuestionTag.question_id == question_id)
    return list(db.session.scalars(found.order_by(QuestionTag.position)))


def read_count(user_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(ReadMark).where(ReadMark.user_id == user_id)) or 0


def pending_question(key: str) -> PendingQuestion | None:
    """A guest's kept question, by its browser's key, while it lasts."""
    found = select(PendingQuestion).where(PendingQuestion.key == key, PendingQuestion.expires_at > now())
    return db.session.scalar(found)


def post_of(name: str) -> Question | Answer | Comment:
    """The row behind `question:1`, `answer:2` or `comment:3`."""
    kind, _colon, number = name.partition(":")
    model = {"question": Question, "answer": Answer, "comment": Comment}.get(kind)
    row = db.session.get(model, int(number)) if model and number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise NotFound()
    return row  # type: ignore[return-value]


def question_id_of_answer(answer_id: int) -> int:
    """Where an answer stands; whether the actor may see it, the question's page decides."""
    question_id = db.session.scalar(select(Answer.question_id).where(Answer.id == answer_id))
    if question_id is None:
        raise NotFound()
    return question_id


def askers_of(question_ids: Iterable[int]) -> dict[int, int]:
    rows = db.session.execute(select(Question.id, Question.asker_id).where(Question.id.in_(list(question_ids))))
    return {row.id: row.asker_id for row in rows}


def own_posts(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Everything a person wrote, whole, for the export of their data, hidden and deleted too. Three statements."""
    question = (Question.id, Question.title, Question.body, Question.created_at, Question.deleted_at)
    answer = (Answer.id, Answer.question_id, Answer.body, Answer.created_at, Answer.deleted_at)
    comment = (Comment.id, Comment.question_id, Comment.answer_id, Comment.body, Comment.created_at, Comment.deleted_at)
    reads = {
        "questions": select(*question).where(Question.asker_id == user_id).order_by(Question.id),
        "answers": select(*answer).where(Answer.author_id == user_id).order_by(Answer.id),
        "comments": select(*comment).where(Comment.author_id == user_id).order_by(Comment.id),
    }
    return {name: [dict(row._mapping) for row in db.session.execute(found)] for name, found in reads.items()}
