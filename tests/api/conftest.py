"""A program with a token."""

from importlib.util import find_spec
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.domains.accounts.actions.tokens_managing import issue_token
from app.domains.accounts.actor import SYSTEM, Actor
from app.kernel.transaction import transaction

# `make check`, `make soak` and `.ci/run` install what it asks with (requirements-check.in); `make test` does not.
collect_ignore = [] if find_spec("schemathesis") else ["test_generated_requests.py"]


class Program:
    """Speaks JSON for somebody, or for a guest."""

    def __init__(self, app: Flask, actor: Actor | None = None, *scopes: str, language: str = "en") -> None:
        self.client = app.test_client()
        self.headers = {"Accept-Language": language}
        if actor is not None:
            with transaction():
                token = issue_token(SYSTEM, actor.id or 0, scopes)
            self.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        return self.client.open(f"/api/v1{path}", method=method, headers=self.headers | (headers or {}), **more)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query or None)

    def post(self, path: str, json: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        return self.call("POST", path, headers, json={} if json is None else json)

    def put(self, path: str, json: Any = None) -> TestResponse:
        return self.call("PUT", path, json={} if json is None else json)

    def patch(self, path: str, json: Any) -> TestResponse:
        return self.call("PATCH", path, json=json)

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)


@pytest.fixture
def program(app: Flask) -> Any:
    """`program(ann)` with a token of hers, `program()` a guest's."""
    return lambda actor=None, *scopes, **more: Program(app, actor, *scopes, **more)


@pytest.fixture
def guest(program: Any) -> Program:
    return program()
