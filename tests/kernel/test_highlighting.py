import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.excerpts import plain_text
from app.kernel.highlighting import (
    COLOURS,
    DARK_BACKGROUND,
    LANGUAGES,
    LIGHT_BACKGROUND,
    MAX_HIGHLIGHTED_CHARACTERS,
    Highlighter,
)
from app.kernel.markup import highlight_stylesheet, render
from tests.examples import examples

CODE_CSS = Path(__file__).parents[2] / "static" / "css" / "code.css"


def contrast(colour: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2, from 1 to 21."""
    brighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def variables_of(selector: str) -> dict[str, str]:
    block = highlight_stylesheet().split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--code-([a-z]+): (#[0-9a-f]{6});", block))


def test_code_is_coloured_by_classes_and_never_by_styles():
    html = render("```python\ndef answer(): return 42\n```")

    assert '<code class="language-python"><span class="k">def</span>' in html
    assert "style=" not in html


@pytest.mark.parametrize("language", ["no-such-language", "", "brainfuck"])
def test_code_in_a_language_that_is_not_offered_is_shown_plain(language):
    html = render(f"```{language}\na < b\n```")

    assert "a &lt; b" in html
    assert "<span" not in html


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_offered_language_is_known_to_pygments(language):
    assert "<span" in Highlighter().html('{"a": 1} <b>x</b> if (1) "a" # x\n# y\n-a\n+b\n', language)


def test_colours_end_when_the_characters_of_a_text_are_used_up():
    listing = "```python\n" + "a = 1\n" * 1000 + "```\n\n"
    html = render(listing * 2)

    assert len(listing) * 2 > MAX_HIGHLIGHTED_CHARACTERS > len(listing)
    first, second = html.split("</pre>")[:2]
    assert "<span" in first
    assert "<span" not in second


def test_colours_end_when_the_time_of_a_text_is_used_up():
    highlighter = Highlighter()
    highlighter.seconds = -1.0

    assert highlighter.html("a = 1 < 2\n", "python") == "a = 1 &lt; 2\n"


def test_very_long_lines_and_rows_of_empty_lines_are_shown_plain():
    assert "<span" not in Highlighter().html("a" * 501, "python")
    assert "<span" not in Highlighter().html("a\n" + " \n" * 40 + "b", "python")
    assert "<span" in Highlighter().html("a = 1\n\n\nb = 2\n", "python")


CODE = st.text(alphabet="ab<>&;#\"'\\ \t\n(){}=1_$*中`", max_size=60)


@settings(max_examples=examples(300), deadline=None)
@given(CODE, st.sampled_from(["", "python", "html", "c", "bash", "json", "markdown", "yaml"]))
def test_code_is_shown_letter_by_letter(code, language):
    html = render(f"~~~~~~{language}\n{code}\n~~~~~~")
    shown = [line.rstrip() for line in re.split(r"\n", code.expandtabs(1)) if line.strip()]

    assert [line.rstrip() for line in plain_text(html.replace("\t", " ")).split("\n") if line] == shown


def test_entities_written_in_code_are_not_resolved():
    assert plain_text(render("`&lt; &amp;lt; &copy; &#60;`")) == "&lt; &amp;lt; &copy; &#60;"


@pytest.mark.parametrize(
    ("selector", "background"),
    [
        (':root, [data-theme="light"], [data-theme="contrast"]', LIGHT_BACKGROUND),
        ('[data-theme="dark"]', DARK_BACKGROUND),
        (':root:not([data-theme])', DARK_BACKGROUND),
    ],
)
def test_every_colour_of_code_can_be_read(selector, background):
    colours = variables_of(selector)

    assert colours.pop("background") == background
    assert set(colours) == set(COLOURS)
    assert {role: round(contrast(colour, background), 2) for role, colour in colours.items()} == {
        role: pytest.approx(max(contrast(colour, background), 4.5), abs=0.01) for role, colour in colours.items()
    }


def test_the_contrast_is_measured_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_dark_colours_apply_by_choice_and_by_system_but_not_against_the_choice():
    css = highlight_stylesheet()

    assert variables_of('[data-theme="dark"]') == variables_of(':root:not([data-theme])')
    assert "@media (prefers-color-scheme: dark) {\n  :root:not([data-theme])" in css


def test_the_stylesheet_on_disk_is_the_generated_one():
    assert CODE_CSS.read_text(encoding="utf-8") == highlight_stylesheet()
