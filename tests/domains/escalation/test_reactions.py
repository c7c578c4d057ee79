from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domains.escalation.models import Case, CaseEvent, Clock
from app.domains.escalation.queries import case_of, promise_of
from app.domains.escalation.reactions import refresh_case
from app.domains.questions.actions.accepting import accept_answer, withdraw_acceptance
from app.domains.questions.actions.answering import (
    answer_with_question,
    delete_answer,
    restore_answer,
    say_it_did_not_help,
)
from app.domains.questions.actions.asking import (
    close_question,
    delete_question,
    move_question,
    question_to_change,
    reopen_question,
    restore_question,
)
from app.domains.questions.actions.hiding import hide_post, restore_post
from app.domains.questions.models import Answer, Question
from app.extensions import db
from app.kernel.events import EventRow, event_of
from app.kernel.jobs import Job
from app.kernel.transaction import transaction
from tests.domains.escalation.stories import (
    a_queued_question,
    breaches,
    case_now,
    clocks,
    history,
    question_now,
    row_of,
)
from tests.factories import a_comment, a_product, a_question, an_answer


def change(question: Question, actor: Any, action: Any, *args: Any) -> None:
    with transaction():
        action(actor, question_to_change(question.id, actor), *args)


def change_answer(answer: Answer, actor: Any, action: Any) -> None:
    with transaction():
        row, question = answer_with_question(answer.id, actor)
        action(actor, question, row)


def accept(answer: Answer, asker: Any) -> None:
    change_answer(answer, asker, accept_answer)


def test_the_promise_on_the_page_is_the_one_that_the_case_stores(ann: Any, worker: Any) -> None:
    question = a_question(by=ann)
    shown = promise_of(question)
    assert (shown.state, shown.why_none, shown.seconds, shown.case_id) == ("open", None, 4 * 3600, None)

    worker.tick()

    assert case_now(question).due_at == shown.due_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
    assert promise_of(question).due_at == shown.due_at


