"""What doctor asks: silent over every story that can happen, loud where a row is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound

from app.domains.escalation.actions.answering import answer_case
from app.domains.escalation.actions.claiming import claim_case, release_case
from app.domains.escalation.actions.raising import ask_staff_now, raise_case, say_not_solved
from app.domains.escalation.actions.resolving import resolve_case
from app.domains.escalation.models import Case, CaseEvent, Clock
from app.domains.escalation.queries import promise_of
from app.domains.escalation.replay import replayed, stored
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import delete_answer, restore_answer, say_it_did_not_help
from app.domains.questions.actions.asking import close_question, move_question, question_to_change, reopen_question
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.errors import DomainError
from app.kernel.events import EventRow
from app.kernel.transaction import transaction
from tests.domains.escalation.stories import a_queued_question, act, breaches, case_now, clocks
from tests.factories import a_comment, a_product, a_question, an_answer


class Story:
    """One question, and all that can be done to it; what is refused changes nothing, and what has no
    case yet has no page either."""

    def __init__(self, cast: dict[str, Any], clock: Any, worker: Any) -> None:
        self.cast, self.clock, self.worker = cast, clock, worker
        self.question = a_question(by=cast["ann"])

    def do(self, step: str) -> None:
        try:
            getattr(self, step)()
        except (DomainError, NoResultFound):
            db.session.rollback()

    def _change(self, actor: str, action: Any, *args: Any) -> None:
        with transaction():
            action(self.cast[actor], question_to_change(self.question.id, self.cast[actor]), *args)

    def _change_answer(self, actor: str, action: Any) -> None:
        with transaction():
            found = select(Answer).where(Answer.question_id == self.question.id).order_by(Answer.id.desc())
            answer = db.session.scalars(found).first()
            if answer is not None:
                action(self.cast[actor], question_to_change(self.question.id, self.cast[actor]), answer)

    def a_peer_answers(self) -> None:
        an_answer(to=self.question, by=self.cast["bob"])

    def staff_answer(self) -> None:
        an_answer(to=self.question, by=self.cast["stan"])

    def staff_answer_the_case(self) -> None:
        act(answer_case, self.cast["stan"], self.question, "Please restart it once more.")

    def staff_ask_back(self) -> None:
        act(answer_case, self.cast["stan"], self.question, "Which version do you have?", asks=True)

    def the_asker_comments(self) -> None:
        a_comment(on=self.question, by=self.cast["ann"])

    def the_asker_accepts(self) -> None:
        self._change_answer("ann", accept_answer)

    def it_did_not_help(self) -> None:
        self._change_answer("ann", say_it_did_not_help)

    def the_last_answer_is_deleted(self) -> None:
        self._change_answer("mona", delete_answer)

    def the_last_answer_is_restored(self) -> None:
        self._change_answer("mona", restore_answer)

    def close(self) -> None:
        self._change("ann", close_question, "unclear")

    def reopen(self) -> None:
        self._change("ann", reopen_question)

    def hide(self) -> None:
        self._change("mona", hide_post, "rude")

    def show(self) -> None:
        self._change("mona", restore_post)

    def move(self) -> None:
        self._change("ann", move_question, "fast")

    def move_back(self) -> None:
        self._change("ann", move_question, "mesh")

    def claim(self) -> None:
        act(claim_case, self.cast["stan"], self.question)

    def a_lead_claims(self) -> None:
        act(claim_case, self.cast["lena"], self.question)

    def release(self) -> None:
        act(release_case, self.cast["lena"], self.question)

    def raise_it(self) -> None:
        act(raise_case, self.cast["stan"], self.question)

    def resolve(self) -> None:
        act(resolve_case, self.cast["lena"], self.question, "answered")

    def call_staff(self) -> None:
        with transaction():
            ask_staff_now(self.cast["eve"], self.question.id)

    def not_solved(self) -> None:
        with transaction():
            say_not_solved(self.cast["ann"], self.question.id)

    def work(self) -> None:
        self.worker.tick()

    def a_minute(self) -> None:
        self.clock.advance(minutes=1)

    def an_hour(self) -> None:
        self.clock.advance(hours=1)

    def a_day(self) -> None:
        self.clock.advance(days=1)

    def a_week(self) -> None:
        self.clock.advance(days=7)


STEPS = [name for name in vars(Story) if not name.startswith("_") and name != "do"]


@given(steps=st.lists(st.sampled_from(STEPS), min_size=5, max_size=25))
@settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_every_invariant_holds_once_the_work_is_done(
    steps: list[str], app: Any, clock: Any, worker: Any,
    ann: Any, bob: Any, eve: Any, stan: Any, lena: Any, mona: Any,
) -> None:  # fmt: skip
    a_product("mesh")
    a_product("fast", open_always=True, policy={"peer_seconds": 60, "first_reply_seconds": 60, "levels": 3})
    cast = {"ann": ann, "bob": bob, "eve": eve, "stan": stan, "lena": lena, "mona": mona}
    story = Story(cast, clock, worker)
    for step in steps:
        story.do(step)
        clock.advance(seconds=1)

    clock.advance(seconds=2)
    worker.tick()

    assert breaches() == {}
    due_at = promise_of(story.question).due_at
    worker.tick()
    assert promise_of(story.question).due_at == due_at


def test_an_overdue_question_that_nobody_sweeps_is_found(ann: Any, clock: Any, worker: Any) -> None:
    a_question(by=ann)
    clock.advance(hours=4, seconds=30)
    assert "E1" not in breaches()
    clock.advance(seconds=31)
    assert "E1" in breaches()
    clock.advance(seconds=1)
    worker.tick()
    assert breaches() == {}


def first_clock() -> Any:
    return select(Clock.id).order_by(Clock.id).limit(1).scalar_subquery()


def first_line() -> Any:
    return select(CaseEvent.id).order_by(CaseEvent.id).limit(1).scalar_subquery()


DAMAGE = {
    "E4": lambda: update(CaseEvent).where(CaseEvent.id == first_line()).values(level=5),
    "E5": lambda: update(Case).values(state="assigned"),
    "E6": lambda: delete(EventRow).where(EventRow.kind == "QuestionEscalated"),
    "E7": lambda: update(Clock).where(Clock.id == first_clock()).values(verdict="met", due_at=Clock.started_at),
    "E9": lambda: update(Case).values(level=7),
    "escalation.mark": lambda: update(Question).values(with_staff=False),
}  # fmt: skip


@pytest.mark.parametrize("code", DAMAGE)
def test_damage_is_found(code: str, ann: Any, clock: Any, worker: Any) -> None:
    a_queued_question(clock, worker, by=ann)
    assert breaches() == {}
    with transaction():
        db.session.execute(DAMAGE[code]())
    assert code in breaches()


def test_pauses_that_overlap_are_found(ann: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    begin = clock.now()
    pauses = [[begin + timedelta(minutes=10), begin + timedelta(minutes=30)], [begin + timedelta(minutes=20), None]]
    with transaction():
        plain = [[at.isoformat() if at else "" for at in pause] for pause in pauses]
        db.session.execute(update(Clock).where(Clock.kind == "resolution").values(pauses=plain))
    assert "E8" in breaches()
    assert ("resolution", "running") in clocks(question)


@pytest.mark.both_databases
def test_the_database_itself_refuses_a_level_twice_and_a_second_case(app: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker)
    case = case_now(question)
    twice = {"case_id": case.id, "kind": "raised", "state": "queued", "cycle": 1, "level": 1, "at": clock.now()}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(insert(CaseEvent).values(**twice, note="", data={}))
    columns = {column.key: getattr(case, column.key) for column in Case.__table__.columns if column.key != "id"}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(insert(Case).values(**columns))


def test_the_history_alone_gives_the_row(ann: Any, stan: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    act(claim_case, stan, question)
    act(answer_case, stan, question, "Please restart it once more.")
    case = case_now(question)
    lines = list(db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))
    assert replayed(lines) == stored(case)
    assert replayed(lines[:2])["state"] == "queued"
