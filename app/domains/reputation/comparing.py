"""Who helped better: the answerers of one question compared, fourteen days after it was asked."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select

from app.domains.questions.models import Answer, Question
from app.domains.reputation import standing
from app.domains.reputation.credits import AnswerState
from app.domains.reputation.expertise import COMPARED_AFTER, ComparedAnswer, WinBook, compared_answer
from app.domains.reputation.ledger_rows import credit_of, entries
from app.domains.reputation.models import LedgerEntry
from app.extensions import db

QUESTIONS_AT_ONCE = 400


def compare_answers(until: datetime) -> None:
    """Count everybody's comparisons of all questions whose fourteen days had ended at `until`.

    Counted anew each time: a late event may change an old question, and what a meeting weighs depends on all before.
    """
    book = WinBook()
    for rows in _questions_due(until):
        states = _states_when_due(rows)
        for asker_id, answers in _compared(rows, states):
            book.record(asker_id, answers)
    tallies = {user_id: (each.wins, each.comparisons, each.meetings) for user_id, each in book.tallies.items()}
    standing.set_comparisons(tallies)


def _questions_due(until: datetime) -> Iterator[list[Any]]:
    """Answers of questions with rivals, in portions of whole questions, in the order in which their days end."""
    due = select(Question.id).join(Answer, Answer.question_id == Question.id)
    due = due.where(Question.created_at <= until - COMPARED_AFTER, Answer.author_id != Question.asker_id)
    due = due.where(Answer.official.is_(False), Answer.version_of_id.is_(None))
    due = due.group_by(Question.id, Question.created_at)
    rivals = due.having(func.count(Answer.author_id.distinct()) > 1).order_by(Question.created_at, Question.id)
    ids = list(db.session.scalars(rivals))
    for start in range(0, len(ids), QUESTIONS_AT_ONCE):
        yield _answers_of(ids[start : start + QUESTIONS_AT_ONCE])


def _answers_of(question_ids: list[int]) -> list[Any]:
    answer = (Answer.id, Answer.author_id, Answer.created_at, Answer.deleted_at)
    asked = (Question.id.label("question_id"), Question.asker_id, Question.created_at.label("asked_at"))
    found = select(*answer, *asked).join(Question, Question.id == Answer.question_id)
    # Who says in another language what an answer says is no rival of its author.
    rivals = (Answer.official.is_(False), Answer.version_of_id.is_(None))
    found = found.where(Question.id.in_(question_ids), *rivals)
    return list(db.session.execute(found.order_by(Question.created_at, Question.id, Answer.id)))


def _states_when_due(rows: list[Any]) -> dict[int, AnswerState]:
    """Each answer's votes and acceptance as known fourteen days after its question."""
    due_at = {row.id: row.asked_at + COMPARED_AFTER for row in rows}
    states: dict[int, AnswerState] = {}
    for entry in db.session.execute(entries().where(LedgerEntry.answer_id.in_(due_at))):
        if entry.occurred_at <= due_at[entry.answer_id]:
            states[entry.answer_id] = states.get(entry.answer_id, AnswerState()).after(credit_of(entry))
    return states


def _compared(rows: list[Any], states: dict[int, AnswerState]) -> Iterator[tuple[int, list[ComparedAnswer]]]:
    for _question_id, answers in groupby(rows, key=attrgetter("question_id")):
        stood = [row for row in answers if _stood_when_due(row)]
        if stood:
            known = [(row, states.get(row.id, AnswerState())) for row in stood]
            yield stood[0].asker_id, [compared_answer(row.id, row.author_id, state) for row, state in known]


def _stood_when_due(row: Any) -> bool:
    due_at = row.asked_at + COMPARED_AFTER
    return row.created_at <= due_at and (row.deleted_at is None or row.deleted_at > due_at)
