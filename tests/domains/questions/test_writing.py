"""What a text must be before it is a post: something that a reader sees."""

import pytest

from app.domains.questions.writing import clean_line, title_complaints, weight
from app.kernel import markup
from app.kernel.errors import Invalid
from tests.factories import a_comment, a_question, an_answer

FILLERS = ["\u3164", "\u2800", "\u115f", "\uffa0", "\u034f", "\ufe0f", "\u0301"]
# Long to write, and nothing of it is shown.
SHOWN_AS_NOTHING = [
    *(filler * 40 for filler in FILLERS),
    "&#8203;" * 20,
    "&nbsp;" * 20,
    "[](https://example.com/a/long/enough/address)",
    "[a]: https://example.com/a/long/enough/address",
    "---\n\n" * 8,
    "```\n```\n\n" * 5,
]


@pytest.mark.parametrize("body", SHOWN_AS_NOTHING, ids=ascii)
def test_an_answer_that_shows_nothing_is_none_and_the_promise_stands(app, ann, bob, body):
    question = a_question(by=ann)
    with pytest.raises(Invalid) as refused:
        an_answer(to=question, by=bob, body=body)
    assert "body" in refused.value.fields


@pytest.mark.parametrize("body", SHOWN_AS_NOTHING, ids=ascii)
def test_a_comment_that_shows_nothing_is_none(app, ann, bob, body):
    question = a_question(by=ann)
    with pytest.raises(Invalid):
        a_comment(on=question, by=bob, body=body)


@pytest.mark.parametrize("filler", FILLERS)
def test_a_title_of_what_nobody_sees_is_none(app, filler):
    assert title_complaints(clean_line(filler * 30))


def test_letters_with_accents_and_code_weigh_as_before(app):
    assert weight("é" * 10) == weight("e\u0301" * 10) == 10
    assert weight("重启路由器") == 12.5


def test_an_answer_of_code_alone_is_one(app, ann, bob):
    question = a_question(by=ann)
    assert an_answer(to=question, by=bob, body="```\nsudo systemctl restart mesh\n```").id


def test_a_text_that_was_weighed_is_stored_without_rendering_it_again(app, ann, bob):
    question = a_question(by=ann)
    before = markup._rendered.cache_info().misses
    an_answer(to=question, by=bob, body="Hold the button *ten* seconds, until the lamp blinks twice.")
    assert markup._rendered.cache_info().misses == before + 1
