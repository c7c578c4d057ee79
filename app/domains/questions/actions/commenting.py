"""Short remarks under a question or an answer."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.domains.accounts.actor import Actor
from app.domains.attachments.actions import hold_named
from app.domains.attachments.models import Holder
from app.domains.questions.actions.posting import add_revision, keep_first_text, refuse_stale, spend_edit
from app.domains.questions.events import CommentDeleted, CommentEdited, CommentPosted
from app.domains.questions.models import Answer, Comment, PostKind, Question
from app.domains.questions.policies import may_comment, may_delete, may_edit_comment, may_see_answer, may_see_comment
from app.domains.questions.writing import COMMENT_WEIGHT, LONGEST_COMMENT, body_complaints, clean_text, render
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid, NotFound
from app.kernel.events import publish
from app.kernel.i18n import _l
from app.kernel.limits import limit, spend
from app.kernel.policy import require

COMMENTS = limit("comments", "6/minute", _l("Comments of one member."))


def post_comment(
    author: Actor, question: Question, answer: Answer | None, body: str, *, submission: str | None = None
) -> Comment:
    """The new comment; the one that exists where this very form was submitted before."""
    require(may_comment(author, question))
    if answer is not None:
        require(may_see_answer(author, answer))
    before = _submitted(author, submission)
    if before is not None:
        return before
    clean = _checked(body)
    if not author.is_staff:
        spend(COMMENTS, author.id)
    try:
        with db.session.begin_nested():
            comment = _insert(author, question, answer, clean, submission)
    except IntegrityError:
        twin = _submitted(author, submission)
        if twin is None:
            raise
        return twin
    hold_named(author, Holder.COMMENT, comment.id, clean)
    (answer or question).comment_count += 1
    publish(
        CommentPosted(
            comment_id=comment.id,
            question_id=question.id,
            answer_id=answer.id if answer else None,
            author_id=comment.author_id,
            actor_id=author.id,
        )
    )
    return comment


def _submitted(author: Actor, submission: str | None) -> Comment | None:
    if not submission:
        return None
    return db.session.scalar(select(Comment).where(Comment.submission == submission, Comment.author_id == author.id))


def _insert(
    author: Actor, question: Question, answer: Answer | None, body: str, submission: str | None
) -> Comment:
    assert author.id is not None
    rendered = render(author, body)
    comment = Comment(question_id=question.id, answer_id=answer.id if answer else None, author_id=author.id)
    comment.body, comment.body_html, comment.renderer_version = rendered.source, rendered.html, rendered.version
    comment.created_at, comment.submission = now(), submission
    db.session.add(comment)
    db.session.flush()
    return comment


def edit_comment(editor: Actor, comment: Comment, body: str, *, base_version: int | None = None) -> None:
    """Its first text stays in its history. Conflict where somebody changed it since the editor read it."""
    require(may_see_comment(editor, comment))
    require(may_edit_comment(editor, comment))
    refuse_stale(comment, base_version)
    clean = _checked(body)
    if clean == comment.body:
        return
    spend_edit(editor)
    if comment.edited_at is None:
        keep_first_text(comment)
    rendered = render(editor, clean, (Holder.COMMENT, comment.id))
    hold_named(editor, Holder.COMMENT, comment.id, clean)
    comment.body, comment.body_html, comment.renderer_version = rendered.source, rendered.html, rendered.version
    comment.edited_at = now()
    comment.version += 1
    add_revision(editor, PostKind.COMMENT, comment.id, clean)
    publish(
        CommentEdited(
            comment_id=comment.id,
            question_id=comment.question_id,
            answer_id=comment.answer_id,
            actor_id=editor.id,
        )
    )


def _checked(body: str) -> str:
    clean = clean_text(body)
    complaints = body_complaints(clean, least=COMMENT_WEIGHT, most=LONGEST_COMMENT)
    if complaints:
        raise Invalid(fields={"body": complaints})
    return clean


def delete_comment(actor: Actor, comment: Comment) -> None:
    require(may_delete(actor, comment))
    if comment.deleted_at is not None:
        return
    comment.deleted_at, comment.deleted_by_id = now(), actor.id
    parent = db.session.get(Answer, comment.answer_id) if comment.answer_id else None
    (parent or db.session.get_one(Question, comment.question_id)).comment_count -= 1
    publish(CommentDeleted(comment_id=comment.id, question_id=comment.question_id, actor_id=actor.id))


def comment_to_change(comment_id: int) -> Comment:
    comment = db.session.get(Comment, comment_id, populate_existing=True)
    if comment is None:
        raise NotFound()
    return comment
