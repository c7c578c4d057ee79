from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.domains.escalation.actions.answering import answer_case
from app.domains.escalation.actions.claiming import claim_case, release_case
from app.domains.escalation.models import Case, CaseEvent
from app.domains.escalation.queries.helping import unhelped
from app.domains.escalation.schedule import sweep_overdue
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question, delete_answer
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.events import EventRow
from app.kernel.jobs import Job
from app.kernel.transaction import transaction
from tests.domains.escalation.stories import (
    a_queued_question,
    act,
    breaches,
    case_now,
    clocks,
    history,
    question_now,
)
from tests.factories import a_product, a_question, an_answer

NOTHING = {"adopted": 0, "queued": 0, "raised": 0, "resolved": 0}


def told(kind: str) -> list[dict[str, Any]]:
    db.session.rollback()
    found = select(EventRow.payload).where(EventRow.kind == kind).order_by(EventRow.id)
    return list(db.session.scalars(found))


def test_at_the_promised_time_and_not_a_moment_before_the_team_has_it(ann: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    worker.tick()
    clock.at(question.created_at + timedelta(hours=4) - timedelta(microseconds=1))
    assert sweep_overdue() == NOTHING
    clock.at(question.created_at + timedelta(hours=4))
    assert sweep_overdue() == NOTHING | {"queued": 1}

    case = case_now(question)
    assert (case.state, case.level, case.cycle, case.queue) == ("queued", 1, 1, "agents")
    assert case.due_at == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    assert clocks(question) == [("peer", "breached"), ("first_reply", "running"), ("resolution", "running")]
    assert question_now(question).service_state == "escalated"
    assert [event["level"] for event in told("QuestionEscalated")] == [1]
    assert sweep_overdue() == NOTHING


def test_a_promise_of_seconds_can_be_watched(ann: Any, clock: Any, worker: Any) -> None:
    a_product("try", open_always=True, policy={"peer_seconds": 60, "first_reply_seconds": 60})
    question = a_question(by=ann, product="try")
    worker.tick()
    clock.advance(seconds=60)
    worker.tick()
    assert case_now(question).level == 1
    clock.advance(seconds=60)
    worker.tick()
    assert (case_now(question).level, case_now(question).queue) == (2, "leads")


def test_a_sweep_that_comes_late_makes_no_promise_longer(ann: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    worker.tick()
    clock.advance(days=1)
    counts = sweep_overdue()
    assert (counts["queued"], counts["raised"]) == (1, 1)
    case = case_now(question)
    assert case.due_at == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    assert (case.level, case.state) == (2, "queued")
    assert breaches() == {}


def test_an_answer_stored_but_not_yet_processed_still_counts(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    worker.tick()
    clock.advance(hours=4, minutes=1)
    an_answer(to=question, by=bob)

    assert sweep_overdue()["queued"] == 0

    assert case_now(question).state == "disarmed"
    assert clocks(question) == [("peer", "breached")]  # it was late, though nobody of staff had to work
    assert told("QuestionEscalated") == []


def test_an_answer_just_after_the_sweep_is_noticed_and_leaves_the_queue_after_the_grace(
    ann: Any, bob: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    assert (case_now(question).state, case_now(question).peer_answered_at) == ("queued", answer.created_at)
    clock.advance(minutes=14)
    worker.tick()
    assert case_now(question).state == "queued"
    clock.advance(minutes=1)
    worker.tick()
    assert (case_now(question).state, history(question)[-1]) == ("disarmed", "stood_down")
    assert clocks(question) == [("peer", "breached"), ("first_reply", "void"), ("resolution", "void")]
    assert not question_now(question).with_staff
    assert breaches() == {}


def test_a_claimed_case_does_not_leave_its_agent_because_a_peer_answered(
    ann: Any, bob: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    an_answer(to=question, by=bob)
    worker.tick()
    act(claim_case, stan, question)
    clock.advance(minutes=20)
    worker.tick()
    assert case_now(question).state == "assigned"
    act(release_case, stan, question)
    clock.advance(seconds=2)
    worker.tick()
    assert case_now(question).state == "disarmed"


def test_after_the_queue_a_missing_answer_begins_a_new_cycle(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    clock.advance(minutes=16)
    worker.tick()
    with transaction():
        row, held = answer_with_question(answer.id, bob)
        delete_answer(bob, held, row)
    worker.tick()
    case = case_now(question)
    assert (case.state, case.cycle, case.level) == ("armed", 2, 0)
    clock.advance(minutes=16)
    worker.tick()
    assert (case_now(question).state, case_now(question).level) == ("queued", 1)
    assert [event["cycle"] for event in told("QuestionEscalated")] == [1, 2]
    assert breaches() == {}


def test_a_question_whose_jobs_were_lost_is_adopted(ann: Any, clock: Any) -> None:
    question = a_question(by=ann)
    with transaction():
        db.session.execute(delete(Job))
    clock.advance(hours=4, seconds=1)

    assert sweep_overdue() == NOTHING | {"adopted": 1, "queued": 1}

    case = case_now(question)
    assert (case.state, case.started_at) == ("queued", question.created_at)
    assert history(question) == ["armed", "queued"]
    assert breaches() == {}


def test_adoption_reads_an_index_of_what_waits_alone(app: Flask) -> None:
    found = select(Question.id).where(*unhelped()).order_by(Question.created_at)
    text = str(found.compile(db.engine, compile_kwargs={"literal_binds": True}))
    plan = " ".join(row[-1] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
    # Both leave out what was answered or closed; without statistics SQLite takes either.
    assert plan.startswith("SCAN question USING INDEX ix_question_un")


def test_a_lost_cancellation_is_noticed_before_anybody_is_called(ann: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    worker.tick()
    clock.advance(hours=4, seconds=1)
    with transaction():
        db.session.execute(update(Question).values(closed_at=clock.now()))
    assert sweep_overdue() == NOTHING
    assert case_now(question).state == "cancelled"


def test_levels_rise_by_the_clock_once_each_and_then_the_lead_hears_daily(ann: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    clock.advance(hours=4)
    worker.tick()
    worker.tick()
    assert (case_now(question).level, case_now(question).queue) == (2, "leads")
    for _day in range(3):
        clock.advance(days=1)
        worker.tick()
    assert history(question) == ["armed", "queued", "raised", *["still_waiting"] * 3]
    assert len(told("CaseRaised")) == 1
    assert len(told("CaseOverdue")) == 3
    assert breaches() == {}


def test_a_lease_runs_in_open_time_and_lapses_back_to_the_queue(ann: Any, stan: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    clock.at(datetime(2026, 3, 3, 9, 50, tzinfo=UTC))  # ten minutes before closing
    act(claim_case, stan, question)
    clock.at(datetime(2026, 3, 4, 1, 19, tzinfo=UTC))
    worker.tick()
    assert case_now(question).owner_id == stan.id
    clock.at(datetime(2026, 3, 4, 1, 20, tzinfo=UTC))
    worker.tick()
    case = case_now(question)
    assert (case.state, case.owner_id, case.lease_until) == ("queued", None, None)
    assert told("CaseReleased")[-1]["because"] == "lease"
    assert told("CaseReleased")[-1]["owner_before_id"] == stan.id


@pytest.mark.parametrize("by_staff", [True, False])
def test_an_answer_nobody_challenges_for_five_days_resolves_the_case(
    by_staff: bool, ann: Any, bob: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann) if by_staff else a_question(by=ann)
    answer = an_answer(to=question, by=stan if by_staff else bob)
    worker.tick()
    clock.at(answer.created_at + timedelta(days=5) - timedelta(seconds=1))
    assert sweep_overdue()["resolved"] == 0
    clock.advance(seconds=1)
    assert sweep_overdue()["resolved"] == 1
    case = case_now(question)
    assert (case.state, case.because) == ("resolved", "confirmed")
    assert case.resolved_at == answer.created_at + timedelta(days=5)


def test_an_asker_who_does_not_reply_is_reminded_once_and_then_the_case_ends(
    ann: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    act(answer_case, stan, question, "Which version of the firmware do you run?", asks=True)
    worker.tick()
    assert (case_now(question).state, case_now(question).owner_id) == ("waiting_asker", stan.id)
    clock.advance(days=3)
    worker.tick()
    assert len(told("CaseReminded")) == 1
    clock.advance(days=6, hours=23)
    worker.tick()
    assert case_now(question).state == "waiting_asker"
    clock.advance(hours=1)
    worker.tick()
    case = case_now(question)
    assert (case.state, case.because, case.owner_id) == ("resolved", "no_reply", None)
    assert len(told("CaseReminded")) == 1
    assert breaches() == {}


def by_id(questions: Iterable[Question]) -> list[Any]:
    """Plain names for rows: a row belongs to the connection that read it."""
    return [SimpleNamespace(id=question.id) for question in questions]


def in_threads(app: Flask, works: list[Callable[[], Any]]) -> list[Any]:
    """Run all at the same moment, each on a connection of its own; what they gave or raised."""
    db.session.rollback()
    db.session.remove()
    start, found = Barrier(len(works)), [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            start.wait()
            try:
                found[number] = work()
            except Exception as error:
                found[number] = error  # type: ignore[call-overload]
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.both_databases
def test_racing_sweeps_escalate_each_question_exactly_once(app: Flask, clock: Any) -> None:
    a_product("try", open_always=True, policy={"peer_seconds": 60, "first_reply_seconds": 60})
    questions = by_id(a_question(product="try") for _ in range(12))
    clock.advance(seconds=200)

    counts = in_threads(app, [sweep_overdue] * 4)

    # Whoever found a question held by another worker leaves it: one more sweep takes what was left.
    counts.append(sweep_overdue())
    total = {name: sum(count[name] for count in counts) for name in NOTHING}
    assert total == {"adopted": 12, "queued": 12, "raised": 12, "resolved": 0}
    for question in questions:
        assert history(question) == ["armed", "queued", "raised"]
    assert len(told("QuestionEscalated")) == len(told("CaseRaised")) == 12
    assert breaches() == {}


@pytest.mark.both_databases
def test_of_an_answer_and_a_sweep_at_the_same_moment_one_wins_and_the_other_reads_again(
    app: Flask, bob: Any, clock: Any, worker: Any
) -> None:
    a_product("try", open_always=True, policy={"peer_seconds": 60, "first_reply_seconds": 600})
    questions = by_id(a_question(product="try") for _ in range(6))
    worker.tick()
    clock.advance(seconds=61)

    def answer_all() -> None:
        for question in questions:
            an_answer(to=question, by=bob)

    failed = [found for found in in_threads(app, [answer_all, sweep_overdue]) if isinstance(found, Exception)]
    worker.tick()

    assert failed == []
    for question in questions:
        # The winner differs; that the case knows of the answer does not.
        case = case_now(question)
        assert case.state == "disarmed" if case.queued_at is None else case.peer_answered_at is not None
        assert history(question).count("queued") == (0 if case.queued_at is None else 1)
    assert breaches() == {}


@pytest.mark.both_databases
def test_two_agents_who_claim_at_once_do_not_both_have_it(
    app: Flask, stan: Any, lena: Any, clock: Any, worker: Any
) -> None:
    question = by_id([a_queued_question(clock, worker)])[0]

    def claim(actor: Any) -> Any:
        return lambda: act(claim_case, actor, question)

    found = in_threads(app, [claim(stan), claim(lena)])
    assert sum(isinstance(each, Exception) for each in found) == 1
    assert case_now(question).owner_id in (stan.id, lena.id)
    assert history(question).count("claimed") == 1


def test_one_case_that_cannot_be_swept_stops_no_other(ann: Any, clock: Any, worker: Any) -> None:
    broken, sound = a_question(by=ann), a_question(by=ann)
    worker.tick()
    clock.advance(hours=4, seconds=1)
    with transaction():  # a line of history that the unique index will refuse a second time
        case = db.session.scalars(select(Case).where(Case.question_id == broken.id)).one()
        line = CaseEvent(case_id=case.id, kind="queued", state="queued", cycle=1, level=1, at=clock.now())
        line.data, line.note = {}, ""
        db.session.add(line)

    assert sweep_overdue()["queued"] == 1

    assert (case_now(broken).state, case_now(sound).state) == ("armed", "queued")


def test_accepting_before_the_sweep_looks_leaves_nothing_to_confirm(
    ann: Any, bob: Any, clock: Any, worker: Any
) -> None:
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    clock.advance(days=6)
    with transaction():
        row, held = answer_with_question(answer.id, ann)
        accept_answer(ann, held, row)
    sweep_overdue()
    assert case_now(question).because == "accepted"
