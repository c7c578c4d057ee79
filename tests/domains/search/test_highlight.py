"""Which words of a result stand out, and which part of its text is shown."""

import random
import time
from collections.abc import Iterable

import pytest

from app.domains.search.analysis import search_tokens
from app.domains.search.engine import SearchQuery
from app.domains.search.highlight import highlight_terms, marked, snippet


def terms_of(*words: str) -> frozenset[str]:
    return highlight_terms(SearchQuery(words=words))


def standing_out(segments: Iterable[tuple[str, bool]]) -> list[str]:
    return [text for text, is_marked in segments if is_marked]


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("connect", "Connecting, connected and CONNECTS; disconnect", "Connecting connected CONNECTS"),
        ("die", "It was dying and died", "dying died"),
        ("sky", "Blue skies, one sky, skis", "skies sky"),
        ("happy", "A happy man, and his happiness", "happy happiness"),
        ("hope", "hoping, hoped, hop", "hoping hoped"),
        ("file", "Filing files profile", "Filing files"),
        ("node.js", "We run node.js, Node-js and node", "node.js Node-js node"),
        ("error", "A NullPointerError in myError of errors", "NullPointerError myError errors"),
        (".net", "Since .NET 8 the net", ".NET"),
        ("c++", "In C++ and in C", "C++"),
        ("ｆｌａｓｋ", "Flask and ｆｌａｓｋ", "Flask ｆｌａｓｋ"),
        ("路由器", "我的路由器坏了，Router 也坏了", "路由器"),
        ("router", "我的Router坏了，路由器restarted", "Router"),
        ("straße", "Die STRASSE und die Straße", "Straße"),
    ],
)
def test_every_form_of_a_word_stands_out(words: str, text: str, found: str) -> None:
    assert standing_out(marked(text, terms_of(words))) == found.split()


def test_a_sign_that_stands_for_several_moves_no_mark() -> None:
    text = "The ﬁrst İstanbul ⅔ router of the ﬂat"
    assert standing_out(marked(text, terms_of("router", "flat"))) == ["router", "ﬂat"]


def test_what_stands_out_is_what_the_analysis_says_of_each_word() -> None:
    dice = random.Random(7)
    words = ["dying", "skies", "happily", "node.js", "C++", ".net", "fooBar", "ties", "e-mail", "can't", "3.11"]
    words += ["straße", "ＡＢＣ", "lying", "filing", "hoping"]
    for _text in range(300):
        text = " ".join(dice.choices([*words, "路由器Reset", "，重启", "(x)", "a/b"], k=12))
        terms = frozenset(search_tokens(dice.choice(words)))
        alone = [word for word in standing_out(marked(text, terms)) if not terms & set(search_tokens(word))]
        missed = [word for word in words if f" {word} " in f" {text} " and terms & set(search_tokens(word))
                  and not any(each in word for each in standing_out(marked(text, terms)))]  # fmt: skip
        assert not alone and not missed, (text, terms)


def test_a_snippet_shows_the_place_with_most_of_the_words() -> None:
    text = "Nothing here about it. " * 40 + "The router lost its password after the update. " + "And more. " * 40
    shown = snippet(text, terms_of("router", "password"))

    assert standing_out(shown) == ["router", "password"]
    assert shown[0] == ("…", False) and shown[-1] == ("…", False)
    assert len("".join(piece for piece, _ in shown)) < 240


def test_a_text_full_of_one_letter_is_read_in_bounded_time() -> None:
    began = time.process_time()
    snippet("a " * 20_000, terms_of("abacus"))
    snippet("a" * 20_000, terms_of("abacus"))
    assert time.process_time() - began < 5  # seconds; quadratic work would take minutes
