"""What reputation does when something happened elsewhere."""

from app.domains.accounts.events import EmailConfirmed
from app.domains.questions.events import AnswerPosted, QuestionAsked, QuestionEdited, QuestionMoved
from app.domains.questions.models import Question
from app.domains.reputation import ledger
from app.extensions import db
from app.kernel.events import Event


def advance_ledger(event: Event) -> None:
    """Wake the ledger's reader: it reads this event and all that wait with it."""
    ledger.read(event)


def move_credits(event: QuestionMoved | QuestionEdited) -> None:
    """Credits stand in the product and on the tags that their question has now."""
    question = db.session.get(Question, event.question_id, populate_existing=True)
    if question is not None:
        ledger.follow_question(question.id, question.product_id)
