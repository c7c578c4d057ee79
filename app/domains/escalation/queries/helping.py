"""What "nobody has helped yet" means in SQL; `agreement.Truth` says the same of one question."""

from typing import Any

from sqlalchemy import literal_column, not_

from app.domains.questions.models import Answer, Question
from app.domains.questions.queries.versions import stands_alone


def unhelped() -> list[Any]:
    """Questions that must have a live case.

    The first five are spelled as in the partial index `ix_question_unhelped`: SQLite uses it only for the same words.
    """
    return [
        literal_column("question.escalates"),
        Question.first_answer_at.is_(None),
        not_(literal_column("question.hidden")),
        Question.deleted_at.is_(None),
        Question.closed_at.is_(None),
        Question.accepted_answer_id.is_(None),
    ]


def qualifying_answers() -> list[Any]:
    """Answers that count, joined with their question: visible, not the asker's own, not marked as no help,
    no version of another one."""
    return [
        Answer.question_id == Question.id,
        Answer.author_id != Question.asker_id,
        Answer.hidden.is_(False),
        Answer.deleted_at.is_(None),
        Answer.did_not_help.is_(False),
        stands_alone(),
    ]
