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
    names: Any = app.jinja_env.globals
    known = names["gettext"]

    @pass_context
    def noted(context: Any, sentence: str, *values: Any, **named: Any) -> Any:
        seen.append(sentence)
        return known(context, sentence, *values, **named)

    names["gettext"] = names["_"] = noted
    try:
        yield seen
    finally:
        names["gettext"] = names["_"] = known


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


def test_ten_answers_that_were_shown_before_cost_no_more_than_one(
    app: Flask, client: FlaskClient, ann: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str | None] = []
    make_module = Template.make_module

    def noted(template: Template, *values: Any, **named: Any) -> Any:
        made.append(template.name)
        return make_module(template, *values, **named)

    def modules_of_macros(answers: int) -> int:
        """For a page that shows so many, when it is asked for the second time."""
        question = a_question(by=ann)
        for number in range(answers):
            an_answer(to=question, by=bob, body=f"Please wait for {number + 2} minutes, then restart it.")
        for _time in range(2):
            made.clear()
            page = client.get(f"/questions/{question.id}/{question.slug}?shelf={_time}").text
        assert page.count("data-answer=") == answers
        return len(made)

    monkeypatch.setattr(Template, "make_module", noted)
    assert 0 < modules_of_macros(answers=10) == modules_of_macros(answers=1)
