"""What reputation does when something happened elsewhere."""

from sqlalchemy import delete, select, update

from app.domains.accounts.events import EmailConfirmed, UserAnonymised
from app.domains.questions.events import AnswerPosted, QuestionAsked, QuestionEdited, QuestionMoved
from app.domains.questions.models import NoPromise, Question
from app.domains.reputation import ledger, reviewing
from app.domains.reputation.events import ExpertsInvited
from app.domains.reputation.inviting import whom_to_ask
from app.domains.reputation.models import Invitation, InvitationSetting, NobodyAsked, Response
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import Event, publish


def advance_ledger(event: Event) -> None:
    """Wake the ledger's reader: it reads this event and all that wait with it."""
    ledger.read(event)


def move_credits(event: QuestionMoved | QuestionEdited) -> None:
    """Credits stand in the product and on the tags that their question has now."""
    question = db.session.get(Question, event.question_id, populate_existing=True)
    if question is not None:
        ledger.follow_question(question.id, question.product_id)


def invite_experts(event: QuestionAsked) -> None:
    """Ask up to five people who probably know, once a question, or remember why nobody could be asked; staff's
    announcements ask nobody."""
    question = db.session.get(Question, event.question_id, populate_existing=True)
    if question is None or not _wants_experts(question):
        return
    asking = whom_to_ask(question)
    if asking.why_nobody is not None:
        db.session.add(NobodyAsked(question_id=question.id, why=asking.why_nobody, created_at=now()))
    for ask in asking.asks:
        invitation = Invitation(question_id=question.id, user_id=ask.user_id, because=ask.because, created_at=now())
        invitation.response = Response.NONE
        db.session.add(invitation)
    db.session.flush()
    if asking.asks:
        publish(ExpertsInvited(question_id=question.id, user_ids=tuple(ask.user_id for ask in asking.asks)))


def _wants_experts(question: Question) -> bool:
    if question.hidden or question.deleted_at is not None or question.closed_at is not None:
        return False
    if question.first_answer_at is not None or question.no_promise == NoPromise.ANNOUNCEMENT:
        return False
    asked = select(Invitation.id).where(Invitation.question_id == question.id).limit(1)
    return db.session.scalar(asked) is None and db.session.get(NobodyAsked, question.id) is None


def note_answer_to_invitation(event: AnswerPosted) -> None:
    """Who was asked has answered."""
    mine = update(Invitation).where(Invitation.question_id == event.question_id)
    mine = mine.where(Invitation.user_id == event.author_id, Invitation.response != Response.ANSWERED)
    db.session.execute(mine.values(response=Response.ANSWERED, responded_at=event.occurred_at or now()))


def review_level(event: EmailConfirmed) -> None:
    """An imported author who claims the account starts with the level that the imported activity earned."""
    reviewing.review_levels([event.user_id])


def forget_choices(event: UserAnonymised) -> None:
    """Credits stay with an account without a name; whether it wants to be asked is nobody's choice any more."""
    db.session.execute(delete(InvitationSetting).where(InvitationSetting.user_id == event.user_id))
