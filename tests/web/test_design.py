"""The living style page: whoever builds with a component finds it there, in each state, language and theme."""

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from tests.web.test_style_tokens import declarations

TEMPLATES = Path(__file__).parents[2] / "templates"
MACROS = TEMPLATES / "_macros"


@pytest.fixture
def page(client):
    answer = client.get("/design")
    assert answer.status_code == 200
    return answer.text


def parsed(app, path):
    return app.jinja_env.parse(path.read_text(encoding="utf-8"))


def called(tree, file):
    """(file, macro) of every call of a macro: of its own file, or of one that it imports."""
    aliases = {each.target: Path(each.template.value).stem for each in tree.find_all(nodes.Import)}
    taken = {}
    for each in tree.find_all(nodes.FromImport):
        for name in each.names:
            real, alias = name if isinstance(name, tuple) else (name, name)
            taken[alias] = (Path(each.template.value).stem, real)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and isinstance(call.node.node, nodes.Name):
            yield aliases.get(call.node.node.name, ""), call.node.attr
        elif isinstance(call.node, nodes.Name):
            yield taken.get(call.node.name, (file, call.node.name))


def test_every_macro_stands_there(app):
    known, calls = set(), {}
    for path in MACROS.glob("*.html"):
        tree = parsed(app, path)
        around = nodes.Template([each for each in tree.body if isinstance(each, (nodes.Import, nodes.FromImport))])
        for macro in tree.find_all(nodes.Macro):
            known.add((path.stem, macro.name))
            calls[path.stem, macro.name] = set(called(nodes.Template([*around.body, macro]), path.stem))
    reached = {each for path in (TEMPLATES / "design").glob("*.html") for each in called(parsed(app, path), "design")}
    while more := {inner for each in reached & known for inner in calls[each]} & known - reached:
        reached |= more
    assert len(known) > 30 and not known - reached


def test_every_state_has_its_badge(page):
    states = set(re.findall(r'state == "(\w+)"', (MACROS / "state.html").read_text(encoding="utf-8")))
    badges = dict(re.findall(r'<span class="badge" data-state="(\w+)"><svg.*?</svg>([^<]+)</span>', page))
    assert len(states) > 20 and states <= badges.keys()
    assert not {state for state in states if badges[state] == state}, "a badge without a name shows its code"


def test_every_colour_and_icon_stands_there(page):
    tokens = declarations('[data-theme="dark"]').keys() - {"mark-ink", "shadow", "shadow-menu"}
    colours = {name for name in tokens if not name.startswith("on-")}
    assert colours <= set(re.findall(r"swatch-([\w-]+)", page))
    icons = re.findall(r'<symbol id="([^"]+)"', (TEMPLATES.parent / "static/img/icons.svg").read_text(encoding="utf-8"))
    assert {f"<code>{name}</code>" for name in icons} <= set(re.findall(r"<code>[^<]+</code>", page))


@pytest.mark.parametrize("reader", ["en", "zh-Hans", "zh-Hant"])
def test_both_languages_stand_side_by_side_whatever_the_reader_speaks(client, reader):
    page = client.get("/design", headers={"Accept-Language": reader}).text
    chinese, english = re.findall(r'<section class="card" lang="(?:zh-Hans|en)">(.*?)</section>', page, re.DOTALL)
    assert "已解决" in chinese and "Solved" not in chinese
    assert "Solved" in english and "已解决" not in english


@pytest.mark.parametrize(("query", "theme"), [("?look=dark", "dark"), ("?look=contrast", "contrast"), ("?look=x", "")])
def test_the_samples_are_seen_in_each_theme(client, query, theme):
    samples = re.search(r'<div class="specimen"([^>]*)>', client.get(f"/design{query}").text)[1]
    assert samples == (f' data-theme="{theme}"' if theme else "")
