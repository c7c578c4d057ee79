"""Tags of imported questions: those that exist, synonyms followed, and the missing ones."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from app.domains.questions.models import Question, QuestionTag
from app.domains.questions.writing import MAX_TAGS
from app.domains.tags.models import Tag
from app.domains.tags.names import shortened_tag_name
from app.domains.tags.queries import known_names
from app.extensions import db

AT_ONCE = 500


class Tags:
    """Typed name -> tag id; what is not known yet is made when it is first wanted."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def want(self, names: Iterable[str], at: datetime, descriptions: dict[str, str] | None = None) -> None:
        """Know these names from now on; missing tags are made with `at` as their date."""
        unknown = sorted({shortened_tag_name(name) for name in names} - self._ids.keys() - {""})
        for start in range(0, len(unknown), AT_ONCE):
            self._learn(unknown[start : start + AT_ONCE], at, descriptions or {})

    def _learn(self, names: list[str], at: datetime, descriptions: dict[str, str]) -> None:
        known = known_names(names)
        missing = [name for name in names if name not in known]
        if missing:
            rows = [_new(name, at, descriptions.get(name, "")) for name in missing]
            db.session.execute(insert(Tag), rows)
        own = {name: known.get(name, name) for name in names}
        found = db.session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(set(own.values()))))
        ids = {row.name: row.id for row in found}
        self._ids |= {typed: ids[name] for typed, name in own.items()}

    def rows_for(self, question_id: int, names: Iterable[str], active_at: datetime) -> list[dict[str, Any]]:
        """The rows that tie a question to its tags, in order, each tag once, no more than a question may have."""
        known = filter(None, map(shortened_tag_name, names))
        ids = list(dict.fromkeys(self._ids[name] for name in known))[:MAX_TAGS]
        tie = {"question_id": question_id, "active_at": active_at}
        return [{**tie, "tag_id": id, "position": place} for place, id in enumerate(ids)]


def _new(name: str, at: datetime, description: str) -> dict[str, Any]:
    return {"name": name, "description": description, "question_count": 0, "created_at": at, "created_by_id": None}


def recount_tags() -> None:
    """Every tag's number of questions, read again from the rows."""
    of_tag = select(func.count()).select_from(QuestionTag).join(Question, Question.id == QuestionTag.question_id)
    of_tag = of_tag.where(QuestionTag.tag_id == Tag.id, Question.deleted_at.is_(None), Question.hidden.is_(False))
    counted = update(Tag).values(question_count=of_tag.correlate(Tag).scalar_subquery())
    db.session.execute(counted, execution_options={"synchronize_session": False})
