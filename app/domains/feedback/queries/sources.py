"""The posts that were marked, of all three kinds, as one FROM: what labels, voters and digests join."""

from typing import Any

from sqlalchemy import CompoundSelect, literal, null, or_, select, union_all

from app.domains.questions.models import Answer, CloseReason, Comment, PostKind, Question


def standing_question() -> list[Any]:
    """What everybody may read, and what is no spam: nobody's demand is counted from anything else."""
    spam = Question.close_reason == CloseReason.SPAM
    return [Question.hidden.is_(False), Question.deleted_at.is_(None), or_(Question.close_reason.is_(None), ~spam)]


def standing(model: Any) -> list[Any]:
    return [model.hidden.is_(False), model.deleted_at.is_(None)]


def standing_posts(*narrowing: Any) -> CompoundSelect[Any]:
    """kind, target_id, author_id, created_at, language, body_html, score and the question's columns of each public
    post. `narrowing` are conditions on Question, so that an index serves all three parts."""
    on_question = (Question.id.label("question_id"), Question.title, Question.product_id)
    question = select(
        literal(PostKind.QUESTION.value).label("kind"),
        Question.id.label("target_id"),
        Question.asker_id.label("author_id"),
        Question.created_at,
        Question.language,
        Question.body_html,
        Question.score,
        *on_question,
    )
    answer = select(
        literal(PostKind.ANSWER.value),
        Answer.id,
        Answer.author_id,
        Answer.created_at,
        Answer.language,
        Answer.body_html,
        Answer.score,
        *on_question,
    ).join(Question, Question.id == Answer.question_id)
    comment = select(
        literal(PostKind.COMMENT.value),
        Comment.id,
        Comment.author_id,
        Comment.created_at,
        null(),
        Comment.body_html,
        literal(0),
        *on_question,
    ).join(Question, Question.id == Comment.question_id)
    return union_all(
        question.where(*standing_question(), *narrowing),
        answer.where(*standing(Answer), *standing_question(), *narrowing),
        comment.where(*standing(Comment), *standing_question(), *narrowing),
    )


def post_path(question_id: int, kind: str, target_id: int) -> str:
    """The address of a post within the forum: the short one, which stays when the title changes and fits in a mail."""
    anchor = f"#{kind}-{target_id}" if kind != PostKind.QUESTION else ""
    return f"/questions/{question_id}{anchor}"
