"""What goes out live: rows first. Who may hear a row, and what an event says to open pages.

A payload holds ids and small plain facts (a score, a state), never text that somebody wrote: what an open page wants to
show, it fetches, and the fetch asks the policies once more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from app.domains.accounts.actor import Actor
from app.domains.escalation.events import CASE_CHANGES, CaseChanged, CaseNoted
from app.domains.notifications.models import LiveEvent
from app.domains.questions import events as questions
from app.domains.questions.models import Answer, PostKind, Question
from app.domains.questions.policies import may_see, may_see_answer
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import Event

KINDS = (
    "answer.posted",
    "comment.posted",
    "post.edited",
    "vote.changed",
    "question.state",
    "notification",
    "presence",
    "case.changed",
)


@dataclass(frozen=True)
class Message:
    """One row as it goes out."""

    id: int
    room: str
    kind: str
    payload: dict[str, Any]

    def to_client(self) -> dict[str, Any]:
        return {"id": self.id, "kind": self.kind, **self.payload}


def user_room(user_id: int) -> str:
    return f"user:{user_id}"


def question_room(question_id: int) -> str:
    return f"question:{question_id}"


def staff_room(product_id: int) -> str:
    return f"staff:{product_id}"


def say(room: str, kind: str, payload: dict[str, Any], event_id: int | None = None) -> None:
    """Store one message in the caller's transaction; the same event says the same in a room once."""
    say_in_each(kind, {room: payload}, event_id)


def say_in_each(kind: str, payloads: Mapping[str, dict[str, Any]], event_id: int | None) -> None:
    """As `say`, of payloads by room."""
    said = select(LiveEvent.room).where(LiveEvent.event_id == event_id, LiveEvent.kind == kind)
    said = said.where(LiveEvent.room.in_(payloads))
    known = set(db.session.scalars(said)) if event_id is not None and payloads else set()
    common = {"kind": kind, "event_id": event_id, "created_at": now()}
    if rows := [{**common, "room": room, "payload": each} for room, each in payloads.items() if room not in known]:
        db.session.execute(insert(LiveEvent), rows)


def messages_of(event: Event) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Room, kind and payload of everything that an event says to open pages, read from the rows as they are now."""
    for kinds, tell in _TELLING:
        if isinstance(event, kinds):
            yield from tell(event)


_Line = tuple[str, str, dict[str, Any]]


def _answer(event: questions.AnswerPosted) -> Iterator[_Line]:
    payload = {"question": event.question_id, "answer": event.answer_id, "by": event.author_id}
    yield question_room(event.question_id), "answer.posted", payload


def _comment(event: questions.CommentPosted) -> Iterator[_Line]:
    ids = {"question": event.question_id, "answer": event.answer_id, "comment": event.comment_id}
    yield question_room(event.question_id), "comment.posted", ids | {"by": event.author_id}


def _vote(event: questions.VoteCast) -> Iterator[_Line]:
    model: Any = Question if event.kind == PostKind.QUESTION else Answer
    post = db.session.get(model, event.target_id)
    if post is not None:
        payload = {"question": event.question_id, "post": f"{event.kind}:{event.target_id}", "score": post.score}
        if isinstance(post, Answer):
            payload["answer"] = post.id
        yield question_room(event.question_id), "vote.changed", payload


def _edit(event: Any) -> Iterator[_Line]:
    answer_id = getattr(event, "answer_id", None)
    post = f"answer:{answer_id}" if answer_id else f"question:{event.question_id}"
    payload = {"question": event.question_id, "post": post} | ({"answer": answer_id} if answer_id else {})
    yield question_room(event.question_id), "post.edited", payload


def _state(event: Any) -> Iterator[_Line]:
    question = db.session.get(Question, event.question_id)
    if question is not None:
        payload = {"question": question.id, "state": question.service_state.value}
        yield question_room(question.id), "question.state", payload


def _case(event: CaseChanged) -> Iterator[_Line]:
    payload = {"question": event.question_id, "case": event.case_id, "state": event.state, "level": event.level}
    yield staff_room(event.product_id), "case.changed", payload


_EDITS = (questions.QuestionEdited, questions.AnswerEdited, questions.AnswerVerified)
_STATES = (
    questions.AnswerPosted,
    questions.AnswerDeleted,
    questions.AnswerRestored,
    questions.AnswerAccepted,
    questions.AcceptanceWithdrawn,
    questions.AnswerDidNotHelp,
    questions.QuestionClosed,
    questions.QuestionReopened,
    questions.QuestionDeleted,
    questions.QuestionRestored,
    questions.QuestionMoved,
    questions.PostHidden,
    questions.PostRestored,
    *CASE_CHANGES,
)
_TELLING: list[tuple[Any, Callable[[Any], Iterable[_Line]]]] = [
    (questions.AnswerPosted, _answer),
    (questions.CommentPosted, _comment),
    (questions.VoteCast, _vote),
    (_EDITS, _edit),
    (_STATES, _state),
    ((*CASE_CHANGES, CaseNoted), _case),
]
SAID_LIVE: tuple[type[Event], ...] = (
    questions.CommentPosted,
    questions.VoteCast,
    *_EDITS,
    *_STATES,
    CaseNoted,
)


def may_hear(actor: Actor, message: Message, posts: "Posts") -> bool:
    """Asked for each reader at each emit: a post hidden meanwhile goes to nobody who may not see it."""
    scope, _colon, number = message.room.partition(":")
    if scope == "user":
        return actor.id == int(number)
    if scope == "staff":
        return actor.serves(int(number)) or actor.role == "admin"
    question = posts.questions.get(int(number))
    if question is None or not may_see(actor, question):
        return False
    answer_id = message.payload.get("answer")
    return answer_id is None or (answer_id in posts.answers and bool(may_see_answer(actor, posts.answers[answer_id])))


@dataclass(frozen=True)
class Posts:
    """The rows that messages are about, as the policies want them."""

    questions: dict[int, Any]
    answers: dict[int, Any]


def posts_of(messages: Iterable[Message]) -> Posts:
    """At most two statements, and none where no message is about a question."""
    listed = list(messages)
    question_ids = {int(each.room.partition(":")[2]) for each in listed if each.room.startswith("question:")}
    answer_ids = {each.payload["answer"] for each in listed if each.payload.get("answer") is not None}
    asked = (Question.id, Question.hidden, Question.deleted_at, Question.asker_id)
    given = (Answer.id, Answer.hidden, Answer.deleted_at, Answer.author_id)
    return Posts(_rows(asked, question_ids), _rows(given, answer_ids))


def _rows(columns: tuple[Any, ...], ids: set[int]) -> dict[int, Any]:
    if not ids:
        return {}
    return {row.id: row for row in db.session.execute(select(*columns).where(columns[0].in_(ids)))}
