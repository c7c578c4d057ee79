"""Requests of every kind that the OpenAPI document allows and forbids, by five roles, to a real web process.

No answer is the forum's own fault, and none differs from what the document says of it. How many requests: a suite of
five minutes has room for REQUESTS; API_REQUESTS=5000 asks for more, and `make soak` for 20,000.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from app.api.document import document
from app.domains.accounts.actions.tokens_managing import issue_token
from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.escalation.actions.raising import ask_staff_now
from app.domains.escalation.models import Case, CaseState
from app.domains.feedback.actions.labelling import label_post
from app.extensions import db
from app.kernel import schedule
from app.kernel.transaction import transaction
from tests.factories import a_comment, a_person, a_product, a_question, a_vote, an_answer
from tests.servers.live_forum import Forum, forum_beside_web

pytestmark = pytest.mark.soak

REQUESTS = 1000
ROLES = {"guest": None, "member": ("member", 1), "expert": ("member", 3), "agent": ("agent", 1), "admin": ("admin", 1)}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What is there, so that a request comes further than to "there is no such thing".
THERE: dict[str, list[Any]] = {
    "product": ["mesh"], "post": ["question:1", "answer:1", "comment:1"], "tags": [["wifi"]], "tag": ["wifi"],
    "title": ["The router drops the connection every night"], "body": ["It happens every night at three o'clock."],
    "target": ["1", "mesh", "wifi"], "base_version": [None, 1, 2], "quote": ["", "Same here since Monday."],
    "reason": ["It happens since Monday.", "rude"], "note": ["A note among us."],
}  # fmt: skip
IDS = 6  # of each kind, about


@pytest.fixture(scope="module")
def forum(empty_database, tmp_path_factory) -> Iterator[Forum]:
    with forum_beside_web(empty_database, tmp_path_factory.mktemp("generated")) as both:
        yield both


def furnish(forum: Forum) -> None:
    """Questions with answers, comments and votes, two cases in the queue, feedback, an index."""
    ann, bob = a_person("ann"), a_person("bob")
    a_product("mesh", open_always=True)
    questions = [a_question(by=ann) for _number in range(IDS)]
    for question in questions[:4]:
        a_vote(on=an_answer(to=question, by=bob), by=ann)
        a_comment(on=question, by=bob)
    with transaction():
        label_post(ann, f"question:{questions[0].id}", "", "bug")
    forum.work()
    for question in questions[4:]:
        with transaction():
            ask_staff_now(a_person("eve", level=3), question.id, "It is urgent.")
    schedule.run_due()
    forum.work()
    assert db.session.scalars(select(Case.state).where(Case.state == CaseState.QUEUED)).all()


def session_of(role: str) -> requests.Session:
    """A program of this role."""
    session = requests.Session()
    if ROLES[role] is not None:
        kind, level = ROLES[role]
        person: Actor = a_person(f"the {role}", role=kind, level=level)
        with transaction():
            session.headers["Authorization"] = f"Bearer {issue_token(SYSTEM, person.id or 0)}"
    return session


def plausible(case: Any, dice: random.Random) -> Any:
    """The case, with something that is there in most of its places."""
    for values in (case.path_parameters, case.query, case.body):
        if not isinstance(values, dict):
            continue
        for name in list(values):
            if dice.random() < 0.6 and name in THERE:
                values[name] = dice.choice(THERE[name])
            elif dice.random() < 0.8 and name.endswith("_id") and values is case.path_parameters:
                values[name] = dice.randint(1, IDS)
    return case


def ask(forum: Forum, session: requests.Session, operation: Any, mode: GenerationMode, examples: int, start: int):
    """As many generated requests of one operation; gives (how many were sent, statuses, what was wrong)."""
    dice, statuses, wrong = random.Random(start), Counter(), []

    @seed(start)
    @settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate], report_multiple_bugs=False,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = plausible(case, dice).call(base_url=forum.web.address, session=session, timeout=30)
        statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as failed:
            said = "; ".join(f"{one.title}: {one.message}"[:600] for one in failed.exceptions)
            wrong.append(f"{case.as_curl_command()}\n  {answer.status_code}: {said}\n  {answer.text[:300]}")

    send()
    return statuses, wrong


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(document())
    return [found.ok() for found in schema.get_all_operations()]


def modes_of(operation: Any) -> list[GenerationMode]:
    """Without a query and a body there is nothing that could be sent wrongly."""
    takes = [each for each in operation.iter_parameters() if each.location == "query"] or list(operation.body)
    return [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if takes else [GenerationMode.POSITIVE]


def test_no_generated_request_breaks_the_forum_or_its_word(forum):
    furnish(forum)
    wanted = int(os.environ.get("API_REQUESTS") or (20_000 if os.environ.get("SOAK") else REQUESTS))
    first = int(os.environ.get("SEED", "20260303"))
    known = operations()
    rounds = max(1, round(wanted / (sum(len(modes_of(each)) for each in known) * len(ROLES))))
    statuses, wrong = Counter(), []
    for role in ROLES:
        session = session_of(role)
        for operation in known:
            for mode in modes_of(operation):
                some, bad = ask(forum, session, operation, mode, rounds, first)
                statuses += some
                wrong += [f"{role} ({mode.name.lower()}): {line}" for line in bad]
    print(f"{sum(statuses.values())} requests, seed {first}: {dict(sorted(statuses.items()))}")
    assert not wrong, f"{len(wrong)} of {sum(statuses.values())}\n" + "\n".join(wrong[:20])