def test_a_peer_in_time_disarms_the_case_and_meets_the_promise(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    worker.tick()
    clock.advance(hours=1)
    answer = an_answer(to=question, by=bob)
    worker.tick()

    case = case_now(question)
    assert (case.state, case.answered_at, case.due_at) == ("disarmed", answer.created_at, None)
    assert clocks(question) == [("peer", "met")]
    assert promise_of(question).state == "answered"


def test_a_question_only_its_asker_answered_still_escalates(ann: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    an_answer(to=question, by=ann, body="Still broken after a restart of everything.")
    clock.advance(hours=4, seconds=1)
    worker.tick()
    assert case_now(question).state == "queued"


def test_an_accepted_own_answer_ends_the_case(ann: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    accept(an_answer(to=question, by=ann, body="Found it: the cable was loose."), ann)
    clock.advance(hours=5)
    worker.tick()
    assert case_now(question).state == "resolved"
    assert breaches() == {}


def test_without_the_only_answer_the_rest_of_the_window_counts(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    worker.tick()
    clock.advance(hours=1)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    clock.advance(hours=1)
    change_answer(answer, bob, delete_answer)
    shown = promise_of(question)
    worker.tick()

    case = case_now(question)
    assert (case.state, case.cycle) == ("armed", 1)
    assert case.due_at == clock.now() + timedelta(hours=3) == shown.due_at
    assert clocks(question) == [("peer", "met"), ("peer", "running")]


def test_a_nearly_used_up_window_comes_back_with_fifteen_minutes(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    clock.advance(hours=3, minutes=58)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    change_answer(answer, bob, delete_answer)
    worker.tick()
    assert case_now(question).due_at == clock.now() + timedelta(minutes=15)


def test_an_answer_that_did_not_help_arms_the_case_again(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    change_answer(answer, ann, say_it_did_not_help)
    worker.tick()
    assert case_now(question).state == "armed"
    assert question_now(question).first_answer_at is None


def test_acceptance_resolves_a_disarmed_case(ann: Any, bob: Any, worker: Any) -> None:
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    worker.tick()
    accept(answer, ann)
    worker.tick()
    case = case_now(question)
    assert (case.state, case.because) == ("resolved", "accepted")


def close(question: Question, ann: Any, mona: Any) -> None:
    change(question, ann, close_question, "off_topic")


def reopen(question: Question, ann: Any, mona: Any) -> None:
    change(question, ann, reopen_question)


def delete(question: Question, ann: Any, mona: Any) -> None:
    change(question, mona, delete_question)


def restore(question: Question, ann: Any, mona: Any) -> None:
    change(question, mona, restore_question)


def hide(question: Question, ann: Any, mona: Any) -> None:
    with transaction():
        hide_post(mona, question_to_change(question.id, mona), "rude")


def show(question: Question, ann: Any, mona: Any) -> None:
    with transaction():
        restore_post(mona, question_to_change(question.id, mona))


@pytest.mark.parametrize(("end", "begin_again"), [(close, reopen), (delete, restore), (hide, show)])
def test_the_end_of_a_question_cancels_its_case_and_its_return_arms_the_next_cycle(
    end: Any, begin_again: Any, ann: Any, mona: Any, clock: Any, worker: Any
) -> None:
    question = a_question(by=ann)
    worker.tick()
    clock.advance(hours=1)
    end(question, ann, mona)
    worker.tick()
    case = case_now(question)
    assert (case.state, case.due_at) == ("cancelled", None)
    assert clocks(question) == [("peer", "void")]

    clock.advance(hours=1)
    begin_again(question, ann, mona)
    shown = promise_of(question)
    worker.tick()

    case = case_now(question)
    assert (case.state, case.cycle, case.level) == ("armed", 2, 0)
    assert case.due_at == clock.now() + timedelta(hours=3) == shown.due_at
    assert breaches() == {}


def test_closing_a_question_that_is_with_staff_takes_it_from_the_queue(
    ann: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    assert question_now(question).service_state == "escalated"
    change(question, ann, close_question, "resolved_elsewhere")
    worker.tick()
    assert case_now(question).state == "cancelled"
    assert (question_now(question).with_staff, question_now(question).service_state) == (False, "closed")
    assert clocks(question) == [("peer", "breached"), ("first_reply", "void"), ("resolution", "void")]


def test_a_moved_question_keeps_its_start_and_takes_the_new_promise(
    ann: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_question(by=ann)
    a_product("fast", open_always=True, policy={"peer_seconds": 3600})
    worker.tick()
    clock.advance(minutes=10)
    change(question, ann, move_question, "fast")
    shown = promise_of(question)
    worker.tick()

    case = case_now(question)
    assert (case.state, case.product_id) == ("armed", question_now(question).product_id)
    assert case.started_at == question.created_at
    assert case.due_at == question.created_at + timedelta(hours=1) == shown.due_at


def test_a_moved_question_in_the_queue_is_worked_by_the_new_products_terms(
    ann: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    promised = case_now(question).started_at + timedelta(hours=4)
    a_product("fast", open_always=True, policy={"first_reply_seconds": 1800, "levels": [7200]})
    change(question, ann, move_question, "fast")
    worker.tick()

    case = case_now(question)
    assert (case.state, case.level) == ("queued", 1)
    assert case.due_at == promised + timedelta(minutes=30)
    assert case.level_due_at == promised + timedelta(hours=2)
    assert breaches() == {}


def test_a_product_without_a_policy_promises_nothing_and_the_page_says_why(ann: Any, clock: Any, worker: Any) -> None:
    a_product("quiet", policy=False)
    question = a_question(by=ann, product="quiet")
    assert promise_of(question).why_none == "no_policy"
    worker.tick()
    clock.advance(days=3)
    worker.tick()
    assert case_of(question.id) is None
    assert (question_now(question).escalates, question_now(question).no_promise) == (False, "no_policy")
    assert promise_of(question).why_none == "no_policy"
    assert breaches() == {}


def test_moving_to_a_product_with_a_policy_begins_a_promise_from_the_first_minute(
    ann: Any, clock: Any, worker: Any
) -> None:
    a_product("quiet", policy=False)
    a_product("mesh")
    question = a_question(by=ann, product="quiet")
    worker.tick()
    change(question, ann, move_question, "mesh")
    shown = promise_of(question)
    worker.tick()
    assert case_now(question).due_at == shown.due_at == question.created_at + timedelta(hours=4)


def test_moving_to_a_product_without_a_policy_ends_the_promise(ann: Any, worker: Any) -> None:
    a_product("quiet", policy=False)
    question = a_question(by=ann)
    worker.tick()
    change(question, ann, move_question, "quiet")
    worker.tick()
    assert case_now(question).state == "cancelled"
    assert promise_of(question).why_none == "no_policy"


def test_an_announcement_of_staff_has_no_case(lena: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=lena)
    clock.advance(days=2)
    worker.tick()
    assert case_of(question.id) is None
    assert promise_of(question).why_none == "announcement"


def test_a_public_answer_of_an_agent_answers_the_case_whoever_posts_it(
    ann: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    clock.advance(minutes=30)
    reply = an_answer(to=question, by=stan)
    worker.tick()
    case = case_now(question)
    assert (case.state, case.owner_id, case.answered_at) == ("answered", None, reply.created_at)
    assert question_now(question).service_state == "answered"
    assert clocks(question) == [("peer", "breached"), ("first_reply", "met"), ("resolution", "running")]
    claimed = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "answered")).one()
    assert (claimed.actor_id, claimed.data["claimed"]) == (stan.id, True)


def test_a_late_reply_is_a_breach_however_late_the_job_runs(ann: Any, stan: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    clock.advance(hours=5)
    an_answer(to=question, by=stan)
    worker.tick()
    assert ("first_reply", "breached") in clocks(question)


def test_the_asker_who_writes_again_gets_the_same_agent(ann: Any, stan: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    an_answer(to=question, by=stan)
    worker.tick()
    clock.advance(minutes=20)
    a_comment(on=question, by=ann, body="That did not change anything here.")
    worker.tick()

    case = case_now(question)
    assert (case.state, case.owner_id, case.level, case.cycle) == ("assigned", stan.id, 1, 1)
    assert clocks(question)[-1] == ("next_reply", "running")
    clock.advance(minutes=5)
    an_answer(to=question, by=stan, body="Then please send us the log file.")
    worker.tick()
    assert (case_now(question).state, clocks(question)[-1]) == ("answered", ("next_reply", "met"))
    assert breaches() == {}


def test_without_its_reply_an_answered_case_is_owed_again(ann: Any, stan: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    answer = an_answer(to=question, by=stan)
    worker.tick()
    change_answer(answer, stan, delete_answer)
    worker.tick()
    assert (case_now(question).state, history(question)[-1]) == ("queued", "returned")
    assert question_now(question).with_staff
    assert breaches() == {}


def test_accepting_a_peer_closes_the_case_for_staff(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    accept(an_answer(to=question, by=bob), ann)
    worker.tick()
    assert case_now(question).state == "resolved"
    assert history(question)[-2:] == ["answered", "resolved"]
    assert not question_now(question).with_staff


def test_a_resolved_case_whose_help_is_gone_begins_a_new_cycle(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    accept(answer, ann)
    worker.tick()
    change_answer(answer, ann, say_it_did_not_help)
    worker.tick()
    assert (case_now(question).state, case_now(question).cycle) == ("armed", 2)
    assert breaches() == {}


def published(question: Question) -> list[Any]:
    """What has been published about a question, as its reactions get it."""
    rows = db.session.scalars(select(EventRow).order_by(EventRow.id))
    return [event_of(row) for row in rows if row.payload.get("question_id") == question.id]


def story(ann: Any, bob: Any, stan: Any, clock: Any) -> Question:
    """Everything that can change a case, before any reaction has run."""
    question = a_question(by=ann)
    clock.advance(minutes=10)
    first = an_answer(to=question, by=bob)
    clock.advance(minutes=10)
    change_answer(first, bob, delete_answer)
    change_answer(first, bob, restore_answer)
    accept(first, ann)
    clock.advance(minutes=10)
    change_answer(first, ann, withdraw_acceptance)
    change(question, ann, close_question, "unclear")
    change(question, ann, reopen_question)
    return question


def test_the_order_of_the_news_changes_nothing(ann: Any, bob: Any, stan: Any, clock: Any) -> None:
    question = story(ann, bob, stan, clock)
    events = published(question)
    rows = set()
    for order in list(permutations(events[-5:]))[::7]:
        with transaction():
            for table in (CaseEvent.__table__, Clock.__table__, Case.__table__):
                db.session.execute(table.delete())
            for event in [*order, *events[:-5], *order]:
                refresh_case(event)
        rows.add(tuple(sorted((k, v) for k, v in row_of(question).items() if k != "id" and v is not None)))
    assert len(rows) == 1
    assert dict(next(iter(rows)))["state"] == "disarmed"


def job_count() -> int:
    return db.session.scalar(select(func.count()).select_from(Job)) or 0


def test_repeating_every_reaction_changes_no_table(ann: Any, bob: Any, stan: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    an_answer(to=question, by=bob)
    an_answer(to=question, by=stan)
    worker.tick()
    before = (row_of(question), history(question), clocks(question), job_count())
    for event in published(question):
        with transaction():
            refresh_case(event)
    assert (row_of(question), history(question), clocks(question), job_count()) == before
