from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domains.accounts.actor import SYSTEM
from app.domains.escalation.actions.answering import answer_case
from app.domains.escalation.actions.claiming import claim_case, reassign_case, release_case
from app.domains.escalation.actions.noting import note_case
from app.domains.escalation.actions.policies_editing import duration_text, parse_duration, set_policy
from app.domains.escalation.actions.raising import ask_staff_now, raise_case, say_not_solved
from app.domains.escalation.actions.resolving import resolve_case
from app.domains.escalation.models import CaseEvent, Clock, Level
from app.domains.escalation.queries import promise_of, terms_of
from app.domains.questions.actions.accepting import accept_answer
from app.domains.questions.actions.answering import answer_with_question
from app.extensions import db
from app.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
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
from tests.factories import a_person, a_product, a_question, an_answer

HOUR = 3600


@pytest.fixture
def queued(ann: Any, clock: Any, worker: Any) -> Any:
    return a_queued_question(clock, worker, by=ann)


def not_solved(asker: Any, question: Any, reason: str = "") -> None:
    with transaction():
        say_not_solved(asker, question.id, reason)


def call_staff(actor: Any, question: Any, reason: str = "") -> None:
    with transaction():
        ask_staff_now(actor, question.id, reason)


def test_a_claim_gives_a_lease_and_claiming_again_changes_nothing(queued: Any, stan: Any, clock: Any) -> None:
    act(claim_case, stan, queued)
    act(claim_case, stan, queued)
    case = case_now(queued)
    assert (case.state, case.owner_id) == ("assigned", stan.id)
    assert case.lease_until == clock.now() + timedelta(minutes=30)
    assert history(queued) == ["armed", "queued", "claimed"]


def test_nobody_claims_what_somebody_else_has(queued: Any, stan: Any, lena: Any) -> None:
    act(claim_case, stan, queued)
    with pytest.raises(Conflict) as refused:
        act(claim_case, lena, queued)
    assert refused.value.newer == {"owner": stan.id}


def test_a_raised_case_is_claimed_by_a_lead(queued: Any, stan: Any, lena: Any) -> None:
    act(raise_case, stan, queued, "They have a deadline tomorrow.")
    with pytest.raises(NotAllowed):
        act(claim_case, stan, queued)
    act(claim_case, lena, queued)
    assert case_now(queued).owner_id == lena.id


def test_release_keeps_every_clock_running(queued: Any, stan: Any, clock: Any) -> None:
    due_at = case_now(queued).due_at
    act(claim_case, stan, queued)
    clock.advance(minutes=5)
    act(release_case, stan, queued)
    case = case_now(queued)
    assert (case.state, case.owner_id, case.due_at, case.lease_until) == ("queued", None, due_at, None)


def test_only_the_owner_or_a_lead_releases(queued: Any, stan: Any, lena: Any) -> None:
    act(claim_case, stan, queued)
    with pytest.raises(NotAllowed):
        act(release_case, a_person("sue", role="agent"), queued)
    act(release_case, lena, queued)
    assert case_now(queued).state == "queued"


def test_a_lead_hands_a_case_to_somebody_who_works_the_product(
    queued: Any, stan: Any, lena: Any, bob: Any
) -> None:
    with pytest.raises(NotAllowed):
        act(reassign_case, stan, queued, lena.id)
    with pytest.raises(Invalid):
        act(reassign_case, lena, queued, bob.id)
    act(reassign_case, lena, queued, stan.id)
    assert case_now(queued).owner_id == stan.id


def test_a_note_is_kept_and_keeps_the_case_with_its_owner(queued: Any, stan: Any, clock: Any) -> None:
    act(claim_case, stan, queued)
    clock.advance(minutes=20)
    act(note_case, stan, queued, "The log shows a broken certificate.")
    case = case_now(queued)
    assert case.lease_until == clock.now() + timedelta(minutes=30)
    notes = select(CaseEvent.note).where(CaseEvent.kind == "note")
    assert list(db.session.scalars(notes)) == ["The log shows a broken certificate."]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_a_note_says_something_and_not_too_much(text: str, queued: Any, stan: Any) -> None:
    with pytest.raises(Invalid):
        act(note_case, stan, queued, text)


def test_an_answer_on_an_unclaimed_case_claims_and_answers_it(queued: Any, stan: Any, worker: Any) -> None:
    answer = act(answer_case, stan, queued, "Please install the firmware of March.")
    case = case_now(queued)
    assert (case.state, case.owner_id, case.answered_at) == ("answered", None, answer.created_at)
    assert answer.official
    worker.tick()
    assert history(queued) == ["armed", "queued", "answered"]


