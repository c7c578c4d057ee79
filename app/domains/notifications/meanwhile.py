"""What happened while somebody was away: answers to their questions first, then the best of what they follow."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from app.domains.accounts.actor import Actor
from app.domains.follows.models import FollowKind
from app.domains.follows.queries import followed_targets, muted_targets
from app.domains.questions.models import Answer, Question, QuestionTag
from app.domains.questions.policies import answers_seen_by, seen_by
from app.extensions import db

MOST = 5
"""Questions under each heading."""


class Meanwhile(NamedTuple):
    """Rows of `id`, `title`, `slug`, `language`, `score`, and the number of new `answers` of the first."""

    answered: list[Row[Any]]
    solved: list[Row[Any]]
    unanswered: list[Row[Any]]

    @property
    def is_empty(self) -> bool:
        return not (self.answered or self.solved or self.unanswered)


def meanwhile(actor: Actor, since: datetime) -> Meanwhile:
    """Three statements."""
    solved = and_(Question.accepted_answer_id.is_not(None), Question.active_at > since)
    waiting = and_(
        Question.first_answer_at.is_(None), Question.closed_at.is_(None), Question.created_at > since
    )
    return Meanwhile(_answered(actor, since), _followed(actor, solved), _followed(actor, waiting))


_COLUMNS: tuple[Any, ...] = (Question.id, Question.title, Question.slug, Question.language, Question.score)


def _listed(actor: Actor) -> Select[Any]:
    """Nothing hidden or deleted, not even what the person could see: it is no news."""
    public = (Question.hidden.is_(False), Question.deleted_at.is_(None), seen_by(actor))
    return select(*_COLUMNS).where(*public, Question.id.not_in(muted_targets(actor.id, FollowKind.QUESTION)))


def _answered(actor: Actor, since: datetime) -> list[Row[Any]]:
    standing = (Answer.hidden.is_(False), Answer.deleted_at.is_(None), answers_seen_by(actor))
    found = (
        _listed(actor)
        .add_columns(func.count(Answer.id).label("answers"))
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.asker_id == actor.id, Answer.author_id != actor.id, Answer.created_at > since, *standing)
        .group_by(*_COLUMNS)
        .order_by(func.max(Answer.created_at).desc(), Question.id.desc())
        .limit(MOST)
    )
    return list(db.session.execute(found))


def _followed(actor: Actor, which: ColumnElement[bool]) -> list[Row[Any]]:
    """Of tags and products that the person follows, less what has a muted tag: the tag is nearer than the product."""
    found = _listed(actor).where(
        which,
        Question.asker_id != actor.id,
        or_(
            _tagged(followed_targets(actor.id, FollowKind.TAG)),
            Question.product_id.in_(followed_targets(actor.id, FollowKind.PRODUCT)),
        ),
        ~_tagged(muted_targets(actor.id, FollowKind.TAG)),
    )
    return list(db.session.execute(found.order_by(Question.score.desc(), Question.id.desc()).limit(MOST)))


def _tagged(tags: Any) -> ColumnElement[bool]:
    return exists().where(QuestionTag.question_id == Question.id, QuestionTag.tag_id.in_(tags))
