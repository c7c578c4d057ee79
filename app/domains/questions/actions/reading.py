"""Views and read marks; a visit asks no policy."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError as StoringFailed

from app.domains.questions.models import Question, ReadMark
from app.extensions import db
from app.kernel.clock import now
from app.kernel.freshness import UNSEEN

_UNNOTICED: dict[str, Any] = {"synchronize_session": False, **UNSEEN}


def note_readers(views: Mapping[int, int], readers: Collection[tuple[int, int]]) -> None:
    """Add `views` (question id -> how many) and mark `readers` (user id, question id) as having read."""
    for question_id, number in sorted(views.items()):
        seen = update(Question).where(Question.id == question_id).values(view_count=Question.view_count + number)
        db.session.execute(seen, execution_options=_UNNOTICED)
    known = _known(readers) if readers else set()
    _read_again(known)
    for user_id, question_id in sorted(set(readers) - known):
        db.session.add(ReadMark(user_id=user_id, question_id=question_id, read_at=now()))


def _read_again(known: Collection[tuple[int, int]]) -> None:
    """From now on only later answers are new."""
    if known:
        again = tuple_(ReadMark.user_id, ReadMark.question_id).in_(sorted(known))
        db.session.execute(update(ReadMark).where(again).values(read_at=now()), execution_options=_UNNOTICED)


def _known(readers: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    pair = tuple_(ReadMark.user_id, ReadMark.question_id)
    found = select(ReadMark.user_id, ReadMark.question_id).where(pair.in_(list(readers)))
    return {(row.user_id, row.question_id) for row in db.session.execute(found)}


__all__ = ["StoringFailed", "note_readers"]
