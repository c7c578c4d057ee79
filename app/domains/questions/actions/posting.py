"""What asking, answering and commenting share: the daily limits, revisions, stale versions, recounting."""

from typing import Any

from sqlalchemy import and_, bindparam, case, func, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.privileges import privileges_of
from app.domains.questions.models import Answer, Comment, PostKind, Question, Revision
from app.domains.questions.queries.versions import stands_alone
from app.domains.questions.service_state import settle
from app.extensions import Model, db
from app.kernel.clock import now
from app.kernel.errors import Conflict
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.rows import read_rows, write_rows

BURST = limit("post_burst", "5/150 seconds", _l("Questions and answers of one member in a row."))
HOURLY = limit("posts", "60/hour", _l("Questions and answers of one member."))
NEW_MEMBERS = limit("posts_new_member", "10/day", _l("Questions and answers of a member of level 0."))
EDITS = limit("edits", "60/minute", _l("Edits of one member."))
EDITS_NEW = limit("edits_new_member", "8/minute", _l("Edits of a member of level 0."))


# Freshly read, whatever the session knows: what is decided from is read under the lock.
_LOCKED = (
    select(Question)
    .where(Question.id == bindparam("question_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LOCKED_IF_FREE = _LOCKED.with_for_update(skip_locked=True)
_REVISIONS: Any = Revision.__table__
_KEEP_REVISION = _REVISIONS.insert()
_LATEST: Any = select(func.max(Revision.number)).where(
    Revision.kind == bindparam("kind"), Revision.target_id == bindparam("target_id")
)
_HELPS = and_(Answer.author_id != bindparam("asker_id"), Answer.did_not_help.is_(False))
_FACTS: tuple[Any, ...] = (func.count().label("number"), func.min(case((_HELPS, Answer.created_at))).label("first_at"))
_STANDING = select(*_FACTS).where(
    Answer.question_id == bindparam("question_id"),
    Answer.hidden.is_(False),
    Answer.deleted_at.is_(None),
    stands_alone(),
)
_TIES = Model.metadata.tables["question_tag"]
_ACTIVE_TAGS = _TIES.update().where(_TIES.c.question_id == bindparam("of_question")).values(active_at=bindparam("at"))


def locked_question(question_id: int, *, wait: bool = True) -> Question | None:
    """The row, freshly read and held: answers and the sweep take turns on it. None also where others hold it and
    `wait` is False."""
    return db.session.scalar(_LOCKED if wait else _LOCKED_IF_FREE, {"question_id": question_id})


def spend_post(actor: Actor, *, on_own_thread: bool = False) -> None:
    """Count a post against its author's limits; replies on one's own thread do not count against the day's."""
    if actor.is_staff or actor.role == "system":
        return
    spend(BURST, actor.id)
    spend(HOURLY, actor.id)
    if privileges_of(actor).posts_a_day is not None and not on_own_thread:
        spend(NEW_MEMBERS, actor.id)


def spend_edit(actor: Actor) -> None:
    if not actor.is_staff:
        spend(EDITS_NEW if actor.level == 0 else EDITS, actor.id)


def refuse_stale(post: Any, base_version: int | None) -> None:
    """Conflict, with the newer text, where somebody changed the post since the actor read it."""
    if base_version is not None and base_version != post.version:
        newer = {"version": post.version, "body": post.body, "title": getattr(post, "title", None)}
        sentence = _("Somebody changed this while you were writing. Your text is kept below; please compare.")
        raise Conflict(sentence, newer=newer)


def add_revision(
    author: Actor,
    kind: PostKind,
    target_id: int,
    body: str,
    *,
    title: str | None = None,
    tags: tuple[str, ...] = (),
    comment: str = "",
    is_first: bool = False,
) -> None:
    post = {"kind": kind, "target_id": target_id}
    number = 1 if is_first else (read_rows(_LATEST, post).scalar() or 0) + 1
    text = {"number": number, "title": title, "body": body, "tags": list(tags)}
    said = {"author_id": author.id, "comment": comment[:300], "created_at": now()}
    write_rows(_KEEP_REVISION, post | text | said)


def keep_first_text(comment: Comment) -> None:
    """Most comments are never changed: what one said at first is kept when it is."""
    first = Revision(kind=PostKind.COMMENT, target_id=comment.id, number=1, body=comment.body, tags=[])
    first.author_id, first.created_at = comment.author_id, comment.created_at
    db.session.add(first)
    db.session.flush()


def recount_answers(question: Question) -> None:
    """The question's facts about its answers, read again from the rows."""
    found = read_rows(_STANDING, {"question_id": question.id, "asker_id": question.asker_id}).one()
    question.answer_count, question.first_answer_at = found.number, found.first_at
    question.version += 1
    settle(question)


def touch(question: Question, actor: Actor) -> None:
    """Somebody did something here that brings the question up in the list."""
    question.active_at, question.active_by_id = now(), actor.id
    write_rows(_ACTIVE_TAGS, {"of_question": question.id, "at": question.active_at})
