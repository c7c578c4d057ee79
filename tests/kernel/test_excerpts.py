import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.excerpts import running_text
from app.kernel.markup import excerpt, plain_text, render


def test_plain_text_has_a_line_for_each_block_and_no_markup():
    html = render("# Title\n\nOne **two** &amp; three\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n")

    assert plain_text(html).split("\n") == ["Title", "One two & three", "a", "b", "x y", "1 2"]


def test_plain_text_keeps_the_indentation_of_code():
    assert plain_text(render("```\nif a:\n    b\n```")) == "if a:\n    b"


def test_plain_text_names_an_image_by_its_alternative_text():
    assert plain_text(render("see ![the chart](/uploads/a.png) here")) == "see the chart here"


def test_plain_text_leaves_out_what_is_not_text():
    assert plain_text("<style>p {}</style><p>a</p><script>alert(1)</script><!-- b -->") == "a"


def test_a_short_text_is_its_own_excerpt():
    assert excerpt("<p>Short\nenough.</p>") == "Short enough."


@pytest.mark.parametrize(
    ("html", "characters", "expected"),
    [
        ("<p>The export of reports fails</p>", 16, "The export of…"),
        ("<p>The export of reports fails</p>", 15, "The export of…"),
        ("<p>如何导出报表到表格</p>", 5, "如何导出…"),
        ("<p>如何导出 report 到表格</p>", 9, "如何导出…"),
        ("<p>如何导出，然后</p>", 6, "如何导出…"),
        ("<p>Donaudampfschifffahrt</p>", 8, "Donauda…"),
    ],
)
def test_an_excerpt_ends_after_a_word_or_a_han_character(html, characters, expected):
    assert excerpt(html, characters) == expected


@given(st.text(alphabet="ab 中文，.\n", max_size=80), st.integers(min_value=2, max_value=40))
def test_an_excerpt_is_never_longer_than_asked(text, characters):
    assert len(excerpt(f"<p>{text}</p>", characters)) <= characters


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# Title", "a **bold** `code` _x_", "- one\n- two", "| x | y |\n|---|---|\n| 1 | 2 |", "> quoted",
            "    code",
            "```\nif a < b:\n    c\n```", '![a "chart" > b](/u/a.png "t")', "1 < 2 && 3 > 2", "@ann #12",
            "line\\\nbreak",
            "[a link](https://x.example 'a > b')", "<b>raw</b> &amp; &lt;p&gt;", "中文，**粗体** 和 code", "---",
        ]
    ),
    max_size=6,
)  # fmt: skip


@given(MARKDOWN)
def test_the_running_text_is_the_plain_text_in_one_line(blocks):
    html = render("\n\n".join(blocks))
    assert running_text(html) == " ".join(plain_text(html).split())


def test_a_post_that_was_cut_shows_no_piece_of_a_tag():
    html = render("One [link](https://x.example 'a > b') and `code`.")
    for length in range(len(html)):
        assert "One link and code.".startswith(running_text(html[:length]))
