from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.domains.accounts.actor import GUEST, SYSTEM, Actor
from app.domains.escalation import policies
from app.domains.escalation.models import Case
from app.extensions import db
from tests.factories import a_product, a_question

OURS, THEIRS = 1, 2


def staff(role: str, *team: int) -> Actor:
    return Actor(id=5, role=role, confirmed=True, team=frozenset(team))


def case(**traits: Any) -> Any:
    return SimpleNamespace(**({"product_id": OURS, "state": "queued", "queue": "agents", "owner_id": None} | traits))


def question(**traits: Any) -> Any:
    facts = {"asker_id": 7, "product_id": OURS, "closed_at": None, "hidden": False, "deleted_at": None}
    facts |= {"with_staff": False, "first_answer_at": None, "accepted_answer_id": None, "escalates": True}
    return SimpleNamespace(**(facts | traits))


MEMBER = Actor(id=6, role="member", level=1, confirmed=True)
ASKER = Actor(id=7, role="member", level=1, confirmed=True)
EXPERT = Actor(id=8, role="member", level=3, confirmed=True)
APPOINTED = Actor(id=9, role="member", confirmed=True, expert_for=frozenset({OURS}))


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (GUEST, False),
        (MEMBER, False),
        (EXPERT, False),
        (staff("moderator"), False),
        (staff("pm"), False),
        (staff("agent"), True),
        (staff("agent", OURS), True),
        (staff("agent", THEIRS), False),
        (staff("lead", THEIRS), False),
        (staff("lead"), True),
        (staff("admin", THEIRS), True),
        (SYSTEM, True),
    ],
)
def test_who_works_the_queue_of_a_product(actor: Actor, allowed: bool, app: Any) -> None:
    assert bool(policies.may_work_queue(actor, OURS)) is allowed
    assert bool(policies.may_see_case(actor, case())) is allowed


@pytest.mark.parametrize(
    ("actor", "traits", "allowed"),
    [
        (staff("agent"), {}, True),
        (staff("agent"), {"queue": "leads"}, False),
        (staff("lead"), {"queue": "leads"}, True),
        (staff("agent"), {"state": "assigned", "owner_id": 3}, False),
        (staff("agent"), {"state": "answered"}, False),
        (staff("agent", THEIRS), {}, False),
        (MEMBER, {}, False),
    ],
)
def test_who_claims(actor: Actor, traits: dict[str, Any], allowed: bool, app: Any) -> None:
    assert bool(policies.may_claim(actor, case(**traits))) is allowed


@pytest.mark.parametrize(
    ("actor", "traits", "allowed"),
    [
        (EXPERT, {}, True),
        (APPOINTED, {}, True),
        (APPOINTED, {"product_id": THEIRS}, False),
        (staff("agent"), {}, True),
        (staff("agent", THEIRS), {}, False),
        (MEMBER, {}, False),
        (ASKER, {}, False),
        (GUEST, {}, False),
        (EXPERT, {"with_staff": True}, False),
        (EXPERT, {"first_answer_at": "then"}, False),
        (EXPERT, {"closed_at": "then"}, False),
        (EXPERT, {"hidden": True}, False),
        (EXPERT, {"escalates": False}, False),
    ],
)
def test_who_calls_staff_before_the_promised_time(
    actor: Actor, traits: dict[str, Any], allowed: bool, app: Any
) -> None:
    assert bool(policies.may_ask_staff(actor, question(**traits))) is allowed


@pytest.mark.parametrize(
    ("actor", "traits", "allowed"),
    [
        (ASKER, {"first_answer_at": "then"}, True),
        (ASKER, {"accepted_answer_id": 3}, True),
        (ASKER, {}, False),
        (ASKER, {"first_answer_at": "then", "with_staff": True}, False),
        (ASKER, {"first_answer_at": "then", "closed_at": "then"}, False),
        (ASKER, {"first_answer_at": "then", "escalates": False}, False),
        (MEMBER, {"first_answer_at": "then"}, False),
        (staff("admin"), {"first_answer_at": "then"}, False),
    ],
)
def test_who_says_that_it_is_not_solved(actor: Actor, traits: dict[str, Any], allowed: bool, app: Any) -> None:
    assert bool(policies.may_say_not_solved(actor, question(**traits))) is allowed


@pytest.mark.parametrize(
    ("actor", "traits", "helped", "allowed"),
    [
        (staff("agent"), {"state": "answered"}, True, True),
        (staff("agent"), {"state": "assigned", "owner_id": 5}, True, True),
        (staff("agent"), {"state": "assigned", "owner_id": 5}, False, False),
        (staff("agent"), {"state": "assigned", "owner_id": 4}, True, False),
        (staff("lead"), {"state": "assigned", "owner_id": 4}, True, True),
        (staff("agent"), {"state": "resolved"}, True, False),
        (staff("agent"), {"state": "cancelled"}, True, False),
    ],
)
def test_who_resolves(actor: Actor, traits: dict[str, Any], helped: bool, allowed: bool, app: Any) -> None:
    asked = question(first_answer_at="then" if helped else None)
    assert bool(policies.may_resolve(actor, case(**traits), asked)) is allowed


@pytest.mark.both_databases
def test_the_rule_and_its_twin_agree(app: Any, worker: Any) -> None:
    for slug in ("mesh", "lamp"):
        a_product(slug)
        a_question(product=slug)
    worker.tick()
    cases = list(db.session.scalars(select(Case)))
    teams = [(), *((each.product_id,) for each in cases)]
    roles = ("member", "agent", "lead", "moderator", "pm", "admin")
    actors = [GUEST, SYSTEM, *(staff(role, *team) for role in roles for team in teams)]
    for actor in actors:
        by_rule = {each.id for each in cases if policies.may_see_case(actor, each)}
        assert by_rule == set(db.session.scalars(select(Case.id).where(policies.cases_seen_by(actor)))), actor


def test_a_refusal_about_a_case_does_not_tell_that_it_exists(app: Any) -> None:
    for policy in (policies.may_claim, policies.may_release, policies.may_raise, policies.may_note):
        verdict = policy(MEMBER, case())
        assert verdict.hides and not verdict.reason


def test_a_suspended_agent_works_no_queue(app: Any, clock: Any) -> None:
    suspended = replace(staff("agent"), suspended_until=clock.now() + timedelta(days=1))
    assert not policies.may_work_queue(suspended)
    assert not policies.may_claim(suspended, case())
