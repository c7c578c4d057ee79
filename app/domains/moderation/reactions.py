"""First posts and suspicious ones are looked at; many flags hide until somebody has looked."""

from sqlalchemy import func, select

from app.domains.accounts.models import User
from app.domains.moderation.actions import ask_for_review, hide_flagged
from app.domains.moderation.events import PostFlagged
from app.domains.moderation.spam import signs_of_spam
from app.domains.questions.events import AnswerPosted, CommentPosted, QuestionAsked
from app.domains.questions.models import Answer, Comment, Question
from app.domains.questions.queries import post_of
from app.extensions import db
from app.kernel.errors import NotFound

FIRST_POSTS = 1


def review_new_post(event: QuestionAsked | AnswerPosted | CommentPosted) -> None:
    """A newcomer's first post, and whatever shows a sign of spam, waits in the review queue (it stays public)."""
    post = _post(event)
    author = db.session.get(User, _author_id(event))
    if post is None or author is None or author.source_url is not None:
        return
    signs = signs_of_spam(f"{getattr(post, 'title', '')}\n{post.body}")
    if signs:
        ask_for_review(post, signs[0])
    elif author.role.value == "member" and author.level == 0 and _posts_of(author.id) <= FIRST_POSTS:
        ask_for_review(post, "first_post")


def hide_what_many_flagged(event: PostFlagged) -> None:
    try:
        hide_flagged(post_of(f"{event.kind}:{event.target_id}"))
    except NotFound:
        return


def _post(event: QuestionAsked | AnswerPosted | CommentPosted) -> Question | Answer | Comment | None:
    if isinstance(event, QuestionAsked):
        return db.session.get(Question, event.question_id)
    if isinstance(event, AnswerPosted):
        return db.session.get(Answer, event.answer_id)
    return db.session.get(Comment, event.comment_id)


def _author_id(event: QuestionAsked | AnswerPosted | CommentPosted) -> int:
    return event.asker_id if isinstance(event, QuestionAsked) else event.author_id


def _posts_of(user_id: int) -> int:
    asked = select(func.count()).select_from(Question).where(Question.asker_id == user_id)
    answered = select(func.count()).select_from(Answer).where(Answer.author_id == user_id)
    return (db.session.scalar(asked) or 0) + (db.session.scalar(answered) or 0)
