"""Histories played through the front door, and the tables that follow from them."""

import random
from typing import Any

from sqlalchemy import select

from app.domains.accounts.actions.levels import set_level
from app.domains.accounts.actor import Actor
from app.domains.questions.actions.accepting import accept_answer, withdraw_acceptance
from app.domains.questions.actions.answering import (
    answer_with_question,
    delete_answer,
    restore_answer,
    say_it_did_not_help,
    verify_answer,
)
from app.domains.questions.actions.asking import delete_question, question_to_change, restore_question
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.models import Answer, Question
from app.domains.reputation.events import StartingUpEnded
from app.domains.reputation.models import LedgerEntry, LedgerRead, Standing
from app.extensions import db
from app.kernel.errors import DomainError
from app.kernel.events import publish
from app.kernel.transaction import transaction
from tests.factories import a_person, a_question, a_vote, an_answer

TABLES = (LedgerEntry, LedgerRead, Standing)


def tables() -> dict[str, list[Any]]:
    """Every row that the ledger makes, whole, in one order; and the trust that answers were told of."""
    db.session.rollback()
    found = {}
    for model in TABLES:
        keys = list(model.__table__.primary_key)
        found[model.__tablename__] = [tuple(row) for row in db.session.execute(select(model.__table__).order_by(*keys))]
    trust = select(Answer.id, Answer.trusted_up, Answer.trusted_down).order_by(Answer.id)
    found["trust"] = [tuple(row) for row in db.session.execute(trust)]
    return found


def the_start_is_over() -> None:
    with transaction():
        publish(StartingUpEnded(people_at_l1=50))


def accept(answer: Answer, by: Actor) -> None:
    with transaction():
        row, question = answer_with_question(answer.id, by)
        accept_answer(by, question, row)


def verify(answer: Answer, by: Actor) -> None:
    with transaction():
        row, question = answer_with_question(answer.id, by)
        verify_answer(by, question, row)


def take_away(answer: Answer, by: Actor) -> None:
    with transaction():
        row, question = answer_with_question(answer.id, by)
        delete_answer(by, question, row)


def bring_back(answer: Answer, by: Actor) -> None:
    with transaction():
        row, question = answer_with_question(answer.id, by)
        restore_answer(by, question, row)


def hide(post: Any, by: Actor) -> None:
    with transaction():
        hide_post(by, db.session.get_one(type(post), post.id, populate_existing=True), "rude")


def show_again(post: Any, by: Actor) -> None:
    with transaction():
        restore_post(by, db.session.get_one(type(post), post.id, populate_existing=True))


class Crowd:
    """A dozen people who ask, answer, vote, accept, delete and rise and fall, by the dice of one seed."""

    def __init__(self, seed: int, clock: Any) -> None:
        self.dice, self.clock = random.Random(seed), clock
        self.people = [a_person(f"p{number}", level=self.dice.choice((0, 0, 1, 2))) for number in range(9)]
        self.stan, self.mona = a_person("stan", role="agent"), a_person("mona", role="moderator")
        self.people.append(a_person("p9", level=2))
        first = a_question(by=self.people[-1], tags=("wifi", "refund", "login", "export"))
        self.questions: list[Question] = [first]
        self.answers: list[Answer] = []

    def act(self, times: int) -> None:
        deeds = [self._ask, self._answer, self._answer, *[self._vote] * 8, self._accept, self._accept, self._moderate]
        deeds += [self._level, self._verify, self._change_mind]
        for _ in range(times):
            # Now and then two things happen in the same microsecond.
            self.clock.advance(hours=self.dice.choice((0, 0.2, 3, 11)))
            try:
                self.dice.choice(deeds)()
            except DomainError:
                continue  # what the policies refuse has not happened

    def _someone(self) -> Actor:
        return self.dice.choice(self.people)

    def _ask(self) -> None:
        tags = tuple(self.dice.sample(["wifi", "refund", "login", "export"], self.dice.randint(1, 3)))
        self.questions.append(a_question(by=self._someone(), product=self.dice.choice(("mesh", "pay")), tags=tags))

    def _answer(self) -> None:
        self.answers.append(an_answer(to=self.dice.choice(self.questions), by=self._someone()))

    def _an_answer(self) -> Answer:
        if not self.answers:
            self._answer()
        return self.dice.choice(self.answers)

    def _vote(self) -> None:
        a_vote(on=self._an_answer(), by=self._someone(), value=self.dice.choice((1, 1, 1, 1, -1, 0)))

    def _accept(self) -> None:
        answer = self._an_answer()
        asker = db.session.scalar(select(Question.asker_id).where(Question.id == answer.question_id))
        accept(answer, next(person for person in self.people if person.id == asker))

    def _change_mind(self) -> None:
        answer = self._an_answer()
        asker = db.session.scalar(select(Question.asker_id).where(Question.id == answer.question_id))
        person = next(person for person in self.people if person.id == asker)
        with transaction():
            row, question = answer_with_question(answer.id, person)
            self.dice.choice((withdraw_acceptance, say_it_did_not_help))(person, question, row)

    def _verify(self) -> None:
        verify(self._an_answer(), self.stan)

    def _moderate(self) -> None:
        answer = self._an_answer()
        question = next(each for each in self.questions if each.id == answer.question_id)
        deed = self.dice.choice((self._delete_question, self._restore_question, None, None))
        if deed is not None:
            deed(question)
        else:
            post = self.dice.choice((answer, answer, question))
            self.dice.choice((hide, show_again, show_again))(post, self.mona)
            self.dice.choice((take_away, bring_back, bring_back))(answer, self.mona)

    def _delete_question(self, question: Question) -> None:
        with transaction():
            delete_question(self.mona, question_to_change(question.id, self.mona))

    def _restore_question(self, question: Question) -> None:
        with transaction():
            restore_question(self.mona, question_to_change(question.id, self.mona))

    def _level(self) -> None:
        with transaction():
            set_level(self._someone().id or 0, self.dice.choice((0, 1, 1, 2)))


def help_given(by: Actor, votes: int, product: str = "mesh", tags: tuple[str, ...] = ("wifi",)) -> Answer:
    """An answer that so many people of level 2 found useful."""
    answer = an_answer(to=a_question(by=a_person(level=2), product=product, tags=tags), by=by)
    for _ in range(votes):
        a_vote(on=answer, by=a_person(level=2))
    return answer
