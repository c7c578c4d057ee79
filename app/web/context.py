"""What every template can use: may(), addresses, dates, languages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, current_app, g, has_request_context, request
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.domains.accounts.actions.profiles import THEMES
from app.kernel.clock import known_zones, now
from app.kernel.i18n import _, speaking
from app.kernel.languages import DEFAULT, LANGUAGES, supported
from app.kernel.policy import YES, Verdict
from app.kernel.settings import SITE_LANGUAGE, SITE_NAME
from app.web.actors import current_actor
from app.web.rights import RIGHTS

A_MOMENT = timedelta(minutes=1)
LONG_AGO = timedelta(days=30)
LONGEST_ACCEPT = 200  # characters of a header that anybody may send
SAME_FOR_SECONDS, LONG_AGO_SAME_FOR_SECONDS = 15, 900


def install(app: Flask) -> None:
    app.context_processor(values)


def values() -> dict[str, Any]:
    """Evaluated once a render; what costs a statement is a function, called only where it is shown."""
    if not has_request_context():
        return {"site_name": SITE_NAME.value(), "number": number, "exact": exact, "now": now}
    actor = current_actor()
    language = locale()
    return {
        "site_name": SITE_NAME.value(),
        "locale": language,
        "html_lang": LANGUAGES[language].html_lang,
        "theme": theme(),
        "actor": actor,
        "may": may,
        "when": when,
        "exact": exact,
        "number": number,
        "now": now,
        "has_endpoint": has_endpoint,
        "unread_count": unread_count(),
        "demo": demonstration(),
    }


def may(right: str, *things: Any) -> Verdict:
    """The verdict of a policy for the person who looks at the page."""
    return RIGHTS[right](current_actor(), *things)  # type: ignore[no-any-return]


def locale() -> str:
    """A tag of LANGUAGES: the person's choice, else the cookie's, else the browser's, else the forum's own."""
    if not has_request_context():
        return DEFAULT
    return supported(current_actor().language) or SITE_LANGUAGE.value()


def catalogue() -> str:
    """What Babel calls it."""
    return LANGUAGES[locale()].catalogue


def content_language() -> str:
    """The language in which this reader would most likely write."""
    return LANGUAGES[locale()].content


def guest_language() -> str:
    chosen = supported(request.cookies.get("language"))
    accepted = request.headers.get("Accept-Language", "")[:LONGEST_ACCEPT]
    return chosen or _language_of(accepted) or SITE_LANGUAGE.value()


@lru_cache(maxsize=1_000)
def _language_of(accepted: str) -> str | None:
    """Of what a browser accepts the first that the forum speaks."""
    for wanted, _quality in parse_accept_header(accepted, LanguageAccept):
        found = supported(wanted)
        if found:
            return found
    return None


def guest_timezone() -> str:
    chosen = request.cookies.get("timezone", "")
    return chosen if chosen in known_zones() else LANGUAGES[guest_language()].zone


def timezone() -> str:
    return current_actor().timezone if has_request_context() else "UTC"


def theme() -> str:
    chosen = request.cookies.get("theme") or current_actor().theme
    return chosen if chosen in THEMES else "auto"


def when(at: datetime | None) -> Markup:
    """A `<time>`: how long ago, or in how long, with the exact time in the reader's zone as its title."""
    return teller()(at) if at is not None else Markup("")


def teller() -> Callable[[datetime], Markup]:
    """`when` for a page full of times: what they have in common is asked once."""
    moment, zone, babel_locale = now(), timezone(), _babel_locale()
    seconds = moment.timestamp()
    lately, long_ago = int(seconds / SAME_FOR_SECONDS), int(seconds / LONG_AGO_SAME_FOR_SECONDS)

    def tell(at: datetime) -> Markup:
        # A day long ago is told otherwise from the reader's new year on: every zone's begins on a quarter of an hour.
        return _when(at, long_ago if abs(at - moment) > LONG_AGO else lately, zone, babel_locale)

    return tell


@lru_cache(maxsize=20_000)
def _when(at: datetime, _told_for: int, _zone: str, _locale: str) -> Markup:
    difference = at - now()
    if -A_MOMENT < difference <= timedelta(0):
        text = _("just now")
    elif abs(difference) > LONG_AGO:
        text = format_datetime(at.astimezone(ZoneInfo(_zone)), _date_pattern(at), locale=_locale)
    else:
        text = format_timedelta(difference, add_direction=True, locale=_locale, threshold=0.95)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(_iso(at), exact(at), text)


def exact(at: datetime | None) -> str:
    """Date and time in the reader's zone and language: "Tue, 3 Mar, 15:00"."""
    if at is None:
        return ""
    year = at.astimezone(_zone()).year != now().astimezone(_zone()).year
    pattern = speaking().moment_of_year if year else speaking().moment
    return str(format_datetime(at.astimezone(_zone()), pattern, locale=_babel_locale()))


def day_name(day: date) -> str:
    """A day in full: "Saturday, 21 November 2026"."""
    return str(format_date(day, "full", locale=_babel_locale()))


def _date_pattern(at: datetime) -> str:
    return speaking().day if at.year == now().year else speaking().day_of_year


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone())


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _babel_locale() -> str:
    return speaking().locale


def number(value: float | int) -> str:
    """Grouped as the reader's language groups."""
    return _grouped(value, _babel_locale())


@lru_cache(maxsize=4096)
def _grouped(value: float | int, babel_locale: str) -> str:
    return str(format_decimal(value, locale=babel_locale))


def has_endpoint(name: str) -> bool:
    return name in current_app.view_functions


def unread_count() -> int:
    """How many notices this person has not read; one statement, once a request."""
    if "unread_count" not in g:
        counter = current_app.extensions.get("unread_count")
        g.unread_count = counter(current_actor()) if counter and current_actor().is_authenticated else 0
    return int(g.unread_count)


def demonstration() -> Any:
    banner = current_app.extensions.get("demonstration_banner")
    return banner() if banner else None


__all__ = ["YES", "guest_language", "guest_timezone", "install", "locale", "may", "timezone", "when"]
