"""What a row of a list, or an answer of a thread, may add to the work for a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Template, pass_context

from app.domains.accounts.actor import Actor
from tests.factories import a_question, an_answer


@contextmanager
def translations(app: Flask) -> Iterator[list[str]]:
    """The sentences that templates ask for in the reader's language."""
    seen: list[str] = []
    known: Any = app.jinja_env.globals["gettext"]

    @pass_context
    def noted(context: Any, sentence: str, *values: Any, **named: Any) -> Any:
        seen.append(sentence)
        return known(context, sentence, *values, **named)

    app.jinja_env.globals["gettext"] = noted
    try:
        yield seen
    finally:
        app.jinja_env.globals["gettext"] = known


def test_a_row_of_a_list_translates_only_what_it_shows(app: Flask, client: FlaskClient, ann: Actor) -> None:
    a_question(by=ann)
    with translations(app) as one_row:
        client.get("/questions")
    for _number in range(5):
        a_question(by=ann)

    with translations(app) as six_rows:
        assert client.get("/questions").text.count("question-row") == 6

    assert len(one_row) > 10
    assert len(six_rows) - len(one_row) <= 5 * 8


def test_thirty_answers_make_no_more_modules_of_macros_than_one(
    app: Flask, client: FlaskClient, ann: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = a_question(by=ann)
    an_answer(to=question, by=bob)
    made: list[str | None] = []
    make_module = Template.make_module

    def noted(template: Template, *values: Any, **named: Any) -> Any:
        made.append(template.name)
        return make_module(template, *values, **named)

    monkeypatch.setattr(Template, "make_module", noted)
    client.get(f"/questions/{question.id}/{question.slug}")
    for_one = len(made)
    for number in range(4):
        an_answer(to=question, by=bob, body=f"Please wait for {number + 2} minutes, then restart it.")
    made.clear()

    assert client.get(f"/questions/{question.id}/{question.slug}").text.count("data-answer=") == 5
    assert 0 < len(made) <= for_one
