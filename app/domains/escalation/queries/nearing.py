"""Questions that wait for an answer, those first whose promised time comes first."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.sight import READER_ID, Sight, reading, sight_of
from app.domains.escalation.models import Case, CaseState
from app.domains.questions.models import Question
from app.domains.questions.queries import ListFilter, given_values, list_clauses
from app.kernel.pagination import Page, above, key_of, page_of
from app.kernel.rows import read_rows

_LIMIT = bindparam("limit", type_=Integer)
_PLACE = (bindparam("after_due", type_=Case.due_at.type), bindparam("after_id", type_=Integer))


class Nearing(NamedTuple):
    """`due_at`: when our team takes over."""

    question_id: int
    due_at: datetime


def nearing(actor: Actor, wanted: ListFilter, after: str | None = None, limit: int = 30) -> Page[Nearing]:
    """Unanswered questions of the list `wanted`, whatever its order, by their promised time. One statement."""
    given = given_values(wanted)
    values = reading(actor, limit=limit + 1, **given)
    key = key_of(after, datetime, int)
    if key is not None:
        values["after_due"], values["after_id"] = key
    rows = read_rows(_nearing(sight_of(actor), frozenset(given), key is not None), values).all()
    return page_of(rows, limit, lambda row: Nearing(*row), "due_at", "question_id")


@cache
def _nearing(sight: Sight, given: frozenset[str], goes_on: bool) -> Select[Any]:
    """Written once for each set of filters, as the lists of questions are."""
    found: Any = select(Case.question_id, Case.due_at).join(Question, Question.id == Case.question_id)
    found = found.where(Case.state == CaseState.ARMED, Case.due_at.is_not(None), Question.first_answer_at.is_(None))
    found = found.where(*list_clauses(sight, given))
    if goes_on:
        found = found.where(above((Case.due_at, Case.question_id), _PLACE))
    ordered: Select[Any] = found.order_by(Case.due_at, Case.question_id).limit(_LIMIT)
    return ordered


_ASKED_BACK: Any = (
    select(Question.id)
    .join(Case, Case.question_id == Question.id)
    .where(Question.asker_id == READER_ID, Case.state == CaseState.WAITING_ASKER)
    .order_by(Question.active_at.desc())
    .limit(_LIMIT)
)


def asked_back(actor: Actor, limit: int) -> list[int]:
    """The actor's own questions where our team has asked something and waits. One statement."""
    return list(read_rows(_ASKED_BACK, reading(actor, limit=limit)).scalars())
