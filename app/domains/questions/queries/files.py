"""Files of posts, for those who may see the post."""

from typing import TypeVar

from app.domains.accounts.actor import Actor
from app.domains.attachments.models import Attachment, Holder
from app.domains.attachments.policies import may_see_unlinked
from app.domains.attachments.queries import attachment_named
from app.domains.questions.models import Answer, Comment, Question
from app.domains.questions.policies import may_see, may_see_answer, may_see_comment
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.policy import UNSEEN, Verdict, require

Post = TypeVar("Post", Question, Answer, Comment)


def visible_file(actor: Actor, name: str) -> Attachment:
    """The row of a file; NotFound where the actor may not see the post that holds it."""
    file = attachment_named(name)
    require(may_see_file(actor, file))
    return file


def may_see_file(actor: Actor, file: Attachment) -> Verdict:
    """As the post that holds it, with everything above that post."""
    if file.post_kind is None or file.post_id is None:
        return may_see_unlinked(actor, file)
    try:
        verdicts = _verdicts_on_post(actor, file.post_kind, file.post_id)
    except NotFound:
        return UNSEEN
    return next((verdict for verdict in verdicts if not verdict), verdicts[0])


def _verdicts_on_post(actor: Actor, kind: Holder, post_id: int) -> list[Verdict]:
    if kind == Holder.COMMENT:
        comment = _row(Comment, post_id)
        above = [may_see(actor, _row(Question, comment.question_id))]
        if comment.answer_id is not None:
            above.append(may_see_answer(actor, _row(Answer, comment.answer_id)))
        return [*above, may_see_comment(actor, comment)]
    if kind == Holder.ANSWER:
        answer = _row(Answer, post_id)
        return [may_see(actor, _row(Question, answer.question_id)), may_see_answer(actor, answer)]
    return [may_see(actor, _row(Question, post_id))]


def _row(model: type[Post], post_id: int) -> Post:
    row = db.session.get(model, post_id)
    if row is None:
        raise NotFound()
    return row
