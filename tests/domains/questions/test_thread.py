"""The question page's thread: in which order its answers stand."""

from app.domains.questions.models import Answer
from app.domains.questions.queries import question_page
from app.extensions import db
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question, an_answer

# The last first, so that no order of writing helps.
FACTS = {
    "late": {},
    "early": {},
    "liked": {"score": 3},
    "one of one": {"trusted_up": 1.0},
    "nine of ten": {"trusted_up": 9.0, "trusted_down": 1.0},
    "official": {"official": True},
    "accepted": {},
}


def test_answers_stand_by_acceptance_standing_trusted_votes_score_and_time(ann, clock):
    question = a_question(by=ann)
    names = {}
    for name, facts in FACTS.items():
        answer = an_answer(to=question, by=a_person(name))
        names[answer.id] = name
        with transaction():
            row = db.session.get_one(Answer, answer.id)
            for fact, value in facts.items():
                setattr(row, fact, value)
            row.accepted_at = clock.now() if name == "accepted" else None
            row.created_at = clock.now().replace(hour=1 if name == "early" else 2)

    shown = [names[answer.id] for answer in question_page(ann, question.id).answers]
    assert shown == list(reversed(FACTS))
