"""What goes with a person who leaves, from posts that stay: their name where others named them, and what they read."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, select

from app.domains.accounts.queries import user_by_id
from app.domains.attachments.models import Holder
from app.domains.attachments.naming import named_in
from app.domains.attachments.queries import folded_texts
from app.domains.questions.events import NameForgotten
from app.domains.questions.mentions import mention_of
from app.domains.questions.models import Answer, Comment, PendingQuestion, Question, ReadMark, Revision
from app.extensions import db
from app.kernel import markup
from app.kernel.events import publish

_HOLDERS: dict[type[Question] | type[Answer] | type[Comment], Holder] = {
    Question: Holder.QUESTION,
    Answer: Holder.ANSWER,
    Comment: Holder.COMMENT,
}


def forget_reading_of(user_id: int) -> None:
    db.session.execute(delete(ReadMark).where(ReadMark.user_id == user_id))
    asked = select(Question.id).where(Question.asker_id == user_id)
    db.session.execute(delete(PendingQuestion).where(PendingQuestion.question_id.in_(asked)))


def forget_name_of(user_id: int) -> None:
    """Where posts, and their histories name this person, they name a former member from now on. Nobody's post
    counts as edited by that."""
    name = mention_of(user_id, user_by_id(user_id).name)
    touched = set()
    for model, holder in _HOLDERS.items():
        for post in _naming(model, model.body, user_id):
            _rename(post, holder, user_id, name)
            touched.add(post.id if isinstance(post, Question) else post.question_id)
    for revision in _naming(Revision, Revision.body, user_id):
        revision.body = renamed(revision.body, user_id, name)
    for question_id in sorted(touched):
        publish(NameForgotten(question_id=question_id))


def _naming(model: Any, column: Any, user_id: int) -> Iterator[Any]:
    """An id's beginning is another id's, too: the pattern decides."""
    rows = db.session.scalars(select(model).where(column.contains(f"](/users/{user_id}", autoescape=True)))
    return (row for row in rows if _mention(user_id).search(row.body))


def _rename(post: Any, holder: Holder, user_id: int, name: str) -> None:
    """The text, and its HTML as this author's texts are shown: a new member's links are none."""
    links = f'<a href="/users/{user_id}' in post.body_html
    author_id = post.asker_id if isinstance(post, Question) else post.author_id
    post.body = renamed(post.body, user_id, name)
    texts = folded_texts(author_id, named_in(post.body), (holder, post.id))
    post.body_html = markup.render(post.body, links=links, texts=texts)
    if isinstance(post, Question):
        post.excerpt = markup.excerpt(post.body_html, 200)


def _mention(user_id: int) -> re.Pattern[str]:
    return re.compile(rf"\[@(?:\\.|[^\]\\])*\]\(/users/{user_id}(?:/[^)]*)?\)")


def renamed(source: str, user_id: int, name: str) -> str:
    return _mention(user_id).sub(lambda _found: name, source)
