"""A calendar as an administrator types it, and as it is shown back. Pure.

A weekday is "09:00-12:00, 13:00-18:00" or empty; holidays are dates, one a line; an exception is a date and its
hours, "2026-10-10 09:00-18:00", or "2026-10-11 closed". A word after the date of a holiday is a note and stays out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domains.products.opening_hours import CalendarError

CLOSED = {"closed", "-", "休息", "休", "关闭"}
MOST_LINES = 1000


@dataclass(frozen=True)
class TypedHours:
    """The fields of the form. `weekdays` has seven texts, Monday first."""

    timezone: str
    weekdays: tuple[str, ...]
    holidays: str = ""
    overrides: str = ""


def stored_form(typed: TypedHours) -> dict[str, Any]:
    """What `Calendar.from_json` reads; it says what is wrong with a date or an hour."""
    return {
        "timezone": typed.timezone.strip(),
        "weekly": [_spans(text, f"weekly.{number}") for number, text in enumerate(typed.weekdays)],
        "holidays": [line.split()[0] for line in _lines(typed.holidays, "holidays")],
        "overrides": dict(_override(line) for line in _lines(typed.overrides, "overrides")),
    }


def typed_form(hours: Mapping[str, Any]) -> TypedHours:
    """A stored calendar as text."""
    return TypedHours(
        timezone=str(hours.get("timezone", "")),
        weekdays=tuple(_shown(spans) for spans in hours.get("weekly", [[]] * 7)),
        holidays="\n".join(hours.get("holidays", [])),
        overrides="\n".join(f"{day} {_shown(spans) or 'closed'}" for day, spans in hours.get("overrides", {}).items()),
    )


def _lines(text: str, place: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise CalendarError(place, "too_many")
    return lines


def _override(line: str) -> tuple[str, list[list[str]]]:
    day, _space, hours = line.partition(" ")
    return day, _spans(hours, f"overrides.{day}")


def _spans(text: str, place: str) -> list[list[str]]:
    """Pairs of times; dashes and commas of either script."""
    text = text.strip().lower()
    if not text or text in CLOSED:
        return []
    if len(text) > 500:
        raise CalendarError(place, "bad_time")
    return [re.split(r"\s*[-–—~～至]\s*", part.strip()) for part in re.split(r"[,，;；、]", text) if part.strip()]


def _shown(spans: Sequence[Sequence[str]]) -> str:
    return ", ".join("-".join(span) for span in spans)