def test_an_agent_of_another_product_cannot_even_see_the_case(queued: Any) -> None:
    other = a_product("lamp")
    lou = a_person("lou", role="agent", serves=(other.id,))
    with pytest.raises(NotFound):
        act(answer_case, lou, queued, "Please install the firmware of March.")


def test_a_reply_to_an_old_version_is_a_conflict_that_names_what_is_new(
    queued: Any, stan: Any, bob: Any, clock: Any
) -> None:
    seen, seen_at = question_now(queued).version, clock.now()
    clock.advance(seconds=10)
    peer = an_answer(to=queued, by=bob)
    with pytest.raises(Conflict) as refused:
        act(answer_case, stan, queued, "Please install the firmware.", seen, seen_at=seen_at)
    assert refused.value.newer["posts"] == [{"kind": "answer", "id": peer.id, "author_id": bob.id}]
    act(answer_case, stan, queued, "Please install the firmware.", refused.value.newer["version"])
    assert case_now(queued).state == "answered"


def test_waiting_for_the_asker_pauses_the_resolution_and_their_reply_ends_it(
    queued: Any, ann: Any, stan: Any, clock: Any, worker: Any
) -> None:
    act(answer_case, stan, queued, "Which version do you have?", asks=True)
    assert case_now(queued).state == "waiting_asker"
    assert question_now(queued).service_state == "escalated"
    clock.advance(hours=2)
    an_answer(to=queued, by=ann, body="It is the version of last year.")
    worker.tick()
    case = case_now(queued)
    assert (case.state, case.owner_id, case.due_at) == ("assigned", stan.id, datetime(2026, 3, 4, 7, 0, 1, tzinfo=UTC))
    resolution = db.session.scalars(select(Clock).where(Clock.kind == "resolution")).one()
    assert len(resolution.pauses) == 1 and all(resolution.pauses[0])
    assert resolution.due_at == datetime(2026, 3, 6, 8, 0, tzinfo=UTC)  # 27 open hours after 14:00, and the two paused
    assert breaches() == {}


def test_nobody_resolves_a_case_that_nobody_answered(queued: Any, stan: Any) -> None:
    act(claim_case, stan, queued)
    with pytest.raises(NotAllowed):
        act(resolve_case, stan, queued, "fixed")


def test_staff_resolve_with_a_reason_of_the_list(queued: Any, stan: Any, bob: Any) -> None:
    act(claim_case, stan, queued)
    an_answer(to=queued, by=bob)
    with pytest.raises(Invalid):
        act(resolve_case, stan, queued, "tired")
    act(resolve_case, stan, queued, "answered", "The peer is right.")
    case = case_now(queued)
    assert (case.state, case.because, case.owner_id) == ("resolved", "answered", None)
    assert not question_now(queued).with_staff
    assert breaches() == {}


def test_raising_tells_the_next_level_once_and_ends_at_the_top(queued: Any, stan: Any, worker: Any) -> None:
    act(raise_case, stan, queued)
    assert (case_now(queued).level, case_now(queued).queue) == (2, "leads")
    with pytest.raises(Conflict):
        act(raise_case, stan, queued)


