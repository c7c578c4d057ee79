"""What always holds of questions, as queries that must return no row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.domains.questions.models import Question, QuestionTag
from app.extensions import db
from app.kernel.invariants import Invariant

BATCH = 500


def tags_behind() -> Sequence[Any]:
    """Ties of a tag that tell another time than their question."""
    tied = select(QuestionTag.question_id, QuestionTag.tag_id).join(Question, Question.id == QuestionTag.question_id)
    return list(db.session.execute(tied.where(QuestionTag.active_at != Question.active_at).limit(BATCH)))


INVARIANTS = (Invariant("Q1", "A tag's list has each question where its last activity puts it.", tags_behind),)
