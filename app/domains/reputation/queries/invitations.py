"""Who was asked to answer, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.queries import Person
from app.domains.questions.models import Question
from app.domains.questions.queries import Card, cards_by_id
from app.domains.reputation.models import PER_WEEK, Invitation, InvitationSetting, NobodyAsked, Response
from app.extensions import db
from app.kernel.clock import now
from app.kernel.rows import read_rows

OPEN_FOR = timedelta(days=14)  # nobody is held to a question that old


@dataclass(frozen=True)
class Asked:
    """`because` as in `Invitation.because`; `response` none, answered or declined."""

    person: Person
    because: dict[str, Any]
    response: str
    created_at: datetime


@dataclass(frozen=True)
class InvitedTo:
    card: Card
    because: dict[str, Any]
    created_at: datetime


class WhoWasAsked(list[Asked]):
    """In the order of asking. `why_nobody`: a code of WhyNobody where nobody could be asked."""

    why_nobody: str | None = None


def invitations_of(question_id: int) -> WhoWasAsked:
    """Who was asked about this question; who declined is left out. One statement."""
    asked = WhoWasAsked()
    for row in read_rows(_asked(), {"question_id": question_id}):
        if row.why is not None:
            asked.why_nobody = row.why.value
        if row.id is not None:
            person = Person(row.id, row.name, row.role.value, row.level, avatar=row.avatar)
            asked.append(Asked(person, row.because, row.response.value, row.created_at))
    return asked


@cache
def _asked() -> Select[Any]:
    """A row for each who was asked; one row of nobody, with the reason, where nobody was."""
    asked = and_(Invitation.question_id == Question.id, Invitation.response != Response.DECLINED)
    person = (User.id, User.name, User.role, User.level, User.avatar)
    found = select(*person, Invitation.because, Invitation.response, Invitation.created_at, NobodyAsked.why)
    found = found.select_from(Question).outerjoin(Invitation, asked).outerjoin(User, User.id == Invitation.user_id)
    found = found.outerjoin(NobodyAsked, NobodyAsked.question_id == Question.id)
    return found.where(Question.id == bindparam("question_id")).order_by(Invitation.id)


def invitations_for(actor: Actor, limit: int = 50) -> list[InvitedTo]:
    """Questions that wait for this person's answer, the latest first. Two statements."""
    if actor.id is None:
        return []
    found = select(Invitation.question_id, Invitation.because, Invitation.created_at)
    found = found.join(Question, Question.id == Invitation.question_id)
    found = found.where(Invitation.user_id == actor.id, *still_open()).order_by(Invitation.id.desc()).limit(limit)
    invited = db.session.execute(found).all()
    cards = {card.id: card for card in cards_by_id(actor, [row.question_id for row in invited])}
    return [
        InvitedTo(cards[row.question_id], row.because, row.created_at) for row in invited if row.question_id in cards
    ]


def still_open() -> list[Any]:
    """Invitations that still ask something of somebody; the statement joins `Question`."""
    return [
        Invitation.response == Response.NONE,
        Invitation.created_at > now() - OPEN_FOR,
        Question.first_answer_at.is_(None),
        Question.closed_at.is_(None),
        Question.hidden.is_(False),
        Question.deleted_at.is_(None),
    ]


def invitation_setting(user_id: int) -> InvitationSetting:
    """How often this person wants to be asked; the defaults where nothing was chosen."""
    return db.session.get(InvitationSetting, user_id) or InvitationSetting(
        user_id=user_id, opted_out=False, per_week=PER_WEEK, unlimited=False
    )