def test_an_expert_does_not_wait_for_the_promised_time(ann: Any, eve: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    clock.advance(minutes=10)
    call_staff(eve, question, "This loses data.")
    case = case_now(question)
    assert (case.state, case.level, case.because) == ("queued", 1, "asked")
    assert case.due_at == clock.now() + timedelta(hours=4)
    assert clocks(question) == [("peer", "void"), ("first_reply", "running"), ("resolution", "running")]
    worker.tick()
    assert breaches() == {}


def test_a_member_and_the_asker_wait_for_the_promised_time(ann: Any, bob: Any) -> None:
    question = a_question(by=ann)
    for actor in (ann, bob):
        with pytest.raises(NotAllowed):
            call_staff(actor, question)


def test_our_team_is_not_called_twice_nor_to_what_is_answered(queued: Any, eve: Any, ann: Any, bob: Any) -> None:
    with pytest.raises(NotAllowed):
        call_staff(eve, queued)
    answered = a_question(by=ann)
    an_answer(to=answered, by=bob)
    with pytest.raises(NotAllowed):
        call_staff(eve, answered)


def test_not_solved_opens_the_next_cycle_and_takes_the_acceptance_back(
    ann: Any, bob: Any, clock: Any, worker: Any
) -> None:
    question = a_question(by=ann)
    answer = an_answer(to=question, by=bob)
    with transaction():
        row, held = answer_with_question(answer.id, ann)
        accept_answer(ann, held, row)
    worker.tick()
    clock.advance(days=13)
    not_solved(ann, question, "It came back.")
    worker.tick()
    case = case_now(question)
    assert (case.state, case.cycle, case.level, case.peer_answered_at) == ("queued", 2, 1, None)
    assert question_now(question).accepted_answer_id is None
    assert question_now(question).service_state == "escalated"
    assert breaches() == {}


def test_from_the_second_reopening_on_the_case_starts_at_level_two(
    ann: Any, stan: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    for cycle, level in ((2, 1), (3, 2), (4, 2)):
        clock.advance(minutes=1)
        act(answer_case, stan, question, f"Please restart it {cycle} times, it takes a minute.")
        clock.advance(minutes=1)
        not_solved(ann, question)
        assert (case_now(question).cycle, case_now(question).level) == (cycle, level)
        worker.tick()
    assert breaches() == {}


def test_after_two_weeks_a_new_question_is_asked(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    worker.tick()
    clock.advance(days=5)
    worker.tick()  # confirmed: the two weeks count from here
    clock.advance(days=14, seconds=1)
    with pytest.raises(NotAllowed):
        not_solved(ann, question)


def test_only_the_asker_says_not_solved_and_only_of_what_was_answered(
    ann: Any, bob: Any, queued: Any
) -> None:
    question = a_question(by=ann)
    with pytest.raises(NotAllowed):
        not_solved(ann, question)
    an_answer(to=question, by=bob)
    with pytest.raises(NotAllowed):
        not_solved(bob, question)
    with pytest.raises(NotAllowed):
        not_solved(ann, queued)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5s", 5), ("30m", 1800), ("4h", 4 * HOUR), ("3d", 72 * HOUR), ("1h 30m", 5400), (" 2H ", 7200), ("0s", 0)],
)
def test_durations_as_people_type_them(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "4", "h", "-1h", "4 hours", "1.5h", "400d", "4hh", "９h", "1h30"])
def test_what_is_no_duration_is_refused_with_examples(text: str, app: Any) -> None:
    with pytest.raises(Invalid) as refused:
        parse_duration(text, "peer")
    assert "30m, 4h, 3d" in str(refused.value.fields["peer"][0])


@pytest.mark.parametrize("text", ["5s", "90s", "30m", "90m", "4h", "3d", "0s"])
def test_a_duration_is_shown_as_it_can_be_typed(text: str) -> None:
    assert duration_text(parse_duration(text)) == text


def test_a_new_promise_keeps_every_start(ann: Any, ada: Any, clock: Any, worker: Any) -> None:
    product = a_product("mesh")
    question = a_question(by=ann)
    queued = a_queued_question(clock, worker, by=ann)
    waiting = a_question(by=ann)
    worker.tick()
    with transaction():
        set_policy(ada, product.id, peer=HOUR, first=2 * HOUR)
    worker.tick()
    assert case_now(waiting).due_at == waiting.created_at + timedelta(hours=1) == promise_of(waiting).due_at
    since = queued.created_at + timedelta(hours=4)
    assert case_now(queued).due_at == since + timedelta(hours=2)
    assert case_now(queued).level_due_at == since + timedelta(hours=2)
    assert history(waiting) == ["armed", "recalculated"]
    assert question.id != queued.id and breaches() == {}


def test_a_ladder_has_as_many_levels_as_it_was_given(ada: Any) -> None:
    product = a_product("mesh")
    with transaction():
        set_policy(ada, product.id, first=HOUR, levels=3)
    found = select(Level.level, Level.after_seconds, Level.queue).order_by(Level.level)
    assert [tuple(row) for row in db.session.execute(found)] == [
        (1, 0, "agents"),
        (2, HOUR, "leads"),
        (3, HOUR, "leads"),
    ]
    with transaction():
        set_policy(SYSTEM, product.id, levels=[60])
    terms = terms_of(product.id)
    assert terms is not None and [rung.after_seconds for rung in terms.rungs] == [0, 60]


@pytest.mark.parametrize(
    "wrong", [{"peer": -1}, {"first": 366 * 86400}, {"levels": 0}, {"levels": 10}, {"levels": [-5]}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any], ada: Any) -> None:
    product = a_product("mesh")
    with pytest.raises(Invalid), transaction():
        set_policy(ada, product.id, **wrong)


def test_only_an_administrator_changes_a_promise(lena: Any) -> None:
    product = a_product("mesh")
    with pytest.raises(NotAllowed), transaction():
        set_policy(lena, product.id, peer=HOUR)
