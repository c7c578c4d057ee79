"""Phrases of neighbours find what phrases of single tokens would."""

from itertools import product

import pytest

from app.domains.search.analysis import phrase_tokens
from app.domains.search.engines.tantivy_phrases import in_a_row, neighbours


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("导出报表", ["导", "导出", "出报", "报表", "表"]),
        ("在Excel里", ["在", "在", "excel", "里", "里"]),
        ("导出。报表", ["导", "导出", "出报", "报表", "表"]),
        ("Running node.js", ["run", "node", "js"]),
        ("?!", []),
    ],
)
def test_a_run_is_its_first_character_each_two_neighbours_and_its_last(text, tokens):
    assert neighbours(text) == tokens


@pytest.mark.parametrize(
    ("text", "placed"),
    [
        ("报表", [(1, "报表")]),
        ("导出报表", [(1, "导出"), (3, "报表")]),
        ("管理系统员", [(1, "管理"), (3, "系统"), (4, "统员")]),
        ("a列", [(0, "a"), (1, "列")]),
        ("列a", [(1, "列"), (2, "a")]),
        ("表", []),
        ("", []),
    ],
)
def test_a_phrase_asks_for_as_few_neighbours_as_tell_it(text, placed):
    assert in_a_row(phrase_tokens(text)) == placed


def test_neighbours_are_in_a_row_where_the_tokens_are():
    words = ("甲", "乙", "x ", "y ")
    texts = ["".join(each) for length in range(1, 6) for each in product(words, repeat=length)]
    asked = [text for text in texts if 1 < len(phrase_tokens(text)) < 5]
    for text in texts[::7]:
        tokens, row = phrase_tokens(text), neighbours(text)
        for phrase in asked:
            wanted = phrase_tokens(phrase)
            in_tokens = any(tokens[at : at + len(wanted)] == wanted for at in range(len(tokens)))
            in_row = any(
                all(row[at + place : at + place + 1] == [token] for place, token in in_a_row(wanted))
                for at in range(-1, len(row))
                if at + in_a_row(wanted)[0][0] >= 0
            )
            assert in_row == in_tokens, (text, phrase)
