"""Every template that the code or another template names exists and can be compiled."""

import ast
import re

import pytest
from jinja2 import Environment, FileSystemLoader

from tests.architecture.test_layers import ROOT, files

TEMPLATES = ROOT / "templates"
NAMED = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']([^%]*)%}""")


def named_in_code() -> set[str]:
    found = set()
    for path in files("app"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if called == "render_template" and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
            if called == "mail_from_template" and isinstance(node.args[0], ast.Constant):
                found |= {f"email/{node.args[0].value}.txt", f"email/{node.args[0].value}.html"}
    return found


def named_in_templates() -> set[str]:
    found = set()
    for path in TEMPLATES.rglob("*.*"):
        found |= {name for name, rest in NAMED.findall(path.read_text()) if "ignore missing" not in rest}
    return found


def test_every_named_template_exists():
    assert {name for name in named_in_code() | named_in_templates() if not (TEMPLATES / name).exists()} == set()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_holds_no_inline_script_or_style(path):
    text = path.read_text()
    if path.relative_to(TEMPLATES).parts[0] != "email":
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=[\"']", text)
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", text)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"])
    assert environment.parse(text) is not None
