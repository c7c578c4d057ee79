"""Votes and acceptances of imported posts into the tables: all of new posts, of older ones those that came since."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.domains.questions.events import AnswerAccepted, VoteCast
from app.domains.questions.models import Answer, PostKind, Question, ServiceState, Vote
from app.extensions import db
from app.importing.stackexchange.known import Known
from app.importing.stackexchange.posts import Post, Thread
from app.importing.stackexchange.rows import Frame, accepted_answer, accepted_at
from app.importing.stackexchange.votes import missing, standing
from app.kernel.events import Event

Happened = tuple[Event, datetime]
Cast = tuple[PostKind, int, Post, int, datetime]
QUIETLY = {"synchronize_session": False}


def accept(threads: list[Thread], new: set[int], known: Known, frame: Frame) -> Iterator[Happened]:
    """Set the accepted answers; `new` holds the dump's ids of questions that were not here before this batch.

    What somebody decided here is left alone: of older questions only those that nobody has touched.
    """
    untouched = _untouched([known.questions[each.question.id] for each in threads if each.question.id not in new])
    for each in threads:
        answer, question_id = accepted_answer(each), known.questions[each.question.id]
        if answer is None or not (each.question.id in new or question_id in untouched):
            continue
        answer_id, at = known.answers[answer.id], accepted_at(answer, frame)
        _mark(question_id, answer_id, at)
        asker_id, author_id = frame.authors[each.question.author], frame.authors[answer.author]
        names: dict[str, Any] = {"answer_id": answer_id, "question_id": question_id, "author_id": author_id}
        yield AnswerAccepted(**names, actor_id=asker_id), at


def _untouched(ids: list[int]) -> set[int]:
    found = select(Question.id).where(Question.id.in_(ids), Question.version == 1)
    return set(db.session.scalars(found.where(Question.accepted_answer_id.is_(None)))) if ids else set()


def _mark(question_id: int, answer_id: int, at: datetime) -> None:
    chosen = update(Question).where(Question.id == question_id).values(accepted_answer_id=answer_id)
    db.session.execute(chosen, execution_options=QUIETLY)
    solved = update(Question).where(Question.id == question_id, Question.closed_at.is_(None))
    db.session.execute(solved.values(service_state=ServiceState.SOLVED), execution_options=QUIETLY)
    marked = update(Answer).where(Answer.id == answer_id).values(accepted_at=at)
    db.session.execute(marked, execution_options=QUIETLY)


def cast_votes(threads: list[Thread], new: set[int], known: Known, frame: Frame) -> list[Happened]:
    """Insert the votes; `new` holds the `id()` of each post that was not here before this batch."""
    cast = [
        *_missing(PostKind.QUESTION, known.questions, [each.question for each in threads], new, frame),
        *_missing(PostKind.ANSWER, known.answers, [answer for each in threads for answer in each.answers], new, frame),
    ]
    rows = [
        {"kind": kind, "target_id": target_id, "value": value, "created_at": at}
        for kind, target_id, _post, value, at in cast
    ]
    if rows:
        db.session.execute(insert(Vote), rows)
    return [(_event(kind, target_id, post, value, known, frame), at) for kind, target_id, post, value, at in cast]


def _missing(kind: PostKind, own: dict[int, int], posts: list[Post], new: set[int], frame: Frame) -> Iterator[Cast]:
    present = standing(kind, [own[post.id] for post in posts if id(post) not in new])
    for post in posts:
        votes = frame.votes.of(post)
        if id(post) not in new:
            votes = missing(votes, present.get(own[post.id], Counter()))
            _raise_counts(kind, own[post.id], [value for value, _at in votes])
        yield from ((kind, own[post.id], post, value, at) for value, at in votes)


def _event(kind: PostKind, target_id: int, post: Post, value: int, known: Known, frame: Frame) -> VoteCast:
    question_id = target_id if kind is PostKind.QUESTION else known.questions[post.parent_id or 0]
    author_id = frame.authors[post.author]
    return VoteCast(
        kind=kind.value, target_id=target_id, question_id=question_id, author_id=author_id, value=value
    )


def _raise_counts(kind: PostKind, target_id: int, values: list[int]) -> None:
    if not values:
        return
    model: Any = Question if kind is PostKind.QUESTION else Answer
    up, down = values.count(1), values.count(-1)
    more = {"up_count": model.up_count + up, "down_count": model.down_count + down}
    more |= {"score": model.score + up - down}
    if kind is PostKind.ANSWER:
        more |= {"trusted_up": model.trusted_up + up, "trusted_down": model.trusted_down + down}
    raised = update(model).where(model.id == target_id).values(**more)
    db.session.execute(raised, execution_options=QUIETLY)
