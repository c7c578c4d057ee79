"""Words in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import force_locale, gettext, lazy_gettext, lazy_ngettext, ngettext

LANGUAGES = ("zh", "en")
HTML_LANG = {"zh": "zh-Hans", "en": "en"}

_ = gettext
_l = lazy_gettext
_ln = lazy_ngettext

__all__ = ["HTML_LANG", "LANGUAGES", "_", "_l", "_ln", "in_language", "ngettext", "supported"]


def supported(language: str | None) -> str | None:
    """`language` reduced to one that the forum speaks ("zh-CN" -> "zh"), or None."""
    short = (language or "").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else None


@contextmanager
def in_language(language: str | None) -> Iterator[None]:
    """Everything translated inside speaks `language`: for mail, which has no reader's request."""
    with force_locale(supported(language) or "en"):
        yield
