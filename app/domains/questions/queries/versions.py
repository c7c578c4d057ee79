"""Answers that say the same in two languages."""

from typing import NamedTuple

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.domains.accounts.actor import Actor
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import seen_by
from app.domains.questions.queries.cards import listed
from app.extensions import db

MOST_MISSING = 50
VOTE_IN_VIEWS = 20  # who votes wants it more than who passes by


def versions_of(answer_id: int) -> list[Answer]:
    return list(db.session.scalars(select(Answer).where(Answer.version_of_id == answer_id)))


def together(answer: Answer) -> list[Answer]:
    """The answer, and those that say the same in another language, as far as they are public."""
    of = answer.version_of_id or answer.id
    found = select(Answer).where(or_(Answer.id == of, Answer.version_of_id == of), Answer.id != answer.id)
    public = found.where(Answer.hidden.is_(False), Answer.deleted_at.is_(None)).order_by(Answer.id)
    return [answer, *db.session.scalars(public)]


def stands_alone() -> ColumnElement[bool]:
    """In SQL: no version of an answer that is public. The others are no second answer, and help nobody who was not
    helped by the first."""
    original = aliased(Answer)
    public = and_(original.hidden.is_(False), original.deleted_at.is_(None))
    said_already = exists(select(original.id).where(original.id == Answer.version_of_id, public))
    return or_(Answer.version_of_id.is_(None), ~said_already)


class MissingVersion(NamedTuple):
    """A solved question; `answer_id` solved it, in `language`."""

    question_id: int
    answer_id: int
    title: str
    language: str
    views: int
    score: int


def missing_versions(actor: Actor, language: str) -> list[MissingVersion]:
    """Public solved questions whose accepted answer is not there in `language`, the most wanted first."""
    other = aliased(Answer)
    shown = and_(other.hidden.is_(False), other.deleted_at.is_(None), other.language == language)
    same = or_(other.version_of_id == Answer.id, other.id == Answer.version_of_id)
    there = exists(select(other.id).where(same, shown))
    columns = (Question.id, Answer.id, Question.title, Answer.language, Question.view_count, Question.score)
    found = select(*columns).join(Answer, Answer.id == Question.accepted_answer_id)
    found = found.where(*listed(), seen_by(actor), Answer.language != language, ~there)
    wanted = (Question.view_count + VOTE_IN_VIEWS * Question.score).desc()
    rows = db.session.execute(found.order_by(wanted, Question.id).limit(MOST_MISSING))
    return [MissingVersion(*row) for row in rows]
