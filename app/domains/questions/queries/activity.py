"""What one person asked and answered, as a reader may see it: a page of it by key, and how much there is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, func, literal, select, type_coerce, union_all

from app.domains.accounts.actor import Actor
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import answers_seen_by, seen_by
from app.extensions import db
from app.kernel.pagination import Page, below, key_of, page_of

PER_PAGE = 20
QUESTION, ANSWER = 0, 1
"""Of posts of one moment the answer stands first: it is what the person does for others."""


class Deed(NamedTuple):
    """A line of a profile. `id` is the question's or the answer's; `state` is the question's."""

    rank: int
    id: int
    question_id: int
    title: str
    slug: str
    language: str
    state: str
    score: int
    accepted: bool
    hidden: bool
    created_at: datetime

    @property
    def is_answer(self) -> bool:
        return self.rank == ANSWER


@dataclass(frozen=True)
class ActivityTotals:
    questions: int
    answers: int
    accepted: int

    @property
    def all(self) -> int:
        return self.questions + self.answers


def activity_of(
    actor: Actor, user_id: int, only: str = "all", after: str | None = None, limit: int = PER_PAGE
) -> Page[Deed]:
    """The latest first; `only`: all, questions, answers, or accepted answers. One statement."""
    key = key_of(after, datetime, int, int)
    parts = _PARTS.get(only, (_questions, _answers))
    # Each cut to a page by its own index, before they are put together.
    cut = [select(_cut(part(actor, user_id), place, key, limit).subquery()) for part, place in map(_placed, parts)]
    found = union_all(*cut).subquery()
    ordered = select(found).order_by(found.c.created_at.desc(), found.c.rank.desc(), found.c.id.desc())
    rows = list(db.session.execute(ordered.limit(limit + 1)))
    return page_of(rows, limit, Deed._make, "created_at", "rank", "id")


def activity_totals(actor: Actor, user_id: int) -> ActivityTotals:
    """One statement."""
    asked = select(func.count()).select_from(Question).where(*_asked(actor, user_id)).scalar_subquery()
    solved = func.count(Answer.accepted_at)
    given = select(func.count(), solved).select_from(Answer).join(Question, Question.id == Answer.question_id)
    answers, accepted, questions = db.session.execute(given.add_columns(asked).where(*_given(actor, user_id))).one()
    return ActivityTotals(questions, answers, accepted)


def _asked(actor: Actor, user_id: int) -> tuple[Any, ...]:
    return Question.asker_id == user_id, seen_by(actor)


def _given(actor: Actor, user_id: int) -> tuple[Any, ...]:
    return Answer.author_id == user_id, answers_seen_by(actor), seen_by(actor)


def _questions(actor: Actor, user_id: int) -> Select[Any]:
    state = type_coerce(Question.service_state, String).label("state")
    about = (Question.title, Question.slug, Question.language, state)
    head = (literal(QUESTION, Integer).label("rank"), Question.id.label("id"), Question.id.label("question_id"))
    gone = Question.hidden | Question.deleted_at.is_not(None)
    accepted = Question.accepted_answer_id.is_not(None).label("accepted")
    columns: tuple[Any, ...] = (*head, *about, Question.score, accepted, gone.label("hidden"), Question.created_at)
    return select(*columns).where(*_asked(actor, user_id))


def _answers(actor: Actor, user_id: int) -> Select[Any]:
    state = type_coerce(Question.service_state, String).label("state")
    about = (Question.title, Question.slug, Answer.language, state)
    head = (literal(ANSWER, Integer).label("rank"), Answer.id.label("id"), Answer.question_id.label("question_id"))
    gone = Answer.hidden | Answer.deleted_at.is_not(None) | Question.hidden | Question.deleted_at.is_not(None)
    accepted = Answer.accepted_at.is_not(None).label("accepted")
    columns: tuple[Any, ...] = (*head, *about, Answer.score, accepted, gone.label("hidden"), Answer.created_at)
    found = select(*columns).join(Question, Question.id == Answer.question_id)
    return found.where(*_given(actor, user_id))


def _accepted(actor: Actor, user_id: int) -> Select[Any]:
    return _answers(actor, user_id).where(Answer.accepted_at.is_not(None))


_PARTS = {"questions": (_questions,), "answers": (_answers,), "accepted": (_accepted,)}


def _placed(part: Any) -> tuple[Any, tuple[Any, Any, Any]]:
    post, rank = (Question, QUESTION) if part is _questions else (Answer, ANSWER)
    return part, (post.created_at, literal(rank, Integer), post.id)


def _cut(found: Select[Any], place: tuple[Any, Any, Any], key: tuple[Any, ...] | None, limit: int) -> Select[Any]:
    if key is not None:
        found = found.where(below(place, key))
    return found.order_by(place[0].desc(), place[2].desc()).limit(limit + 1)
