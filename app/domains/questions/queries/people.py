"""What one person has written and read."""

from typing import Any

from sqlalchemy import func, select, union, union_all

from app.domains.questions.models import (
    Answer,
    Comment,
    Question,
    ReadMark,
)
from app.extensions import db


def people_in_thread(question_id: int) -> list[int]:
    """Who asked, answered and commented, the latest to speak first, each once. One statement."""
    asked = select(Question.asker_id.label("user_id"), Question.created_at).where(Question.id == question_id)
    answered = select(Answer.author_id, Answer.created_at).where(*_shown_in(Answer, question_id))
    commented = select(Comment.author_id, Comment.created_at).where(*_shown_in(Comment, question_id))
    spoken = union_all(asked, answered, commented).subquery()
    latest = func.max(spoken.c.created_at)
    return list(db.session.scalars(select(spoken.c.user_id).group_by(spoken.c.user_id).order_by(latest.desc())))


def _shown_in(post: Any, question_id: int) -> tuple[Any, ...]:
    return post.question_id == question_id, post.hidden.is_(False), post.deleted_at.is_(None)


def read_count(user_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(ReadMark).where(ReadMark.user_id == user_id)) or 0


def question_ids_with(user_id: int) -> list[int]:
    """Questions that a person asked or answered."""
    asked = select(Question.id).where(Question.asker_id == user_id)
    answered = select(Answer.question_id).where(Answer.author_id == user_id)
    return sorted(db.session.scalars(union(asked, answered)))
