"""Every language, everywhere: each message of the program is translated, with the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.kernel.languages import LANGUAGES, Language
from tests.architecture.test_layers import ROOT

KEYWORDS = {"_": None, "_l": None, "_ln": (1, 2), "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {pattern: {"trim_blocks": "true", "lstrip_blocks": "true"} for pattern, kind in METHODS if kind == "jinja2"}
TRANSLATED = [each for each in LANGUAGES.values() if each.tag != "en"]  # the messages themselves are English
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


def translated_into(language: Language) -> dict[str, str]:
    path = Path(ROOT) / f"app/translations/{language.catalogue}/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    singles = {}
    for message in catalogue:
        if message.id and not message.fuzzy:
            single = message.id if isinstance(message.id, str) else message.id[0]
            singles[single] = message.string if isinstance(message.string, str) else message.string[0]
    return singles


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda language: language.tag)
def test_every_message_is_translated(language):
    known = translated_into(language)
    missing = {message: place for message, place in messages().items() if not known.get(message)}
    assert not missing


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda language: language.tag)
def test_translations_keep_the_placeholders(language):
    wrong = {}
    for message, translated in translated_into(language).items():
        lost = set(PLACEHOLDER.findall(translated)) - set(PLACEHOLDER.findall(message)) - {"%(num)s", "%(num)d"}
        forgotten = set(PLACEHOLDER.findall(message)) - set(PLACEHOLDER.findall(translated))
        if lost or forgotten:
            wrong[message] = translated
    assert not wrong


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda language: language.tag)
def test_nothing_translated_has_left_the_program(language):
    assert translated_into(language).keys() - messages().keys() == set()


def test_traditional_chinese_is_written_in_traditional_characters():
    simplified = set("发们这来说对时会过还没问为经设复网页间开见语认证话订购请让实")
    assert not [text for text in translated_into(LANGUAGES["zh-Hant"]).values() if {*"“”", *simplified} & set(text)]
