import pytest

from app.kernel.cleaning import LINK_REL
from app.kernel.markup import MAX_SOURCE_CHARACTERS, RENDERER_VERSION, Folded, plain_text, render


def paragraph(inside: str) -> str:
    return f"<p>{inside}</p>\n"


def link(address: str, label: str) -> str:
    return f'<a href="{address}" rel="{LINK_REL}">{label}</a>'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a *b* **c** ~~d~~ `e`", paragraph("a <em>b</em> <strong>c</strong> <s>d</s> <code>e</code>")),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>\n'),
        ("a\\\nb", paragraph("a<br>\nb")),
        ("---", "<hr>\n"),
        ("<b>no html</b>", paragraph("&lt;b&gt;no html&lt;/b&gt;")),
        ("@ann hello", paragraph("@ann hello")),
        ("", ""),
    ],
)
def test_markdown_becomes_html(source, html):
    assert render(source) == html


@pytest.mark.parametrize(("level", "tag"), [(1, "h3"), (2, "h4"), (3, "h5"), (4, "h6"), (5, "h6"), (6, "h6")])
def test_headings_stand_below_those_of_the_page(level, tag):
    assert render("#" * level + " Title") == f"<{tag}>Title</{tag}>\n"


def test_an_underlined_heading_is_shifted_too():
    assert render("Title\n===") == "<h3>Title</h3>\n"


def test_table_columns_are_aligned_by_class():
    html = render("| a | b |\n|--:|:-:|\n| 1 | 2 |")

    assert '<td class="align-right">1</td>\n<td class="align-center">2</td>' in html


def test_a_task_is_a_dead_box_with_its_sentence_as_label():
    html = render("- [x] done\n- [ ] open")

    assert '<label><input class="task-list-item-checkbox" type="checkbox" disabled="" checked=""> done</label>' in html
    assert html.count("checked") == 1
    assert '<ul class="contains-task-list">\n<li class="task-list-item">' in html


def test_the_keyboard_can_scroll_code():
    assert render("    indented") == '<pre tabindex="0"><code>indented\n</code></pre>\n'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a](https://e.example/x)", link("https://e.example/x", "a")),
        ("[a](/questions/1)", link("/questions/1", "a")),
        ("[a](#answer-2)", link("#answer-2", "a")),
        ("<https://e.example>", link("https://e.example", "https://e.example")),
        ("<ann@e.example>", link("mailto:ann@e.example", "ann@e.example")),
        ("[a](https://e.example/报表)", link("https://e.example/%E6%8A%A5%E8%A1%A8", "a")),
    ],
)
def test_an_address_by_the_rule_becomes_a_link(source, html):
    assert render(source) == paragraph(html)


@pytest.mark.parametrize("source", ["[a](javascript:alert)", "[a](//e.example)", "[a](https://b.example@e.example)"])
def test_an_address_against_the_rule_stays_text(source):
    assert render(source) == paragraph(source)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("https://e.example/a?b=1&c=2", link("https://e.example/a?b=1&amp;c=2", "https://e.example/a?b=1&amp;c=2")),
        ("见https://e.example/a。好", f"见{link('https://e.example/a', 'https://e.example/a')}。好"),
        ("(https://e.example/a_(b)).", f"({link('https://e.example/a_(b)', 'https://e.example/a_(b)')})."),
        ("https://e.example/a, b", f"{link('https://e.example/a', 'https://e.example/a')}, b"),
        ("www.e.example", link("http://www.e.example", "www.e.example")),
        ("`https://e.example`", "<code>https://e.example</code>"),
        ("[https://e.example](/x)", link("/x", "https://e.example")),
        ("$\\href{https://e.example}{x}$", '<span class="math">$\\href{https://e.example}{x}$</span>'),
        ("app.py and e.example and ann@e.example", "app.py and e.example and ann@e.example"),
        ("https://b.example@e.example", "https://b.example@e.example"),
    ],
)
def test_a_bare_address_becomes_a_link(source, html):
    assert render(source) == paragraph(html)


def test_no_address_inside_a_code_block_becomes_a_link():
    assert "<a" not in render("```\nhttps://e.example\n```\n\n    www.e.example\n")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[label](https://e.example/a)", "label (https://e.example/a)"),
        ("[**label**](/x)", "<strong>label</strong> (/x)"),
        ("<https://e.example>", "https://e.example"),
        ("[https://e.example](https://e.example)", "https://e.example"),
        ("[https://bank.example](https://e.example)", "https://bank.example (https://e.example)"),
        ("<ann@e.example>", "ann@e.example"),
        ("[@ann](/users/12)", "@ann"),
        ("[@ann](https://e.example/users/12)", "@ann (https://e.example/users/12)"),
        ("[@ann](//e.example)", "[@ann](//e.example)"),
        ("[ann](/users/12)", "ann (/users/12)"),
        ("https://e.example", "https://e.example"),
        ("![chart](https://e.example/i.png)", "chart (https://e.example/i.png)"),
        ("[![chart](https://e.example/i.png)](https://e.example)", "chart (https://e.example)"),
    ],
)
def test_a_new_member_writes_addresses_but_no_links(source, html):
    assert render(source, links=False) == paragraph(html)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("![chart](https://e.example/i.png)", link("https://e.example/i.png", "chart")),
        ("![](https://e.example/i.png)", link("https://e.example/i.png", "https://e.example/i.png")),
        ("[![chart](https://e.example/i.png)](https://e.example)", link("https://e.example", "chart")),
        ("![chart](/sign-out)", link("/sign-out", "chart")),
        ("![chart](/uploads/../sign-out)", link("/uploads/../sign-out", "chart")),
        ("![chart](/uploads/a.png)", link("/uploads/a.png", '<img src="/uploads/a.png" alt="chart" loading="lazy">')),
        ("![](/uploads/a.png)", '<img src="/uploads/a.png" alt="" loading="lazy">'),
    ],
)
def test_only_our_own_uploads_are_loaded_as_images(source, html):
    assert render(source) == paragraph(html)


