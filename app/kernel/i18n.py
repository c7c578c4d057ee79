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

from app.kernel.languages import DEFAULT, LANGUAGES, Language, html_lang, spoken

# Flask-Babel writes the locale's name out for every word it looks up, which was a third of a list's time.
_catalogues: dict[tuple[str, str | None], Any] = {}

__all__ = ["_", "_l", "_ln", "in_language", "install", "ngettext", "speaking"]


def _catalogue() -> Any:
    locale = get_locale()
    if locale is None:
        return get_translations()
    key = (locale.language, locale.script)
    if key not in _catalogues:
        _catalogues[key] = _with_fallback(get_translations())
    return _catalogues[key]


def _with_fallback(catalogue: Any) -> Any:
    """What is not translated yet speaks the nearest language instead of English."""
    fallback = speaking().fallback
    if fallback:
        with force_locale(LANGUAGES[fallback].catalogue):
            catalogue.add_fallback(get_translations())
    return catalogue


def speaking() -> Language:
    """The language of the words around: the reader's, or that of `in_language`."""
    locale = get_locale()
    found = _spoken_here(locale.language, locale.script) if locale else None
    return found or LANGUAGES[DEFAULT]


@cache
def _spoken_here(language: str, script: str | None) -> Language | None:
    catalogue = "_".join(filter(None, (language, script)))
    return next((each for each in LANGUAGES.values() if each.catalogue == catalogue), None)


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
    app.jinja_env.globals["languages"] = tuple(LANGUAGES.values())
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


@contextmanager
def in_language(language: str | None) -> Iterator[None]:
    """Everything translated inside speaks `language`: for mail, which has no reader's request."""
    with force_locale(spoken(language).catalogue):
        yield
