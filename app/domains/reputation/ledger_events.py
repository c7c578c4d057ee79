"""Which events the ledger reads, what each is about, and the rows that it asks beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.domains.accounts.models import User
from app.domains.questions.events import (
    AcceptanceWithdrawn,
    AnswerAccepted,
    AnswerDeleted,
    AnswerDidNotHelp,
    AnswerRestored,
    AnswerVerified,
    PostHidden,
    PostRestored,
    QuestionDeleted,
    QuestionRestored,
    VoteCast,
)
from app.domains.questions.models import Answer, Question
from app.domains.reputation.trust import TRUST_EVENTS, PersonNow, Place
from app.extensions import db
from app.kernel.events import Event, EventRow, event_of

TAKEN_AWAY = (AnswerDeleted, PostHidden, QuestionDeleted)
BROUGHT_BACK = (AnswerRestored, PostRestored, QuestionRestored)
SAID = (VoteCast, AnswerAccepted, AcceptanceWithdrawn, AnswerDidNotHelp, AnswerVerified)
READ_EVENTS: tuple[type[Event], ...] = (*SAID, *TAKEN_AWAY, *BROUGHT_BACK, *TRUST_EVENTS)
READ_KINDS = tuple(kind.__name__ for kind in READ_EVENTS)
TRUST_KINDS = tuple(kind.__name__ for kind in TRUST_EVENTS)


@dataclass(frozen=True)
class AnswerAbout:
    """What the ledger asks of an answer; `product_id` is the question's present one."""

    id: int
    author_id: int
    question_id: int
    asker_id: int
    product_id: int
    official: bool


def answers_where(where: Any) -> list[AnswerAbout]:
    columns = (Answer.id, Answer.author_id, Answer.question_id, Question.asker_id, Question.product_id, Answer.official)
    found = select(*columns).join(Question, Question.id == Answer.question_id).where(where)
    return [AnswerAbout(*row) for row in db.session.execute(found.order_by(Answer.id))]


def people_now(user_ids: Iterable[int] | None) -> list[PersonNow]:
    """These people, or all."""
    columns = (User.id, User.role, User.level, User.email_confirmed_at, User.source_url, User.anonymised_at)
    found = select(*columns)
    rows = db.session.execute(found if user_ids is None else found.where(User.id.in_(list(user_ids))))
    return [
        PersonNow(row.id, row.role.value, row.level, row.email_confirmed_at, bool(row.source_url or row.anonymised_at))
        for row in rows
    ]


def unread_events(after: Place | None, kinds: Iterable[str], limit: int | None = None) -> list[Event]:
    """Stored events behind a place, in order."""
    found = select(EventRow).where(EventRow.kind.in_(list(kinds)))
    if after is not None:
        at, event_id = after
        later = (EventRow.occurred_at > at) | ((EventRow.occurred_at == at) & (EventRow.id > event_id))
        found = found.where(EventRow.occurred_at >= at, later)
    rows = db.session.execute(found.order_by(EventRow.occurred_at, EventRow.id).limit(limit)).scalars()
    return [event_of(row) for row in rows]


def concerns_question(event: Event) -> bool:
    if isinstance(event, PostHidden | PostRestored):
        return event.kind == "question"
    return isinstance(event, QuestionDeleted | QuestionRestored)


def answer_id_of(event: Event) -> int | None:
    if isinstance(event, VoteCast | PostHidden | PostRestored):
        return event.target_id if event.kind == "answer" else None
    answer_id: int | None = getattr(event, "answer_id", None)
    return answer_id


def post_of(event: Any) -> str:
    if isinstance(event, PostHidden | PostRestored):
        return f"{event.kind}:{event.target_id}"
    if isinstance(event, QuestionDeleted | QuestionRestored):
        return f"question:{event.question_id}"
    return f"answer:{event.answer_id}"
