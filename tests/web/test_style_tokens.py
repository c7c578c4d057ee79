"""The colours of static/css/tokens.css: one dark theme in two places, and every text readable on every ground."""

import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text(encoding="utf-8")
STATES = ("asked", "answered", "solved", "official", "escalated", "closed", "danger")
GROUNDS = ("paper", "surface", "sunken")
TEXT_ON_GROUNDS = ("ink", "ink-soft", "ink-faint", "link", "brand", "ask", *(f"{state}-ink" for state in STATES))
THEMES = [':root, [data-theme="light"]', '[data-theme="dark"]', '[data-theme="contrast"]']
PAIRS = [
    *product(TEXT_ON_GROUNDS, GROUNDS),
    *((f"{state}-ink", f"{state}-wash") for state in STATES),
    *product(("ink", "ink-soft", "link"), (*(f"{state}-wash" for state in STATES), "brand-wash")),
    *((f"on-{fill}", fill) for fill in ("brand", "ask", "danger")),
    ("brand-strong", "brand-wash"),
    ("mark-ink", "mark"),
    ("ink", "code"),
]


def declarations(selector: str) -> dict[str, str]:
    """Token -> value of the first block with this selector, which may be one of two."""
    block = re.search(re.escape(selector) + r" \{(.*?)\n\s*\}", TOKENS, re.DOTALL)
    assert block, selector
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block.group(1)))


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1. Source: WCAG 2.2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def by_device(condition: str) -> dict[str, str]:
    """The tokens of a device that asks for this, where nobody has chosen a theme."""
    opening = re.escape(f"@media {condition} {{\n  :root:not([data-theme]) {{")
    block = re.search(opening + r"(.*?)\n\s*\}", TOKENS, re.DOTALL)
    assert block, condition
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block.group(1)))


def test_dark_by_choice_and_dark_by_device_are_the_same_colours():
    assert declarations('[data-theme="dark"]') == by_device("(prefers-color-scheme: dark)")


def test_high_contrast_by_choice_and_by_device_are_the_same_colours():
    chosen = declarations('[data-theme="contrast"]')
    assert chosen == by_device("(prefers-contrast: more) and (prefers-color-scheme: light)")


def test_high_contrast_names_every_colour_of_the_dark_theme():
    assert declarations('[data-theme="contrast"]').keys() == declarations('[data-theme="dark"]').keys()


def test_in_high_contrast_every_text_reaches_seven_to_one():
    colours = declarations('[data-theme="contrast"]')
    faint = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}

    assert not {pair: ratio for pair, ratio in faint.items() if ratio < 7}


@pytest.mark.parametrize("selector", THEMES)
def test_every_text_stands_out_from_its_ground(selector):
    colours = declarations(selector)
    faint = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}

    assert not {pair: ratio for pair, ratio in faint.items() if ratio < 4.5}


@pytest.mark.parametrize("selector", THEMES)
def test_borders_of_fields_and_the_focus_ring_can_be_seen(selector):
    colours = declarations(selector)

    assert (
        min(contrast(colours[edge], colours[ground]) for edge, ground in product(("line-strong", "focus"), GROUNDS))
        >= 3
    )
