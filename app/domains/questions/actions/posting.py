"""What asking, answering and commenting share: the daily limits, revisions, stale versions, recounting."""

from typing import Any

from sqlalchemy import func, select, update

from app.domains.accounts.actor import Actor
from app.domains.accounts.privileges import privileges_of
from app.domains.questions.models import Answer, PostKind, Question, QuestionTag, Revision
from app.domains.questions.service_state import settle
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend

BURST = limit("post_burst", "5/150 seconds", _l("Questions and answers of one member in a row."))
HOURLY = limit("posts", "60/hour", _l("Questions and answers of one member."))
NEW_MEMBERS = limit("posts_new_member", "10/day", _l("Questions and answers of a member of level 0."))
EDITS = limit("edits", "60/minute", _l("Edits of one member."))
EDITS_NEW = limit("edits_new_member", "8/minute", _l("Edits of a member of level 0."))


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
) -> None:
    latest = select(func.max(Revision.number)).where(Revision.kind == kind, Revision.target_id == target_id)
    number = (db.session.scalar(latest) or 0) + 1
    row = Revision(kind=kind, target_id=target_id, number=number, body=body, title=title, tags=list(tags))
    row.author_id, row.comment, row.created_at = author.id, comment[:300], now()
    db.session.add(row)


def recount_answers(question: Question) -> None:
    """The question's facts about its answers, read again from the rows."""
    db.session.flush()
    standing = [Answer.question_id == question.id, Answer.hidden.is_(False), Answer.deleted_at.is_(None)]
    helps = [Answer.author_id != question.asker_id, Answer.did_not_help.is_(False)]
    count = select(func.count()).select_from(Answer).where(*standing)
    question.answer_count = db.session.scalar(count) or 0
    question.first_answer_at = db.session.scalar(select(func.min(Answer.created_at)).where(*standing, *helps))
    question.version += 1
    settle(question)


def touch(question: Question, actor: Actor) -> None:
    """Somebody did something here that brings the question up in the list."""
    question.active_at, question.active_by_id = now(), actor.id
    ties = update(QuestionTag).where(QuestionTag.question_id == question.id).values(active_at=question.active_at)
    db.session.execute(ties, execution_options={"synchronize_session": False})
