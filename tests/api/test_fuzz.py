"""Whatever is sent, the forum answers with one of the statuses that it describes, and never with its own fault."""

import random
from typing import Any

import pytest
from sqlalchemy import select

from app.api.document import document
from app.domains.escalation.models import Case
from app.extensions import db
from tests.factories import a_comment, a_question, an_answer

SEED, REQUESTS = 20260303, 240

ODD = [
    None, True, False, 0, 1, -1, 2**31, 2**63, 10**40, 0.5, float("nan"), "", " ", "x", "question:1", "answer:1",
    "comment:1", "question:99999999999999999999", "answer:", "\u200b\u200b", "\0", "\ud800", "😀" * 50, "互助" * 200,
    "a" * 40_000,
    "<script>alert(1)</script>", "' OR 1=1 --", "2026-13-45", [], {}, ["wifi"], [None], ["a"] * 60, {"a": {"b": []}},
    "mesh", "wifi", "bug", "planned", "declined", "active", "new", "watching", "rude", "WzFd", "bnVsbA", "W251bGwsMV0",
]  # fmt: skip
# What passes the first look, so that the odd value beside it is met further inside.
PLAUSIBLE: dict[str, Any] = {
    "title": "The router drops the connection", "body": "It happens every night at three o'clock.", "product": "mesh",
    "tags": ["wifi"], "kind": "idea", "post": "question:1", "quote": "", "type": "bug", "value": 1, "note": "A note.",
    "state": "triaged", "reason": "It happens since Monday.", "base_version": 1, "level": "watching", "ids": [1],
}  # fmt: skip
TARGETS = ["1", "0", "x", "wifi", "mesh", "互助", str(2**63), "%00", "..", "a" * 300]


def some_value(dice: random.Random, field: str) -> Any:
    return PLAUSIBLE[field] if field in PLAUSIBLE and dice.random() < 0.6 else dice.choice(ODD)


def some_request(dice: random.Random, path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    schemas, query = document()["components"]["schemas"], {}
    for each in operation["parameters"]:
        if each["in"] == "path":
            whole = each["schema"].get("type") == "integer"
            kinds = each["schema"].get("enum", ["1", "1", "2", "77", str(2**64)] if whole else TARGETS)
            path = path.replace("{" + each["name"] + "}", dice.choice(list(kinds)))
        elif each["in"] == "query" and dice.random() < 0.5:
            value = dice.choice(ODD)
            query[each["name"]] = "\ufffd" if value == "\ud800" else str(value)[:3000]
    request: dict[str, Any] = {"path": path.removeprefix("/api/v1"), "query_string": query}
    if "requestBody" in operation:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        fields = schemas[name].get("properties", {})
        sent: Any = {field: some_value(dice, field) for field in fields if dice.random() < 0.9}
        request["json"] = dice.choice(ODD) if dice.random() < 0.1 else sent
    return request | {"method": method.upper()}


@pytest.mark.both_databases
def test_nothing_that_is_sent_breaks_the_forum(program, worker, clock, ann, ada):
    question = a_question(by=ann)
    a_comment(on=question)
    an_answer(to=question)
    a_question(by=ann)
    worker.tick()
    clock.advance(hours=30)
    worker.tick()
    assert db.session.scalar(select(Case.id)) is not None
    dice, senders, wrong = random.Random(SEED), [program(), program(ann), program(ada)], []
    paths = document()["paths"].items()
    calls = [(path, method, found) for path, methods in paths for method, found in methods.items()]
    for number in range(REQUESTS):
        path, method, operation = calls[number % len(calls)]
        request = some_request(dice, path, method, operation)
        answer = dice.choice(senders).call(**request)
        known = answer.status_code < 500 and str(answer.status_code) in operation["responses"]
        if not known or (answer.status_code >= 400 and answer.mimetype != "application/problem+json"):
            wrong.append(f"{method} {path} {str(request)[:300]}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
