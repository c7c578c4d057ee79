"""The OpenAPI document and its page."""

import re

import pytest
from openapi_spec_validator import validate

from app.api.document import document
from app.domains.escalation.models import CaseState
from app.domains.feedback.models import FeedbackType, ItemState
from app.domains.questions.models import Kind, ServiceState

WITHOUT_DESCRIPTION = {"api.openapi", "api.docs"}


def routes(app) -> set[tuple[str, str]]:
    """(method, path) of every call, as OpenAPI writes them."""
    return {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in WITHOUT_DESCRIPTION
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def described() -> set[tuple[str, str]]:
    return {(method, path) for path, methods in document()["paths"].items() for method in methods}


def test_the_document_is_valid_openapi_3_1(guest):
    found = guest.get("/openapi.json")
    assert found.mimetype == "application/json" and found.json["openapi"].startswith("3.1")
    validate(found.json)


def test_every_route_is_described_and_nothing_else(app):
    assert routes(app) == described()


def test_every_row_of_the_contract_is_there(app):
    promised = """
        get /me|get /users/{user_id}|get /products|get /tags|get /questions|post /questions|get /questions/{question_id}
        patch /questions/{question_id}|delete /questions/{question_id}|post /questions/{question_id}/answers
        patch /answers/{answer_id}|delete /answers/{answer_id}|post /questions/{question_id}/comments
        post /answers/{answer_id}/comments|put /questions/{question_id}/vote|put /answers/{answer_id}/vote
        put /answers/{answer_id}/acceptance|delete /answers/{answer_id}/acceptance|get /search|get /similar
        get /leaderboard|get /staff/cases|get /staff/cases/{case_id}|post /staff/cases/{case_id}/claim
        post /staff/cases/{case_id}/release|post /staff/cases/{case_id}/note|post /staff/cases/{case_id}/raise
        post /staff/cases/{case_id}/resolve|post /questions/{question_id}/escalate
        post /questions/{question_id}/not-solved|post /feedback|get /feedback|get /feedback/{item_id}
        patch /feedback/{item_id}|get /digests|get /digests/{digest_id}|get /notifications|post /notifications/read
        put /follows/{kind}/{target}|delete /follows/{kind}/{target}|post /flags
    """
    wanted = {tuple(line.strip().split(" ")) for line in promised.replace("\n", "|").split("|") if line.strip()}
    assert {(method, f"/api/v1{path}") for method, path in wanted} == routes(app)


def test_words_are_enums_of_the_domains(app):
    schemas = document()["components"]["schemas"]
    for words in (Kind, ServiceState, CaseState, FeedbackType, ItemState):
        assert schemas[words.__name__]["enum"] == [word.value for word in words]


def test_each_call_says_its_security_its_problems_and_its_key(app):
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            problems = {status: one for status, one in operation["responses"].items() if int(status) >= 400}
            by_query = any(each["in"] == "query" for each in operation["parameters"])
            of_the_server = problems.pop("414", None)
            assert (of_the_server is not None) == by_query, path
            assert {"400", "401", "403", "404", "429", "500", "503"} <= problems.keys(), path
            assert all(list(one["content"]) == ["application/problem+json"] for one in problems.values())
            assert operation["security"][0]["token"] and operation["summary"], path
            keys = [each for each in operation["parameters"] if each["name"] == "Idempotency-Key"]
            assert len(keys) == (method == "post"), path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_call_and_runs_no_script_of_its_own(client, language):
    page = client.get("/api/v1/docs", headers={"Accept-Language": language})
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for path, methods in document()["paths"].items():
        assert path in page.text
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text
    for name in document()["components"]["schemas"]:
        assert f'id="schema-{name}"' in page.text
    identifiers = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(identifiers) == len(set(identifiers))