def test_an_uploaded_image_is_shown_for_a_new_member_too():
    assert '<a href="/uploads/a.png"' in render("![chart](/uploads/a.png)", links=False)


def test_an_image_whose_name_ends_with_its_size_says_it_so_that_nothing_jumps():
    assert 'width="1200" height="800"' in render("![chart](/uploads/0f-1200x800.webp)")
    assert "width" not in render("![chart](/uploads/0f-99999x1.webp) ![chart](/uploads/0f-0x0.webp)")


LOG = {"a.log": Folded("first line\n<b>second</b> https://e.example\n…", "12 KB")}


@pytest.mark.parametrize("links", [True, False])
def test_a_paragraph_that_is_a_link_to_a_text_folds_it_out(links):
    html = render("Before.\n\n[router.log](/uploads/a.log)\n\nAfter.", links=links, texts=LOG)
    assert html == (
        "<p>Before.</p>\n<details><summary>router.log · 12 KB</summary>\n"
        '<pre tabindex="0"><code>first line\n&lt;b&gt;second&lt;/b&gt; https://e.example\n…\n</code></pre>\n'
        f"<p>{link('/uploads/a.log', 'router.log')}</p></details>\n\n<p>After.</p>\n"
    )


@pytest.mark.parametrize(
    "source",
    ["see [router.log](/uploads/a.log)", "[router.log](/uploads/b.log)", "[a](/uploads/a.log) [b](/uploads/a.log)"],
)
def test_a_link_among_words_or_to_an_unknown_text_stays_a_link(source):
    assert "<details>" not in render(source, texts=LOG)


def test_the_words_of_a_post_are_without_the_text_that_is_folded():
    html = render("Before.\n\n[router.log](/uploads/a.log)", texts=LOG)
    assert plain_text(html) == "Before.\nrouter.log · 12 KB"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("第一行\n第二行", "第一行第二行"),
        ("第一行，\n第二行", "第一行，第二行"),
        ("**第一行**\n第二行", "第一行第二行"),
        ("第一行\nsecond", "第一行 second"),
        ("first\n第二行", "first 第二行"),
        ("first\nsecond", "first second"),
    ],
)
def test_a_line_end_between_han_characters_is_no_space(source, text):
    assert plain_text(render(source)) == text


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**注意：**请先备份", "<strong>注意：</strong>请先备份"),
        ("请看**“说明”**一节", "请看<strong>“说明”</strong>一节"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("乘以 * 中 * 文", "乘以 * 中 * 文"),
    ],
)
def test_emphasis_works_beside_full_width_punctuation(source, html):
    assert render(source) == paragraph(html)


@pytest.mark.parametrize("formula", ["$a_1 * b_2 * c$", r"$\\ \{x\}$", "$$x_1 * y_1 * z$$", "$a&lt;b$"])
def test_a_formula_is_text_in_which_nothing_is_emphasis(formula):
    source = formula.replace("&lt;", "<")

    assert render(f"so {source} 是") == paragraph(f'so <span class="math">{formula}</span> 是')


def test_a_formula_on_its_own_lines_is_one_block():
    assert render("$$\na_1\n= b * c *\n$$") == '<p><span class="math">$$\na_1\n= b * c *\n$$</span></p>\n'


@pytest.mark.parametrize("source", ["from $5 to $10", "$HOME and $PATH", "costs US$5, HK$6", "a \\$b\\$ c", "$ a $"])
def test_dollars_in_prose_are_no_formula(source):
    assert "math" not in render(source)


def test_code_behind_a_dollar_stays_code():
    assert render("set $HOME and `$PATH`") == paragraph("set $HOME and <code>$PATH</code>")


def test_the_longest_text_is_rendered_and_a_longer_one_refused():
    assert len(render("a" * MAX_SOURCE_CHARACTERS)) > MAX_SOURCE_CHARACTERS
    with pytest.raises(ValueError):
        render("a" * (MAX_SOURCE_CHARACTERS + 1))


def test_a_table_of_thousands_of_rows_is_shown_as_it_was_written():
    source = "a|b\n-|-\n" + "1|<\n" * 4000

    html = render(source)

    assert "<table" not in html
    assert plain_text(html) == source.strip()


def test_the_renderer_has_a_version_to_store_beside_its_html():
    assert RENDERER_VERSION == 3
