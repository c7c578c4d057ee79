"""Both languages, everywhere: every message of the program has its Chinese, with the same placeholders."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.architecture.test_layers import ROOT

KEYWORDS = {"_": None, "_l": None, "_ln": (1, 2), "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {pattern: {"trim_blocks": "true", "lstrip_blocks": "true"} for pattern, kind in METHODS if kind == "jinja2"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def is_ours(folder: str) -> bool:
    """Also `_macros`, which Babel passes over where it is not asked."""
    return not Path(folder).name.startswith(".")


def messages() -> dict[str, str]:
    """Every message of the program (its singular) -> where it stands."""
    found = {}
    extracted = extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS, directory_filter=is_ours)
    for path, line, message, _comments, _context in extracted:
        single = message if isinstance(message, str) else message[0]
        if single:
            found[single] = f"{path}:{line}"
    return found


def chinese() -> dict[str, str]:
    path = Path(ROOT) / "app/translations/zh/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    singles = {}
    for message in catalogue:
        if message.id and not message.fuzzy:
            single = message.id if isinstance(message.id, str) else message.id[0]
            singles[single] = message.string if isinstance(message.string, str) else message.string[0]
    return singles


def test_every_message_is_translated_into_chinese():
    known = chinese()
    missing = {message: place for message, place in messages().items() if not known.get(message)}
    assert not missing


def test_translations_keep_the_placeholders():
    wrong = {}
    for message, translated in chinese().items():
        lost = set(PLACEHOLDER.findall(translated)) - set(PLACEHOLDER.findall(message)) - {"%(num)s", "%(num)d"}
        forgotten = set(PLACEHOLDER.findall(message)) - set(PLACEHOLDER.findall(translated))
        if lost or forgotten:
            wrong[message] = translated
    assert not wrong


def test_nothing_translated_has_left_the_program():
    assert chinese().keys() - messages().keys() == set()
