from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.domains.escalation.actions.answering import answer_case
from app.domains.escalation.actions.claiming import claim_case
from app.domains.escalation.actions.noting import note_case
from app.domains.escalation.explaining import explanation_lines
from app.domains.escalation.models import Case
from app.domains.escalation.queries import (
    case_page,
    explain,
    promise_of,
    promise_preview,
    promises_by_product,
    promises_of,
    queue_counts,
    staff_queue,
)
from app.domains.escalation.queries.cases import who_is_told
from app.domains.products.models import Calendar, QuestionKindRule
from app.extensions import db
from app.kernel.errors import NotAllowed, NotFound
from app.kernel.transaction import transaction
from tests.conftest import statements
from tests.domains.escalation.stories import a_queued_question, act, breaches, case_now
from tests.factories import a_person, a_product, a_question, an_answer


def listed(actor: Any, **filters: Any) -> list[int]:
    return [row.question_id for row in staff_queue(actor, **filters).items]


def test_a_promise_costs_one_statement(ann: Any, worker: Any) -> None:
    first, second = a_question(by=ann), a_question(by=ann)
    worker.tick()
    assert (first.id, second.id) == (1, 2)  # read again before anything is counted
    with statements() as seen:
        promise_of(first)
    assert len(seen) == 1
    with statements() as seen:
        both = promises_of([first, second])
    assert (len(seen), set(both)) == (1, {first.id, second.id})


def test_the_ask_form_says_what_the_question_will_be_promised(ann: Any, clock: Any) -> None:
    mesh, quiet = a_product("mesh"), a_product("quiet", policy=False)
    shown = promise_preview(mesh)
    assert shown.due_at == clock.now() + timedelta(hours=4)
    assert promise_preview(quiet.id).why_none == "no_policy"
    assert {slug: promise.due_at for slug, promise in promises_by_product().items()} == {
        "mesh": shown.due_at,
        "quiet": None,
    }
    assert promise_of(a_question(by=ann)).due_at == shown.due_at


def test_a_kind_that_skips_the_peer_window_is_promised_to_staff_at_once(ann: Any, clock: Any, worker: Any) -> None:
    product = a_product("mesh")
    with transaction():
        rule = QuestionKindRule(product_id=product.id, kind="complaint", skips_peer_window=True)
        rule.opens_privately = False
        db.session.add(rule)
    complaint = a_question(by=ann, kind="complaint")
    assert promise_of(complaint).due_at == clock.now()
    worker.tick()
    clock.advance(seconds=2)
    worker.tick()
    assert case_now(complaint).state == "queued"


def test_a_corrected_calendar_counts_at_once_although_it_is_kept_parsed(ann: Any, clock: Any) -> None:
    product = a_product("mesh")
    question = a_question(by=ann)
    before = promise_of(question).due_at
    with transaction():
        hours = {"timezone": "UTC", "weekly": [[["00:00", "24:00"]]] * 7}
        changed = update(Calendar).where(Calendar.id == product.calendar_id)
        db.session.execute(changed.values(hours=hours, version=2))
    clock.advance(hours=0)
    assert promise_of(question).due_at == question.created_at + timedelta(hours=4) == before
    with transaction():
        hours = {"timezone": "UTC", "weekly": [[["12:00", "13:00"]]] * 7}
        db.session.execute(changed.values(hours=hours, version=3))
    assert promise_of(question).due_at == question.created_at.replace(hour=13) + timedelta(days=3)


def test_a_calendar_without_hours_is_an_error_that_doctor_names(ann: Any, worker: Any) -> None:
    product = a_product("mesh")
    with transaction():
        hours = {"timezone": "UTC", "weekly": [[]] * 7, "overrides": {"2020-01-01": [["09:00", "10:00"]]}}
        db.session.execute(update(Calendar).where(Calendar.id == product.calendar_id).values(hours=hours, version=2))
    question = a_question(by=ann)
    assert promise_of(question).why_none == "no_hours"
    worker.tick()
    assert set(breaches()) == {"escalation.calendar"}


def test_the_queue_begins_with_the_breached_and_then_goes_by_the_minute(ann: Any, stan: Any, clock: Any) -> None:
    questions = [a_question(by=ann) for _ in range(5)]
    at = clock.now().replace(second=0, microsecond=0)
    for question, seconds in zip(questions, (180, None, 100, -540, 70), strict=True):
        queue_up(question, None if seconds is None else at + timedelta(seconds=seconds))
    ids = [question.id for question in questions]
    # The third and the fifth are due in the same minute, so their ids decide; nothing promised comes last.
    assert listed(stan) == [ids[3], ids[2], ids[4], ids[0], ids[1]]
    assert listed(stan, breached=True) == [ids[3]]


def queue_up(question: Any, due_at: Any) -> None:
    with transaction():
        case = Case(question_id=question.id, product_id=question.product_id, policy_id=1, state="queued")
        case.level, case.cycle, case.queue = 1, 1, "agents"
        case.started_at = case.created_at = case.updated_at = question.created_at
        case.due_at = due_at
        db.session.add(case)


