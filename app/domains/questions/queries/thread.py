"""The question page: a question with its answers and comments, as Core rows, loaded whole."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Enum, Integer, Row, Select, String, bindparam, func, literal, null, select, type_coerce

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.queries import PERSON_COLUMNS, Person, person_columns, person_of
from app.domains.accounts.sight import Sight, reading, sight_of
from app.domains.follows.models import Follow, FollowKind, FollowLevel
from app.domains.products.models import Product
from app.domains.questions.models import (
    Answer,
    Comment,
    PostKind,
    Question,
    Vote,
)
from app.domains.questions.policies import answers_seen_by, comments_seen_by, may_see
from app.domains.questions.queries.cards import tag_names
from app.kernel.errors import NotFound
from app.kernel.policy import require
from app.kernel.rows import read_rows
from app.kernel.statistics import wilson

PRODUCT_ID = bindparam("product_id", type_=Integer)


class CommentView(NamedTuple):
    """The statement's columns in its order, and who wrote it."""

    id: int
    answer_id: int | None
    author_id: int
    body: str
    body_html: str
    created_at: datetime
    hidden: bool
    deleted_at: datetime | None
    edited_at: datetime | None
    version: int
    author: Person


class AnswerView(NamedTuple):
    """The statement's columns in its order, and what belongs to it."""

    id: int
    question_id: int
    author_id: int
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
    source_url: str | None
    source_licence: str | None
    version_of_id: int | None
    my_vote: int
    author: Person
    comments: tuple[CommentView, ...] = ()


class QuestionView(NamedTuple):
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
    answers: tuple[AnswerView, ...] = ()


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


def one_answer(actor: Actor, question: Question, answer_id: int) -> AnswerView:
    """An answer of a question that the actor may see, with its comments. Two statements."""
    values = reading(actor, answer_id=answer_id, question_id=question.id, product_id=question.product_id)
    row = read_rows(_one_answer(sight_of(actor)), values).one_or_none()
    if row is None:
        raise NotFound()
    return _answer_view(row, [_comment_view(each) for each in read_rows(_comments_of_one(sight_of(actor)), values)])


def _question_row(actor: Actor, question_id: int) -> Row[Any]:
    found = read_rows(_question(sight_of(actor)), reading(actor, question_id=question_id))
    row: Row[Any] | None = found.one_or_none()
    if row is None:
        raise NotFound()
    return row


@cache
def _question(sight: Sight) -> Select[Any]:
    names = [name for name in QuestionView.__annotations__ if hasattr(Question, name)]
    columns = [_as_stored(getattr(Question, name)) for name in names]
    product = (Product.slug.label("product"), Product.name.label("product_name"), Product.calendar_id)
    own = (_my_vote(sight.reader, PostKind.QUESTION, Question.id), _following(sight.reader))
    asker = person_columns(Question.product_id)
    found: Select[Any] = select(*columns, *product, *own, tag_names().label("tags"), *asker)
    found = found.join(Product, Product.id == Question.product_id).join(User, User.id == Question.asker_id)
    return found.where(Question.id == bindparam("question_id"))


def _as_stored(column: Any) -> Any:
    """What the database holds as words stays words (cards.py)."""
    return type_coerce(column, String).label(column.key) if isinstance(column.type, Enum) else column


def _plain(row: Row[Any]) -> dict[str, Any]:
    values = {name: value for name, value in zip(row._fields, row, strict=True) if not name.startswith("person_")}
    values["tags"] = tuple(row.tags.split(" ")) if row.tags else ()
    return values


def _answer_rows(actor: Actor, question_id: int, product_id: int) -> Sequence[Row[Any]]:
    values = reading(actor, question_id=question_id, product_id=product_id)
    return read_rows(_answers(sight_of(actor)), values).all()


@cache
def _answers(sight: Sight) -> Select[Any]:
    names = [name for name in AnswerView.__annotations__ if hasattr(Answer, name)]
    own = _my_vote(sight.reader, PostKind.ANSWER, Answer.id)
    found = select(*[getattr(Answer, name) for name in names], own, *person_columns(PRODUCT_ID))
    found = found.join(User, User.id == Answer.author_id)
    return found.where(Answer.question_id == bindparam("question_id"), answers_seen_by(sight.reader))


def _comment_rows(actor: Actor, question_id: int, product_id: int) -> Sequence[Row[Any]]:
    values = reading(actor, question_id=question_id, product_id=product_id)
    return read_rows(_comments(sight_of(actor)), values).all()


@cache
def _one_answer(sight: Sight) -> Select[Any]:
    return _answers(sight).where(Answer.id == bindparam("answer_id"))


@cache
def _comments_of_one(sight: Sight) -> Select[Any]:
    return _comments(sight).where(Comment.answer_id == bindparam("answer_id"))


@cache
def _comments(sight: Sight) -> Select[Any]:
    names = [name for name in CommentView.__annotations__ if hasattr(Comment, name)]
    found = select(*[getattr(Comment, name) for name in names], *person_columns(PRODUCT_ID))
    found = found.join(User, User.id == Comment.author_id)
    seen = (comments_seen_by(sight.reader), Comment.deleted_at.is_(None))
    return found.where(Comment.question_id == bindparam("question_id"), *seen).order_by(Comment.created_at, Comment.id)


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
    return CommentView._make((*row[:-PERSON_COLUMNS], person_of(row)))


def _answer_view(row: Row[Any], comments: list[CommentView]) -> AnswerView:
    mine = tuple(comment for comment in comments if comment.answer_id == row.id)
    return AnswerView._make((*row[:-PERSON_COLUMNS], person_of(row), mine))


def answer_order(answer: AnswerView) -> tuple[Any, ...]:
    """Accepted, official or verified, then the lower bound of trusted votes, the score, the time."""
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
