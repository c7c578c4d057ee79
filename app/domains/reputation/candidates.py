"""Who could be asked about a question, with what speaks for each: bounded statements around routing.py."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from app.domains.accounts.actor import STAFF_ROLES
from app.domains.accounts.models import Role, User
from app.domains.products.models import Product
from app.domains.questions.models import Answer, Question, QuestionTag
from app.domains.questions.queries import listed
from app.domains.reputation.nearest import Titles
from app.domains.reputation.routing import routing_scores
from app.domains.reputation.traces import Given, Traces
from app.domains.search.analysis import similar_tokens
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.clock import now
from app.kernel.remembered import remembered

# What is read at most, newest first; what lies further back has faded to little.
QUESTIONS_READ_OF_A_TAG, TITLES_READ, ANSWERS_READ = 2_500, 3_000, 10_000
THIS_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Candidate:
    """`because` as in `Invitation.because`. `answers_in_tags`: all answers of this person in the question's tags."""

    user_id: int
    score: float
    because: dict[str, Any]
    answers_in_tags: int = 0


def candidates_for(question_id: int) -> list[Candidate]:
    """Everybody whom something speaks for, best first; staff, the asker and those who are gone are left out."""
    question = db.session.execute(
        select(Question.id, Question.title, Question.language, Question.asker_id).where(Question.id == question_id)
    ).one()
    at = now()
    given = _answers_in_tags(question)
    similar = _answered_nearest(question)
    traces = Traces(given, similar, _latest_answers(), _answers_by_others(), at)
    signals = traces.signals(_members(traces.people() - {question.asker_id}))
    names = _tag_names(question_id)
    mine: dict[int, list[Given]] = defaultdict(list)
    for answer in given:
        mine[answer.author_id].append(answer)
    return [
        Candidate(user_id, score, _because(mine[user_id], names, len(similar.get(user_id, ())), at), len(mine[user_id]))
        for user_id, score in routing_scores(signals)
        if score > 0
    ]


def _answers() -> Select[Any]:
    """Public answers by others than the asker."""
    found = select(Answer.author_id).join(Question, Question.id == Answer.question_id).where(*listed())
    return found.where(Answer.hidden.is_(False), Answer.deleted_at.is_(None), Answer.author_id != Question.asker_id)


def _answers_in_tags(question: Any) -> list[Given]:
    given: list[Given] = []
    for tag_id in db.session.scalars(select(QuestionTag.tag_id).where(QuestionTag.question_id == question.id)).all():
        tagged = select(QuestionTag.question_id).where(QuestionTag.tag_id == tag_id)
        tagged = tagged.where(QuestionTag.question_id != question.id).order_by(QuestionTag.question_id.desc())
        newest = tagged.limit(QUESTIONS_READ_OF_A_TAG).subquery()
        found = _answers().add_columns(Answer.created_at).join(newest, newest.c.question_id == Question.id)
        given += [Given(row.author_id, tag_id, row.created_at) for row in db.session.execute(found)]
    return given


def _latest_answers() -> list[tuple[int, datetime]]:
    """(author, time) of the site's latest answers, the latest first."""
    found = _answers().add_columns(Answer.created_at).order_by(Answer.created_at.desc(), Answer.id.desc())
    return [(row.author_id, row.created_at) for row in db.session.execute(found.limit(ANSWERS_READ))]


def _answered_nearest(question: Any) -> dict[int, list[float]]:
    """Person -> similarity of each of the nearest questions that they answered."""
    nearest = dict(_nearest(question))
    found = _answers().add_columns(Answer.question_id).where(Answer.question_id.in_(nearest)).distinct()
    answered: dict[int, list[float]] = defaultdict(list)
    for row in db.session.execute(found):
        answered[row.author_id].append(nearest[row.question_id])
    return answered


def _nearest(question: Any) -> list[tuple[int, float]]:
    """(question id, cosine of title TF-IDF), the nearest first, among the newest answered ones of its language."""
    found = select(Question.id, Question.title).where(*listed(), Question.language == question.language)
    found = found.where(Question.id != question.id, Question.answer_count > 0)
    newest = found.order_by(Question.created_at.desc(), Question.id.desc()).limit(TITLES_READ)
    titles = Titles()
    for row in db.session.execute(newest):
        titles.add(row.id, similar_tokens(row.title))
    return titles.nearest(set(similar_tokens(question.title)))


def _answers_by_others() -> int:
    """Only its logarithm counts: of thousands it may be an hour old."""
    found = select(func.count()).select_from(_answers().subquery())
    return remembered("answers_by_others", lambda: db.session.scalar(found) or 0, int, seconds=3600)


def _members(user_ids: Iterable[int]) -> set[int]:
    staff = [Role(role) for role in STAFF_ROLES]
    found = select(User.id).where(User.id.in_(list(user_ids)), User.role.not_in(staff), User.anonymised_at.is_(None))
    return set(db.session.scalars(found))


def _tag_names(question_id: int) -> dict[int, str]:
    found = select(Tag.id, Tag.name).join(QuestionTag, QuestionTag.tag_id == Tag.id)
    rows = db.session.execute(found.where(QuestionTag.question_id == question_id).order_by(QuestionTag.position))
    return {row.id: row.name for row in rows}


def _because(mine: list[Given], names: dict[int, str], similar: int, at: datetime) -> dict[str, Any]:
    """The strongest reason that can be said in one sentence."""
    this_month = [answer for answer in mine if answer.created_at > at - THIS_MONTH]
    for code, answers in (("answers_on_tag", this_month), ("answered_on_tag", mine)):
        if answers:
            counts = {tag_id: sum(answer.tag == tag_id for answer in answers) for tag_id in names}
            tag_id = max(counts, key=lambda each: counts[each])
            return {"code": code, "tag": names[tag_id], "n": counts[tag_id]}
    return {"code": "similar", "n": similar} if similar else {"code": "active"}


def product_name(product_id: int) -> str:
    return db.session.scalar(select(Product.name).where(Product.id == product_id)) or ""
