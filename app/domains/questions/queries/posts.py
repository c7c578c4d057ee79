"""Single posts, by their id or name, and what belongs to one."""

from collections.abc import Iterable

from sqlalchemy import func, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.questions.models import (
    Answer,
    Comment,
    PendingQuestion,
    PostKind,
    Question,
    QuestionTag,
    Revision,
)
from app.domains.questions.policies import may_see
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.policy import require


def revisions_of(kind: PostKind, target_id: int) -> list[tuple[Revision, str]]:
    """Every text of a post, the latest first, each with its author's name."""
    found = select(Revision, User.name).outerjoin(User, User.id == Revision.author_id)
    ordered = found.where(Revision.kind == kind, Revision.target_id == target_id).order_by(Revision.number.desc())
    return [(row.Revision, row.name or "") for row in db.session.execute(ordered)]


def visible_question(actor: Actor, question_id: int) -> Question:
    """The row for a page that shows little of it; NotFound where the actor may not see it."""
    question = db.session.get(Question, question_id)
    if question is None:
        raise NotFound()
    require(may_see(actor, question))
    return question


def post_of(name: str) -> Question | Answer | Comment:
    """The row behind `question:1`, `answer:2` or `comment:3`."""
    kind, _colon, number = name.partition(":")
    model = {"question": Question, "answer": Answer, "comment": Comment}.get(kind)
    row = db.session.get(model, int(number)) if model and number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise NotFound()
    return row  # type: ignore[return-value]


def question_id_of_answer(answer_id: int) -> int:
    """Where an answer stands; whether the actor may see it, the question's page decides."""
    question_id = db.session.scalar(select(Answer.question_id).where(Answer.id == answer_id))
    if question_id is None:
        raise NotFound()
    return question_id


def question_id_of_comment(comment_id: int) -> int:
    """Where a comment stands; whether the actor may see it, the question's page decides."""
    question_id = db.session.scalar(select(Comment.question_id).where(Comment.id == comment_id))
    if question_id is None:
        raise NotFound()
    return question_id


def tag_ids_of(question_id: int) -> list[int]:
    found = select(QuestionTag.tag_id).where(QuestionTag.question_id == question_id)
    return list(db.session.scalars(found.order_by(QuestionTag.position)))


def askers_of(question_ids: Iterable[int]) -> dict[int, int]:
    rows = db.session.execute(select(Question.id, Question.asker_id).where(Question.id.in_(list(question_ids))))
    return {row.id: row.asker_id for row in rows}


def question_ids_after(question_id: int, limit: int = 500) -> list[int]:
    """Ids in order, for walking all questions in batches."""
    found = select(Question.id).where(Question.id > question_id).order_by(Question.id).limit(limit)
    return list(db.session.scalars(found))


def question_total() -> int:
    return db.session.scalar(select(func.count()).select_from(Question)) or 0


def pending_question(key: str) -> PendingQuestion | None:
    """A guest's kept question, by its browser's key, while it lasts."""
    found = select(PendingQuestion).where(PendingQuestion.key == key, PendingQuestion.expires_at > now())
    return db.session.scalar(found)
