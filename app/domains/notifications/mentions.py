"""Whom a post names: read when the event is told of, from the text as it stands then."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from app.domains.notifications.models import Notification
from app.domains.questions.mentions import mentioned_ids
from app.domains.questions.models import Answer, Comment, Question
from app.kernel.rows import read_rows

_BODIES: dict[Any, Any] = {
    post: select(post.body).where(post.id == bindparam("id")) for post in (Question, Answer, Comment)
}
_TOLD_OF: Any = select(Notification.user_id, Notification.answer_id, Notification.data).where(
    Notification.question_id == bindparam("question_id"),
    Notification.user_id.in_(bindparam("user_ids", expanding=True)),
    Notification.kind.in_(("mentioned", "question_asked", "answer_posted", "staff_answered", "comment_posted")),
)


def named_in(post: type[Question] | type[Answer] | type[Comment], post_id: int) -> list[int]:
    """The people whom the post names now. One statement."""
    return mentioned_ids(read_rows(_BODIES[post], {"id": post_id}).scalar() or "")


def newly_named(
    user_ids: Iterable[int], question_id: int, answer_id: int | None, comment_id: int | None = None
) -> list[int]:
    """Those of them who have not heard of this question, answer or comment yet: a change tells nobody twice."""
    named = list(user_ids)
    rows = read_rows(_TOLD_OF, {"question_id": question_id, "user_ids": named}) if named else ()
    about = (answer_id, comment_id)
    told = {row.user_id for row in rows if (row.answer_id, (row.data or {}).get("comment")) == about}
    return [user_id for user_id in named if user_id not in told]
