"""The rows that notices and live messages are about, with the columns that the policies ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from app.domains.accounts.actor import Actor
from app.domains.questions.models import Answer, Question
from app.domains.questions.policies import may_see, may_see_answer
from app.kernel.rows import read_rows


@dataclass(frozen=True)
class Posts:
    """By id. A post that is not there is nobody's to see."""

    questions: dict[int, Any]
    answers: dict[int, Any]

    def show(self, actor: Actor, question_id: int, answer_id: int | None) -> bool:
        """Whether the question, and the answer where there is one, are there for this person."""
        question = self.questions.get(question_id)
        if question is None or not may_see(actor, question):
            return False
        return answer_id is None or (answer_id in self.answers and bool(may_see_answer(actor, self.answers[answer_id])))


def posts_by_id(question_ids: Iterable[int], answer_ids: Iterable[int]) -> Posts:
    """At most two statements, and none where nothing is asked for."""
    return Posts(_rows(Question, set(question_ids)), _rows(Answer, set(answer_ids)))


def _rows(post: type[Question] | type[Answer], ids: set[int]) -> dict[int, Any]:
    return {row.id: row for row in read_rows(_by_id(post), {"ids": list(ids)})} if ids else {}


@cache
def _by_id(post: Any) -> Select[Any]:
    more = (post.asker_id, post.product_id) if post is Question else (post.author_id,)
    return select(post.id, post.hidden, post.deleted_at, *more).where(post.id.in_(bindparam("ids", expanding=True)))
