"""The answer while there is no usable index: the rows themselves, by LIKE. Plainer and slower, never wrong."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.names import name_key
from app.domains.products.models import Product
from app.domains.questions.models import Answer, Question, QuestionTag
from app.domains.questions.policies import seen_by
from app.domains.questions.queries import listed
from app.domains.search.analysis import HAN_RUN, han_words, query_units
from app.domains.search.engine import Flag, Hits, NumberRange, SearchQuery
from app.domains.search.queries.truth import public
from app.domains.tags.models import Tag
from app.extensions import db

MAX_WORDS = 8  # each is one more look through every text

_ORDERS = {
    "new": Question.created_at,
    "votes": Question.score,
    "active": Question.active_at,
    "relevance": Question.active_at,
}


def find_in_database(actor: Actor, query: SearchQuery, offset: int, limit: int) -> Hits:
    """Two statements."""
    clauses = [seen_by(actor), *_conditions(query)]
    words = and_(true(), *[_has(word) for word in [*_words(query), *query.phrases][:MAX_WORDS]])
    if query.text and (query.words or query.phrases):
        words = or_(words, Question.title == query.text)
    clauses.append(words)
    total = db.session.scalar(select(func.count()).select_from(Question).where(*clauses)) or 0
    ordered = select(Question.id).where(*clauses).order_by(_ORDERS[query.sort].desc(), Question.id.desc())
    return Hits(total, list(db.session.scalars(ordered.limit(limit).offset(offset))))


def similar_in_database(title: str, limit: int, exclude: int | None = None) -> list[int]:
    """Public questions that have the most words of the title in theirs. One statement."""
    words = [unit.term for unit in query_units(title) if not unit.weak and len(unit.term) > 1][:MAX_WORDS]
    if not words:
        return []
    matches = [Question.title.icontains(word, autoescape=True) for word in words]
    shared = sum((_as_number(match) for match in matches[1:]), _as_number(matches[0]))
    found = select(Question.id).where(*listed(), or_(*matches), Question.id != (exclude or 0))
    return list(db.session.scalars(found.order_by(shared.desc(), Question.id.desc()).limit(limit)))


def _as_number(match: ColumnElement[bool]) -> Any:
    return case((match, 1), else_=0)


def _words(query: SearchQuery) -> list[str]:
    """Latin words as typed; Chinese ones cut, since nobody types blanks between them."""
    words: list[str] = []
    for word in query.words:
        runs = HAN_RUN.findall(word)
        words += [part for run in runs for part, _place in han_words(run) if len(part) > 1 or len(run) == 1]
        words += [word] if not runs else []
    return list(dict.fromkeys(words))


def _has(text: str) -> ColumnElement[bool]:
    inside = (Question.title.icontains(text, autoescape=True), Question.body.icontains(text, autoescape=True))
    return or_(*inside, _tagged(text.lower()))


def _conditions(query: SearchQuery) -> list[ColumnElement[bool]]:
    clauses = [_tagged(name) for name in query.tags] + [~_tagged(name) for name in query.excluded_tags]
    clauses += [_took_part(name) for name in query.users] + [_FLAGS[flag] for flag in query.flags]
    clauses += [~_has(text) for text in query.excluded[:MAX_WORDS]]
    if query.product:
        chosen = select(Product.id).where(Product.slug.in_(query.product))
        clauses.append(Question.product_id.in_(chosen))
    if query.lang:
        clauses.append(Question.language == query.lang)
    if query.created and query.created.start:
        clauses.append(Question.created_at >= query.created.start)
    if query.created and query.created.end:
        clauses.append(Question.created_at < query.created.end)
    return clauses + _within(Question.score, query.score) + _within(Question.answer_count, query.answers)


def _within(column: Any, numbers: NumberRange | None) -> list[ColumnElement[bool]]:
    low = [column >= numbers.low] if numbers and numbers.low is not None else []
    high = [column <= numbers.high] if numbers and numbers.high is not None else []
    return low + high


def _tagged(name: str) -> ColumnElement[bool]:
    found: Select[Any] = select(QuestionTag.question_id).join(Tag, Tag.id == QuestionTag.tag_id)
    return Question.id.in_(found.where(Tag.name == name))


def _took_part(name: str) -> ColumnElement[bool]:
    person = select(User.id).where(User.name_key == name_key(name))
    answered = select(Answer.question_id).where(Answer.author_id.in_(person), *public())
    return or_(Question.asker_id.in_(person), Question.id.in_(answered))


def _official() -> ColumnElement[bool]:
    return Question.id.in_(select(Answer.question_id).where(Answer.official, *public()))


_FLAGS: dict[Flag, Any] = {
    "answered": Question.answer_count > 0,
    "unanswered": Question.answer_count == 0,
    "solved": Question.accepted_answer_id.is_not(None),
    "escalated": Question.with_staff,
    "official": _official(),
}
