import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.kernel.foreign_html import MAX_DEPTH, MAX_FOREIGN_CHARACTERS
from app.kernel.markup import clean_foreign_html, plain_text, render, to_markdown
from tests.examples import examples


def test_what_is_no_text_is_dropped_with_its_content():
    html = "<head><title>t</title></head><style>p{}</style><p>a</p><script>alert(1)</script><svg><text>x</text></svg>"

    assert clean_foreign_html(html) == "<p>a</p>"


def test_an_unclosed_script_hides_the_rest_as_in_a_browser():
    assert clean_foreign_html("<p>a</p><script>alert(1) <p>b</p>") == "<p>a</p>"


def test_unknown_tags_go_and_their_words_stay():
    html = '<font color="red">a</font><custom-x>b</custom-x><p style="x" onclick="y">c</p>'

    assert clean_foreign_html(html) == "ab<p>c</p>"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h1>Title</h1><p>a <b>b</b> <i>c</i> <strike>d</strike></p>", "# Title\n\na **b** *c* ~~d~~"),
        ("<p>use <code>a_b*c</code></p>", "use `a_b*c`"),
        ('<pre class="lang-py s-code"><code>if a:\n    b &lt; c\n</code></pre>', "```py\nif a:\n    b < c\n```"),
        ('<pre><code class="language-js">x</code></pre>', "```js\nx\n```"),
        ("<pre><code>```\nx\n```</code></pre>", "````\n```\nx\n```\n````"),
        ('<p><a href="https://e.example/a">label</a></p>', "[label](https://e.example/a)"),
        ('<p><a href="https://e.example/a_(b)">l</a></p>', "[l](https://e.example/a_%28b%29)"),
        ('<p><a href="javascript:1">label</a></p>', "label"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ('<p><img src="https://e.example/i.png" alt="chart"></p>', "[chart](https://e.example/i.png)"),
        ('<a href="/q"><img src="https://e.example/i.png" alt="chart"></a>', "[chart](/q)"),
        ("<table><tr><th>a|b</th></tr><tr><td><code>c|d</code></td></tr></table>", "| a\\|b |\n| --- |\n| `c\\|d` |"),
        ("<p>x<sup>2</sup> H<sub>2</sub>O <sup>a note</sup></p>", "x^2 H\\_2O a note"),
        ("<p>a<br>b</p>", "a\\\nb"),
    ],
)
def test_foreign_html_becomes_markdown(html, markdown):
    assert to_markdown(html) == markdown


def test_prose_that_looks_like_markdown_stays_prose():
    html = "<p>1. no list, # no heading, [no](link), *no*, &lt;b&gt;, &amp;lt;, wow!<a href='/x'>link</a></p>"

    assert render(to_markdown(html)) == (
        "<p>1. no list, # no heading, [no](link), *no*, &lt;b&gt;, &amp;lt;, wow!"
        '<a href="/x" rel="nofollow ugc noopener">link</a></p>\n'
    )


FORMULAS = [
    r"$a_1 * b_2 * c$",
    r"$\frac{a}{b} \\ \{x\}$",
    r"$$\sum_{i=1}^n x_i * y_i$$",
    r"$|x|$",
    r"$a < b & c > d$",
    r"$\langle\psi|\phi\rangle$",
    r"$x^*_1 y^*_2$",
    r"$\$5_a$",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_survives_letter_by_letter(formula):
    as_html = formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    html = f"<p>as {as_html}, and <em>{as_html}</em></p><ul><li>{as_html}</li></ul>"
    table = f"<table><tr><td>{as_html}</td></tr></table>"

    markdown = to_markdown(html + table)

    assert to_markdown(html).count(formula) == 3
    assert plain_text(render(markdown)).count(formula) == 4
    assert render(markdown).count('<span class="math">') == 4


def test_a_formula_written_with_spaces_or_over_lines_is_closed_up():
    assert to_markdown("<p>so $ x_1 $ and $$\na\n= b$$</p>") == "so $x_1$ and $$ a = b$$"
    assert "<h" not in render(to_markdown("<p>so $$\na\n= b$$</p>"))


def test_prices_and_shell_variables_are_no_formulas():
    html = "<p>from $5 and $10 to <b>$20</b>, in $HOME or <code>$PATH</code> *now*</p>"

    assert plain_text(render(to_markdown(html))) == "from $5 and $10 to $20, in $HOME or $PATH *now*"
    assert "math" not in render(to_markdown(html))


def test_html_nested_deeper_than_a_person_writes_keeps_only_its_words():
    deep = "<div>" * (MAX_DEPTH + 1)

    assert clean_foreign_html(f"{deep}a &amp;lt; <b>b</b>").split() == ["<p>", "a", "&amp;lt;", "b", "</p>"]
    assert clean_foreign_html("<p>a<li>b" * 500).count("<li>") == 500


def test_foreign_html_beyond_the_limit_is_refused():
    with pytest.raises(ValueError):
        to_markdown("a" * (MAX_FOREIGN_CHARACTERS + 1))


@settings(max_examples=examples(300), deadline=None)
@example("-\n-")
@example("=\n=")
@example("+\n+\n-")
@given(st.text(alphabet="ab1.#*_-+[]()!`~$|\\<>&;:/\"' 中，\n", max_size=40))
def test_any_text_comes_back_as_it_was(text):
    html = "<p>" + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "</p>"

    assert "".join(plain_text(render(to_markdown(html))).split()) == "".join(text.split())
