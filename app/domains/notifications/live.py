"""What goes out live: rows first. Who may hear a row, and what an event says to open pages.

A payload holds ids and small plain facts (a score, a state), never text that somebody wrote: what an open page wants to
show, it fetches, and the fetch asks the policies once more.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from app.domains.accounts.actor import Actor
from app.domains.escalation.events import CASE_CHANGES, CaseChanged, CaseNoted
from app.domains.notifications.models import LiveEvent
from app.domains.notifications.posts import Posts, posts_by_id
from app.domains.questions import events as questions
from app.domains.questions.models import Answer, PostKind, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import Event
from app.kernel.rows import read_rows, write_rows

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


Line = tuple[str, str, dict[str, Any]]
"""Room, kind and payload."""

_LIVE: Any = LiveEvent.__table__
_SAY = _LIVE.insert()
_SAID: Any = select(LiveEvent.room, LiveEvent.kind).where(LiveEvent.event_id == bindparam("event"))


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


def say(lines: Iterable[Line], event_id: int | None = None) -> None:
    """Store messages in the caller's transaction; the same event says the same in a room once."""
    told = list(lines)
    said = read_rows(_SAID, {"event": event_id}).all() if told and event_id is not None else []
    known, common = {(row.room, row.kind) for row in said}, {"event_id": event_id, "created_at": now()}
    if rows := [_row(line) | common for line in told if line[:2] not in known]:
        write_rows(_SAY, *rows)


def _row(line: Line) -> dict[str, Any]:
    room, kind, payload = line
    return {"room": room, "kind": kind, "payload": payload}


def lines_of(event: Event) -> Iterator[Line]:
    """Everything that an event says to open pages, read from the rows as they are now."""
    for kinds, tell in _TELLING:
        if isinstance(event, kinds):
            yield from tell(event)


def _answer(event: questions.AnswerPosted) -> Iterator[Line]:
    payload = {"question": event.question_id, "answer": event.answer_id, "by": event.author_id}
    yield question_room(event.question_id), "answer.posted", payload


def _comment(event: questions.CommentPosted) -> Iterator[Line]:
    ids = {"question": event.question_id, "answer": event.answer_id, "comment": event.comment_id}
    yield question_room(event.question_id), "comment.posted", ids | {"by": event.author_id}


def _vote(event: questions.VoteCast) -> Iterator[Line]:
    model: Any = Question if event.kind == PostKind.QUESTION else Answer
    post = db.session.get(model, event.target_id)
    if post is not None:
        payload = {"question": event.question_id, "post": f"{event.kind}:{event.target_id}", "score": post.score}
        if isinstance(post, Answer):
            payload["answer"] = post.id
        yield question_room(event.question_id), "vote.changed", payload


def _edit(event: Any) -> Iterator[Line]:
    answer_id = getattr(event, "answer_id", None)
    post = f"answer:{answer_id}" if answer_id else f"question:{event.question_id}"
    payload = {"question": event.question_id, "post": post} | ({"answer": answer_id} if answer_id else {})
    yield question_room(event.question_id), "post.edited", payload


def _state(event: Any) -> Iterator[Line]:
    question = db.session.get(Question, event.question_id)
    if question is not None:
        payload = {"question": question.id, "state": question.service_state.value}
        yield question_room(question.id), "question.state", payload


def _case(event: CaseChanged) -> Iterator[Line]:
    payload = {"question": event.question_id, "case": event.case_id, "state": event.state, "level": event.level}
    yield staff_room(event.product_id), "case.changed", payload


_EDITS = (questions.QuestionEdited, questions.AnswerEdited, questions.AnswerVerified, questions.CommentEdited)
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
_TELLING: list[tuple[Any, Callable[[Any], Iterable[Line]]]] = [
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


def may_hear(actor: Actor, message: Message, posts: Posts) -> bool:
    """Asked for each reader at each emit: a post hidden meanwhile goes to nobody who may not see it."""
    scope, _colon, number = message.room.partition(":")
    if scope == "user":
        return actor.id == int(number)
    if scope == "staff":
        return actor.serves(int(number)) or actor.role == "admin"
    return posts.show(actor, int(number), message.payload.get("answer"))


def posts_of(messages: Iterable[Message]) -> Posts:
    """What these messages are about. At most two statements."""
    listed = list(messages)
    questions = {int(each.room.partition(":")[2]) for each in listed if each.room.startswith("question:")}
    return posts_by_id(questions, {each.payload["answer"] for each in listed if each.payload.get("answer") is not None})
