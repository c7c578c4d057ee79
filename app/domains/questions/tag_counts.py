"""How many questions a tag has: those that everybody may see, or the number would tell of the others."""

from sqlalchemy import select, update

from app.domains.questions.models import Question, QuestionTag
from app.domains.tags.models import Tag
from app.extensions import db


def is_counted(question: Question) -> bool:
    return not question.hidden and question.deleted_at is None


def count_tags_of(question: Question, by: int) -> None:
    """The question came into sight (+1) or went out of it (-1)."""
    count_tags(set(db.session.scalars(select(QuestionTag.tag_id).where(QuestionTag.question_id == question.id))), by)


def count_tags(tag_ids: set[int], by: int) -> None:
    if tag_ids:
        counted = update(Tag).where(Tag.id.in_(tag_ids)).values(question_count=Tag.question_count + by)
        db.session.execute(counted, execution_options={"synchronize_session": False})
