from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.search.engine import Hint, NumberRange, TimeRange
from app.domains.search.parsing import MAX_TERMS, MAX_TEXT_CHARACTERS, parse_search
from tests.examples import examples

NOW = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)


def day(year: int, month: int, number: int, hour: int = 0) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


def test_a_query_of_everything_falls_into_its_parts():
    text = 'export "monthly report" -draft [excel] tag:pdf product:Desk user:Ann is:solved sort:new 报表'
    query = parse_search(text, NOW)
    assert query.words == ("export", "报表")
    assert query.phrases == ("monthly report",)
    assert query.excluded == ("draft",)
    assert query.tags == ("excel", "pdf")
    assert (query.product, query.users, query.flags, query.sort) == (("desk",), ("ann",), ("solved",), "new")
    assert query.hints == ()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("answers:0", NumberRange(0, 0)), ("answers:>3", NumberRange(4)), ("answers:>=3", NumberRange(3)),
     ("answers:<3", NumberRange(None, 2)), ("answers:<=3", NumberRange(None, 3)), ("answers:1..3", NumberRange(1, 3)),
     ("answers:2..", NumberRange(2)), ("answers：=2", NumberRange(2, 2))],
)  # fmt: skip
def test_numbers_compare(text, numbers):
    assert parse_search(text, NOW).answers == numbers


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ("2026-01-31", TimeRange(day(2026, 1, 31), day(2026, 2, 1))),
        ("2026-01", TimeRange(day(2026, 1, 1), day(2026, 2, 1))),
        ("2025", TimeRange(day(2025, 1, 1), day(2026, 1, 1))),
        (">2026-01-01", TimeRange(start=day(2026, 1, 2))),
        (">=2026-01-01", TimeRange(start=day(2026, 1, 1))),
        ("<2026-01-01", TimeRange(end=day(2026, 1, 1))),
        ("<=2026-01-01", TimeRange(end=day(2026, 1, 2))),
        ("2025-12..2026-01", TimeRange(day(2025, 12, 1), day(2026, 2, 1))),
        ("..2026-01", TimeRange(end=day(2026, 2, 1))),
        ("7d", TimeRange(start=day(2026, 3, 8, 12))),
        ("2w", TimeRange(start=day(2026, 3, 1, 12))),
        (">7d", TimeRange(end=day(2026, 3, 8, 12))),
    ],
)
def test_times_are_periods_or_ages(value, span):
    assert parse_search(f"created:{value}", NOW).created == span


def test_days_begin_at_the_readers_midnight():
    shanghai = NOW.astimezone(ZoneInfo("Asia/Shanghai"))
    assert parse_search("created:2026-03-01", shanghai).created == TimeRange(day(2026, 2, 28, 16), day(2026, 3, 1, 16))


@pytest.mark.parametrize(
    ("text", "hint", "words"),
    [
        ("colour:red", Hint("unknown_operator", {"operator": "colour"}), ("colour:red",)),
        ("is:purple", Hint("bad_value", {"operator": "is", "value": "purple"}), ("is:purple",)),
        ("score:many", Hint("bad_value", {"operator": "score", "value": "many"}), ("score:many",)),
        ("created:2026-13", Hint("bad_value", {"operator": "created", "value": "2026-13"}), ("created:2026-13",)),
        ("lang:fr", Hint("bad_value", {"operator": "lang", "value": "fr"}), ("lang:fr",)),
        ("-is:solved", Hint("unknown_operator", {"operator": "-is"}), ("-is:solved",)),
    ],
)
def test_what_is_no_operator_is_searched_as_words_with_a_hint(text, hint, words):
    query = parse_search(text, NOW)
    assert (query.hints, query.words) == ((hint,), words)


@pytest.mark.parametrize("text", ["std::sort", "https://example.org/a", "C:\\temp", "Error: it failed", "a:"])
def test_what_was_never_meant_as_an_operator_gives_no_hint(text):
    query = parse_search(text, NOW)
    assert query.words and query.hints == ()


def test_unknown_tags_are_words_in_their_place_with_a_hint():
    query = parse_search("before [no such] after [excel] tag:other", NOW, {"excel"}.intersection)
    assert query.words == ("before", "no", "such", "after", "other")
    assert query.tags == ("excel",)
    assert {hint.params["tag"] for hint in query.hints} == {"no such", "other"}


def test_tags_and_phrases_can_be_excluded():
    query = parse_search('-[excel] -tag:pdf -"not this" lamp', NOW)
    assert (query.excluded_tags, query.excluded, query.words) == (("excel", "pdf"), ("not this",), ("lamp",))


@pytest.mark.parametrize(
    ("text", "words"),
    [('say "hello world', ("say", '"hello', "world")), ('"word"', ("word",)), ('"报"', ("报",)),
     ('"!" lamp', ("lamp",)),
     ("-1 - -- +", ("-1",)), ("list[0] [] [ ]", ("list[0]",)), ("--verbose", ("--verbose",)), ("“报”", ("报",))],
)  # fmt: skip
def test_short_phrases_unbalanced_quotes_and_signs_are_words(text, words):
    query = parse_search(text, NOW)
    assert (query.words, query.phrases, query.excluded, query.tags) == (words, (), (), ())


def test_chinese_quotes_make_phrases():
    assert parse_search("“导出 报表” 失败", NOW).phrases == ("导出 报表",)


def test_too_long_a_text_is_cut_with_a_hint():
    query = parse_search("word " * 30_000, NOW)
    assert len(query.words) == MAX_TERMS
    assert {hint.code for hint in query.hints} == {"text_cut", "terms_cut"}
    assert len(query.text) <= MAX_TEXT_CHARACTERS


def test_control_characters_are_blanks():
    assert parse_search("a\x00b\x1fc\n[d]\ud800", NOW).words == ("a", "b", "c")


@settings(max_examples=examples(300), deadline=None)
@given(st.text(alphabet=st.sampled_from(list('abis:tag报表"[]-><=.0139 \x00：“”\ud800‮')), max_size=60) | st.text())
def test_nothing_that_can_be_typed_raises(text):
    query = parse_search(text, NOW, lambda names: names[:1])
    assert len(query.words) <= len(text)
