"""What a reader has read of the questions of a list."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, func, literal, select, union_all

from app.domains.accounts.actor import Actor
from app.domains.accounts.sight import READER_ID, reading
from app.domains.follows.queries import muted_total
from app.domains.questions.models import Answer, ReadMark
from app.kernel.rows import read_rows


class OwnMarks(NamedTuple):
    """`new_answers`: by the ids of questions that were read, how many answers others have given since; a question that
    was never read is not in it. `muted`: how much this reader has muted."""

    new_answers: dict[int, int]
    muted: int


def own_marks(actor: Actor, question_ids: Sequence[int]) -> OwnMarks:
    """For the questions of a page. One statement; for a visitor none."""
    if actor.id is None:
        return OwnMarks({}, 0)
    rows: list[Any] = list(read_rows(_marks(), reading(actor, ids=list(question_ids))))
    return OwnMarks({row[0]: row[1] for row in rows if row[0]}, sum(row[1] for row in rows if not row[0]))


@cache
def _marks() -> Any:
    """The reader's marks, and under the id 0, which no question has, how much is muted: together, because every list
    of a member asks for both."""
    since = select(func.count(Answer.id)).where(
        Answer.question_id == ReadMark.question_id,
        Answer.created_at > ReadMark.read_at,
        Answer.author_id != READER_ID,
        Answer.hidden.is_(False),
        Answer.deleted_at.is_(None),
    )
    marks: Any = select(ReadMark.question_id, since.correlate(ReadMark).scalar_subquery())
    marks = marks.where(ReadMark.user_id == READER_ID, ReadMark.question_id.in_(bindparam("ids", expanding=True)))
    muted = select(literal(0, Integer), muted_total(READER_ID).scalar_subquery())
    return union_all(marks, muted)