@pytest.mark.both_databases
def test_the_pages_of_the_queue_hold_every_case_once(app: Any, stan: Any, clock: Any) -> None:
    questions = [a_question() for _ in range(7)]
    for number, question in enumerate(questions):
        queue_up(question, clock.now() + timedelta(minutes=number % 3 - 1) if number else None)
    seen, after = [], None
    for _ in range(4):
        page = staff_queue(stan, after=after, limit=2)
        seen += [row.question_id for row in page.items]
        after = page.next
    assert after is None
    assert seen == listed(stan)
    assert sorted(seen) == sorted(question.id for question in questions)


def test_the_queue_costs_one_statement_however_long_it_is(ann: Any, stan: Any, clock: Any) -> None:
    for _ in range(4):
        queue_up(a_question(by=ann), clock.now())
    with statements() as seen:
        assert len(staff_queue(stan).items) == 4
    assert len(seen) == 1


def test_the_filters_of_the_queue(ann: Any, stan: Any, lena: Any, clock: Any, worker: Any) -> None:
    mine = a_question(by=ann)
    other = a_queued_question(clock, worker, by=ann, product="lamp")
    act(claim_case, stan, mine)
    assert listed(stan, mine=True) == [mine.id]
    assert listed(stan, state="queued") == [other.id]
    assert listed(stan, product="lamp") == [other.id]
    assert listed(stan, queue="leads") == []
    assert queue_counts(stan) == {"all": 2, "mine": 1, "breached": 0}


def test_an_answered_case_has_left_the_queue(ann: Any, stan: Any, clock: Any, worker: Any) -> None:
    question = a_queued_question(clock, worker, by=ann)
    act(answer_case, stan, question, "Please install the firmware of March.")
    assert listed(stan) == []
    assert listed(stan, state="answered") == [question.id]


def test_a_queue_shows_the_cases_of_ones_own_products_only(ann: Any, clock: Any, worker: Any) -> None:
    lamp = a_product("lamp")
    a_question(by=ann)
    ours = a_queued_question(clock, worker, by=ann, product="lamp")
    lou = a_person("lou", role="agent", serves=(lamp.id,))
    assert listed(lou) == [ours.id]
    assert queue_counts(lou)["all"] == 1


@pytest.mark.parametrize("who", ["bob", "eve", "mona", "pat"])
def test_the_queue_is_for_those_who_work_it(who: str, request: Any) -> None:
    with pytest.raises(NotAllowed):
        staff_queue(request.getfixturevalue(who))


def test_the_page_of_a_case_holds_thread_history_and_clocks(
    ann: Any, stan: Any, lena: Any, clock: Any, worker: Any
) -> None:
    question = a_queued_question(clock, worker, by=ann)
    act(claim_case, stan, question)
    act(note_case, stan, question, "Looks like the certificate.")
    page = case_page(lena, case_now(question).id)
    assert [line.kind for line in page.events] == ["armed", "queued", "claimed", "note", "lease_renewed"]
    assert (page.owner and page.owner.name, page.question.id, page.top_level) == ("stan", question.id, 2)
    assert [clock_line.kind for clock_line in page.clocks] == ["peer", "first_reply", "resolution"]
    assert {person.name for person in page.team} == {"stan", "lena"}


def test_the_page_of_a_case_is_not_there_for_others(ann: Any, bob: Any, clock: Any, worker: Any) -> None:
    case_id = case_now(a_queued_question(clock, worker, by=ann)).id
    for actor in (ann, bob):
        with pytest.raises(NotFound):
            case_page(actor, case_id)


def test_agents_hear_of_level_one_and_leads_of_what_is_above(stan: Any, lena: Any, ada: Any) -> None:
    product = a_product("mesh")
    assert who_is_told(product.id, 1) == [stan.id]
    assert who_is_told(product.id, 2) == [lena.id]


def test_without_agents_the_lead_hears_and_without_a_lead_the_administrators(ada: Any, pat: Any) -> None:
    product = a_product("mesh")
    assert who_is_told(product.id, 1) == [ada.id]
    lena = a_person("lena", role="lead", serves=(product.id,))
    assert who_is_told(product.id, 1) == [lena.id]


def test_a_deadline_is_explained_line_by_line(ann: Any, clock: Any, worker: Any) -> None:
    clock.advance(hours=6)  # 16:00 in Shanghai: two hours are left of the day
    question = a_question(by=ann)
    expected = [
        "Peer window: 4 h of open time, counted from Tue 2026-03-03 16:00 (Asia/Shanghai).",
        "Tue 2026-03-03: 16:00-18:00 (weekly hours) = 2 h, together 2 h.",
        "Wed 2026-03-04: 09:00-11:00 (weekly hours) = 2 h, together 4 h.",
        "Due Wed 2026-03-04 11:00.",
    ]
    assert explanation_lines(explain(question.id)) == expected
    worker.tick()
    assert explanation_lines(explain(question.id)) == expected


def test_an_explanation_of_nothing_says_why(lena: Any, ann: Any, bob: Any, worker: Any) -> None:
    assert explanation_lines(explain(a_question(by=lena).id)) == ["No promise: staff wrote this themselves."]
    a_product("quiet", policy=False)
    asked = a_question(by=ann, product="quiet")
    assert explanation_lines(explain(asked.id)) == ["No promise: the product has no policy."]
    an_answer(to=asked, by=bob)
    with pytest.raises(NotFound):
        explain(999)
