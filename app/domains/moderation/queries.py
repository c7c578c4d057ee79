"""The moderators' queue, and the log that everybody may read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.moderation.models import Flag, FlagState, ModLogEntry, Review
from app.domains.moderation.policies import may_moderate
from app.domains.questions.models import Answer, Comment, PostKind, Question
from app.extensions import db
from app.kernel.markup import excerpt
from app.kernel.pagination import Page, key_of, page_of
from app.kernel.policy import require


@dataclass(frozen=True)
class QueueEntry:
    """One post that waits for a moderator, with everything said about it."""

    post: str
    kind: str
    target_id: int
    question_id: int
    title: str
    excerpt: str
    author_id: int
    author: str
    hidden: bool
    since: datetime
    flags: tuple[tuple[str, str, str], ...] = ()
    """(reason, note, reporter's name)"""
    review_because: str | None = None


def moderation_queue(actor: Actor, limit: int = 50) -> list[QueueEntry]:
    """Flagged posts first, oldest first, then reviews. A bounded number of statements."""
    require(may_moderate(actor))
    flags: dict[tuple[PostKind, int], list[Any]] = {}
    open_flags = select(Flag, User.name).join(User, User.id == Flag.reporter_id)
    for row in db.session.execute(open_flags.where(Flag.state == FlagState.OPEN).order_by(Flag.created_at).limit(500)):
        flags.setdefault((row.Flag.kind, row.Flag.target_id), []).append(row)
    open_reviews = select(Review).where(Review.done_at.is_(None)).order_by(Review.created_at).limit(limit)
    reviews = {(row.kind, row.target_id): row for row in db.session.scalars(open_reviews)}
    places = list(dict.fromkeys([*flags, *reviews]))[:limit]
    posts = _posts(places)
    return [_entry(place, posts[place], flags.get(place, []), reviews.get(place)) for place in places if place in posts]


def _posts(places: list[tuple[PostKind, int]]) -> dict[tuple[PostKind, int], Any]:
    """(kind, id) -> row with author and title; one statement a kind."""
    found: dict[tuple[PostKind, int], Any] = {}
    for kind, model in ((PostKind.QUESTION, Question), (PostKind.ANSWER, Answer), (PostKind.COMMENT, Comment)):
        ids = [target_id for wanted, target_id in places if wanted == kind]
        if ids:
            found |= {(kind, row.id): row for row in db.session.execute(_with_author(model).where(model.id.in_(ids)))}
    return found


def _with_author(model: Any) -> Any:
    author = model.asker_id if model is Question else model.author_id
    columns = (model.id, model.body_html, model.hidden, User.id.label("author_id"), User.name.label("author"))
    if model is Question:
        return select(*columns, Question.id.label("question_id"), Question.title).join(User, User.id == author)
    joined = select(*columns, Question.id.label("question_id"), Question.title).join(User, User.id == author)
    return joined.join(Question, Question.id == model.question_id)


def _entry(place: tuple[PostKind, int], post: Any, flags: list[Any], review: Review | None) -> QueueEntry:
    kind, target_id = place
    since = min([row.Flag.created_at for row in flags] + ([review.created_at] if review else []))
    return QueueEntry(
        post=f"{kind.value}:{target_id}",
        kind=kind.value,
        target_id=target_id,
        question_id=post.question_id,
        title=post.title,
        excerpt=excerpt(post.body_html, 300),
        author_id=post.author_id,
        author=post.author,
        hidden=post.hidden,
        since=since,
        flags=tuple((row.Flag.reason.value, row.Flag.note, row.name) for row in flags),
        review_because=review.because if review else None,
    )


@dataclass(frozen=True)
class LogLine:
    at: datetime
    moderator: str | None
    action: str
    target: str
    reason: str


def moderation_log(after: str | None = None, limit: int = 50) -> Page[LogLine]:
    """What moderators did, newest first; names of hidden posts' texts are never in it."""
    found = select(*ModLogEntry.__table__.columns, User.name).outerjoin(User, User.id == ModLogEntry.moderator_id)
    key = key_of(after, int)
    if key is not None:
        found = found.where(ModLogEntry.id < key[0])
    rows = list(db.session.execute(found.order_by(ModLogEntry.id.desc()).limit(limit + 1)))
    return page_of(rows, limit, lambda row: LogLine(row.at, row.name, row.action, row.target, row.reason), "id")
