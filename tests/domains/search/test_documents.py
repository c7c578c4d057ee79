from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domains.search.documents import (
    MAX_ANSWERS_CHARACTERS,
    MAX_BODY_CHARACTERS,
    AnswerForIndex,
    QuestionForIndex,
    document_of,
)
from app.domains.search.engine import SearchQuery
from app.domains.search.highlight import highlight_terms, marked, snippet

AT = datetime(2026, 3, 1, tzinfo=UTC)
QUESTION = QuestionForIndex(
    id=7, title="How to export?", body_text="The button is grey.", tags=("excel",), product="desk", asker="ann",
    answers=(), state="open", kind="question", score=3, accepted=False, escalated=False, created_at=AT, active_at=AT,
    audience=("all",),
)  # fmt: skip


def test_a_document_knows_its_answers_and_who_took_part():
    said = [("bob", "Click it.", False), ("ann", "Thanks.", False), ("bob", "Or not.", True)]
    answers = tuple(AnswerForIndex(*each) for each in said)
    document = document_of(replace(QUESTION, answers=answers, accepted=True))
    assert document.participants == ("ann", "bob")
    assert document.answers == "Click it.\n\nThanks.\n\nOr not."
    assert set(document.flags) == {"answered", "solved", "official"}


def test_a_question_without_answers_is_unanswered():
    assert document_of(QUESTION).flags == ("unanswered",)
    assert set(document_of(replace(QUESTION, escalated=True)).flags) == {"unanswered", "escalated"}


def test_long_texts_are_cut():
    document = document_of(replace(QUESTION, body_text="x" * 50_000, answers=(AnswerForIndex("bob", "y" * 200_000),)))
    assert (len(document.body), len(document.answers)) == (MAX_BODY_CHARACTERS, MAX_ANSWERS_CHARACTERS)


@pytest.mark.parametrize(
    ("title", "body", "lang"),
    [
        ("如何导出", "Traceback most recent call last " * 20, "zh"),
        ("Help", "报表打不开，点了没有反应", "zh"),
        ("Help", "me", "en"),
    ],
)
def test_the_language_is_that_of_the_title_or_else_of_both(title, body, lang):
    assert document_of(replace(QUESTION, title=title, body_text=body)).lang == lang
    assert document_of(replace(QUESTION, title=title, body_text=body, lang="en")).lang == "en"


def terms(*words: str, phrases: tuple[str, ...] = ()) -> frozenset[str]:
    return highlight_terms(SearchQuery(words=words, phrases=phrases))


def test_words_are_marked_in_both_scripts_whatever_their_form():
    assert marked("Exported 报表 today", terms("export", "报表")) == [
        ("Exported", True), (" ", False), ("报表", True), (" today", False),
    ]  # fmt: skip
    assert marked("如何导出报表", terms("导出报表")) == [("如何", False), ("导出报表", True)]
    assert marked("the lamp", terms("the", "lamp")) == [("the ", False), ("lamp", True)]


def test_phrases_are_marked():
    assert marked("导出的 PDF", terms(phrases=("导出的 PDF",))) == [("导出的", True), (" ", False), ("PDF", True)]


@pytest.mark.parametrize("filler", ["some words without sense ", "这里什么都没有说明"])
def test_a_snippet_shows_the_most_telling_place(filler):
    text = filler * 30 + "lamp here. " + filler * 30 + "the lamp and the 报表 together " + filler * 30
    segments = snippet(text, terms("lamp", "报表"), length=120)
    assert {part for part, is_match in segments if is_match} == {"lamp", "报表"}
    assert (segments[0], segments[-1]) == (("…", False), ("…", False))
    shown = "".join(part for part, _ in segments[1:-1])
    assert shown in " ".join(text.split())
    assert len(shown) <= 120


def test_a_short_text_is_shown_whole_and_an_empty_one_not():
    assert snippet("All of\n it", frozenset()) == [("All of it", False)]
    assert snippet("", terms("lamp")) == []
