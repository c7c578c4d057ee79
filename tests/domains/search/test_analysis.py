"""The tokens are a format: a change here needs a new ANALYSIS_VERSION and a rebuild of every index."""

import pytest

from app.domains.search.analysis import (
    detect_language,
    phrase_tokens,
    positioned_tokens,
    query_units,
    search_tokens,
    similar_tokens,
    title_key,
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("如何导出报表", ["如", "如何", "何", "导", "导出", "出", "报", "报表", "表"]),
        ("Running tests", ["run", "test"]),
        ("C++ C# .NET", ["c++", "c#", "net", ".net"]),
        ("node.js", ["node.js", "node", "js"]),
        ("getUserName", ["get", "user", "name", "getusernam"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("don’t", ["don't"]),
        ("Crème brûlée", ["crème", "brûlée"]),
        ("Excel表格", ["excel", "表", "表格", "格"]),
        ("?! …", []),
        ("", []),
    ],
)
def test_tokens_stay_as_they_are(text, tokens):
    assert search_tokens(text) == tokens


@pytest.mark.parametrize("text", ["如何导出报表到Excel", "node.js and getUserName", "a-b-c 中国科学院计算所 C++"])
def test_positions_never_fall_and_a_phrase_has_one_token_at_each(text):
    positions = [token.position for token in positioned_tokens(text, start=5)]
    assert positions == sorted(positions)
    assert sorted(set(positions)) == list(range(5, 5 + len(phrase_tokens(text))))
    assert {(token, place + 5) for place, token in enumerate(phrase_tokens(text))} <= set(positioned_tokens(text, 5))


@pytest.mark.parametrize("text", ["数据库管理系统里的Excel报表", "node.js and getUserName", "报" * 2500, "?!"])
def test_tokens_without_positions_are_those_with_positions_in_the_same_order(text):
    assert search_tokens(text) == [token.text for token in positioned_tokens(text)]


def test_similar_titles_compare_characters_and_stems():
    assert similar_tokens("导出Reports") == ["导", "出", "report"]


def test_a_query_asks_for_words_or_their_parts_in_a_row():
    units = {unit.term: unit for unit in query_units("如何导出 the node.js the")}
    assert units["导出"].phrase == ("导", "出")
    assert units["node.js"].phrase == ("node", "js")
    assert [term for term, unit in units.items() if unit.weak] == ["如何", "the"]


def test_titles_are_the_same_but_for_case_blanks_and_the_last_sign():
    assert title_key("How to ｅxport?") == title_key(" how  to EXPORT")
    assert title_key("How to export") != title_key("How -to export")
    assert title_key("???") != title_key("") == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [("如何导出报表", "zh"), ("如何在 Windows Server 2019 上安装 Docker Desktop", "zh"), ("What does 你好 mean?", "en"),
     ("How to export", "en"), ("", "en"), ("12345 ---", "en"), ("😀", "en")],
)  # fmt: skip
def test_the_language_is_that_of_most_of_the_text(text, language):
    assert detect_language(text) == language


def test_very_long_runs_are_cut_and_stay_findable():
    assert search_tokens("x" * 5000) == ["x" * 64]
    assert len(phrase_tokens("报" * 2500)) == 2500
