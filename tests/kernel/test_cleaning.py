import re
import string
import threading
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.cleaning import LINK_REL, clean, is_allowed_address, is_own_upload, last_word
from app.kernel.markup import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_PROTOCOLS,
    ALLOWED_TAGS,
    clean_foreign_html,
    render,
    to_markdown,
)
from tests.examples import examples
from tests.kernel.hostile_markup import ADDRESSES, FRAGMENTS

SHAPES = [
    "[x]({})",
    "[x](<{}>)",
    "![x]({})",
    "<{}>",
    "[x]\n\n[x]: {}",
    "{}",
]


class Inspector(HTMLParser):
    """Writes down everything in a page that the table does not allow."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ALLOWED_TAGS:
            self.wrong.append(f"<{tag}>")
        names = {name for name, _ in attrs}
        allowed = ALLOWED_ATTRIBUTES.get(tag, frozenset()) | ({"rel"} if tag == "a" else set())
        self.wrong += [f"{tag} {name}" for name in names - allowed]
        values = dict(attrs)
        self.wrong += [f"{tag} {value}" for value in [values.get("href")] if value is not None and not harmless(value)]
        if tag == "a" and values.get("rel") != LINK_REL:
            self.wrong.append(f"a rel={values.get('rel')}")
        if tag == "img" and not (values.get("src") or "/uploads/x").startswith("/uploads/"):
            self.wrong.append(f"img {values['src']}")
        if tag == "input" and (values.get("type"), "disabled" in values) != ("checkbox", True):
            self.wrong.append("input that is no task")

    def handle_comment(self, data):
        self.wrong.append("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def harmless(address: str) -> bool:
    """Said again in other words than the rule's own: what a browser would make of the address."""
    as_browser_reads = re.sub(r"[\t\r\n]", "", address.strip("".join(map(chr, range(33))))).replace("\\", "/")
    if "\u202e" in unquote(address) or "\u2066" in unquote(address) or "\u200f" in unquote(address):
        return False
    if re.match(r"https?://(?:\[[0-9a-f:]+\]|[^/@?#:]+)(:\d+)?([/?#]|$)", as_browser_reads, re.IGNORECASE):
        return True
    return bool(re.match(r"(mailto:[^/@]+@|#|/(?!/)|/$)", as_browser_reads, re.IGNORECASE))


def faults(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.wrong


def test_the_inspector_sees_what_it_is_there_for():
    bad = ['<a href="javascript:1">', '<a href="//e.example">', "<p onclick=x>", "<script>", "<img src=x>", "<!-- -->"]

    assert all(faults(html) for html in bad)
    assert len(ADDRESSES) + len(FRAGMENTS) >= 150


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_hostile_address_becomes_a_link(address):
    for shape in SHAPES:
        for links in (True, False):
            assert faults(render(shape.format(address), links=links)) == []
    for html in (f'<a href="{escape(address)}">x</a>', f"<a href='{address}'>x</a>", f'<img src="{address}">'):
        assert faults(clean(html)) == []
        assert faults(render(to_markdown(html))) == []


@pytest.mark.parametrize("address", [address for address in ADDRESSES if "&" not in address])
def test_the_link_rule_refuses_the_address_by_itself(address):
    assert not is_allowed_address(address)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_no_hostile_fragment_gets_through(fragment):
    nested = f"<b><p>{fragment}</b>"
    for text in (fragment, nested, f"> - {fragment}", f"**{fragment}**", f"[{fragment}](/x)"):
        assert faults(render(text)) == []
        assert faults(render(text, links=False)) == []
        assert faults(clean(text)) == []
        assert faults(render(to_markdown(text))) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://example.com:8080/a?b=c#d",
        "https://例子.example/报表",
        "https://[::1]:8000/",
        "https://example.com/a@b",
        "https://example.com/?next=//x",
        "HTTPS://EXAMPLE.COM/",
        "mailto:ann@example.com?subject=x%0Ay",
        "/questions/1",
        "/",
        "#answer-2",
    ],
)
def test_an_ordinary_address_is_allowed(address):
    assert is_allowed_address(address)
    assert harmless(address)


@pytest.mark.parametrize(
    "address", ["/uploads/../x", "/uploads/%2e%2e/x", "/uploads/", "//uploads/x", "/uploadsx", "https://e.example/uploads/x"]
)
def test_only_a_file_among_our_uploads_is_an_own_image(address):
    assert not is_own_upload(address)
    assert is_own_upload("/uploads/2026/ab-c_d.png")


def test_bleach_turns_bare_addresses_into_links_and_cleans_foreign_html():
    """Fails when bleach is taken out: neither markdown-it as it is set up here nor nh3 finds addresses in text."""
    assert clean("<p>see https://example.com/a</p>") == (
        f'<p>see <a href="https://example.com/a" rel="{LINK_REL}">https://example.com/a</a></p>'
    )
    # nh3 alone would drop what is inside an unknown tag of this kind together with the tag
    assert clean_foreign_html("<textarea>kept</textarea><xmp><b>bold</b></xmp>") == "kept<b>bold</b>"


def test_nh3_ends_what_bleach_lets_through():
    """Fails when nh3 is taken out: bleach takes the digits after "javascript:" for a port."""
    assert clean('<img src="javascript:123" alt="x">') == '<img alt="x">'
    assert clean('<img src="//evil.example/pixel">') == "<img>"
    assert clean('<span class="navigation k">x</span>') == '<span class="k">x</span>'
    assert clean("<input type=text>") == '<input type="checkbox" disabled="">'
    assert clean_foreign_html('<a href="javascript:123">x</a>') == f'<a rel="{LINK_REL}">x</a>'


def test_a_character_reference_in_the_text_is_not_read_twice():
    assert clean("<code>&amp;lt; &amp;#60; &amp;amp; &lt;</code>") == "<code>&amp;lt; &amp;#60; &amp;amp; &lt;</code>"


def test_control_characters_are_replaced_and_not_turned_into_question_marks():
    assert render("a\x00b\x07c\ud800d\x85e\tf") == "<p>a\ufffdb\ufffdc\ufffdd\ufffde\tf</p>\n"
    assert clean_foreign_html("<p>a\x07b</p>") == "<p>a\ufffdb</p>"


def test_threads_do_not_share_a_cleaner():
    sources = [f"**{n}** https://example.com/{n} `{n}`\n\n- a\n- b\n" * 20 for n in range(6)]
    expected = [render(source) for source in sources]
    wrong: list[int] = []

    def work(n: int) -> None:
        wrong.extend(n for _ in range(5) if render(sources[n]) != expected[n])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


PIECES = st.one_of(
    st.sampled_from(ADDRESSES + FRAGMENTS),
    st.sampled_from(["[", "](", ")", "![", "`", "```\n", "$", "$$", "*", "**", "<", ">", "&", "\n\n", "> ", "- "]),
    st.text(alphabet=string.printable + "中文，。\u202e\x00", max_size=12),
    st.text(max_size=6),
)


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join), st.booleans())
def test_whatever_is_written_is_clean_and_cleaning_again_changes_nothing(source, links):
    html = render(source, links=links)

    assert faults(html) == []
    assert last_word(html, links=links) == html
    assert links or all(part.startswith(' href="/uploads/') for part in html.split("<a")[1:])
    again = nh3.clean(
        html,
        tags=set(ALLOWED_TAGS),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
        url_schemes=set(ALLOWED_PROTOCOLS),
        link_rel=LINK_REL,
    )
    assert again == html


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_is_imported_is_clean(html):
    assert faults(render(to_markdown(html))) == []
