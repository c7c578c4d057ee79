"""Words in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from flask import Flask
from flask_babel import force_locale, get_locale, get_translations
from flask_babel.speaklater import LazyString
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

LANGUAGES = ("zh", "en")
HTML_LANG = {"zh": "zh-Hans", "en": "en"}

# Flask-Babel writes the locale's name out for every word it looks up, which was a third of a list's time.
_catalogues: dict[tuple[str, str | None], Any] = {}

__all__ = ["HTML_LANG", "LANGUAGES", "_", "_l", "_ln", "in_language", "install", "ngettext", "supported"]


def _catalogue() -> Any:
    locale = get_locale()
    if locale is None:
        return get_translations()
    key = (locale.language, locale.script)
    if key not in _catalogues:
        _catalogues[key] = get_translations()
    return _catalogues[key]


def gettext(message: str, **variables: Any) -> str:
    text: str = _catalogue().ugettext(message)
    return text % variables if variables else text


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The form for `num`, which the text calls `%(num)s`."""
    text: str = _catalogue().ungettext(singular, plural, num)
    return text % {"num": num, **variables}


def lazy_gettext(message: str, **variables: Any) -> LazyString:
    """For words that are written before anybody's language is known."""
    return LazyString(gettext, message, **variables) if variables else _lazy_sentence(message)


@cache
def _lazy_sentence(message: str) -> LazyString:
    """A policy says no a hundred times a page, in the same few sentences."""
    return LazyString(gettext, message)


def lazy_ngettext(singular: str, plural: str, num: int, **variables: Any) -> LazyString:
    return LazyString(ngettext, singular, plural, num, **variables)


_ = gettext
_l = lazy_gettext
_ln = lazy_ngettext


def install(app: Flask) -> None:
    """The same words for templates."""
    app.jinja_env.filters["html_lang"] = html_lang
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: _catalogue().ugettext(message),
        ngettext=lambda singular, plural, num: _catalogue().ungettext(singular, plural, num),
        newstyle=True,
    )
    app.jinja_env.globals["gettext"] = app.jinja_env.globals["_"] = _in_template


@pass_context
def _in_template(context: Context, message: str, **variables: Any) -> str:
    """As Jinja's own, which formats every sentence, also the most that hold nothing to be filled in."""
    text: str = _catalogue().ugettext(message)
    if context.eval_ctx.autoescape:
        text = Markup(text)  # nosec B704  # out of a template or a catalogue; what is filled in is escaped
    return text % variables if "%" in text else text


def html_lang(language: str) -> str:
    """What the `lang` of an element says of a text in this language."""
    return HTML_LANG.get(language, language)


def supported(language: str | None) -> str | None:
    """`language` reduced to one that the forum speaks ("zh-CN" -> "zh"), or None."""
    short = (language or "").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else None


@contextmanager
def in_language(language: str | None) -> Iterator[None]:
    """Everything translated inside speaks `language`: for mail, which has no reader's request."""
    with force_locale(supported(language) or "en"):
        yield
