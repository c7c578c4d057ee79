"""A calendar's open hours: as stored, as an administrator types them, and as proposed for a country. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from importlib import import_module
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Span = tuple[int, int]  # minutes since local midnight, half-open, 0..1440

ALL_DAY: tuple[Span, ...] = ((0, 1440),)


class CalendarError(ValueError):
    """A calendar an administrator must correct.

    `line` is where: "timezone", "country", "weekly", "weekly.2.1" (Wednesday's second span), "holidays.0",
    "overrides.2026-10-10". `code` is what: overlap, backwards, bad_time, unknown_timezone, bad_date, no_hours
    or unknown_country. The pages turn the code into a sentence.
    """

    def __init__(self, line: str, code: str) -> None:
        super().__init__(f"{line}: {code}")
        self.line = line
        self.code = code


@dataclass(frozen=True)
class Calendar:
    """When somebody is there. `weekly` has seven entries, Monday first; spans in order, without overlap."""

    timezone: str
    weekly: tuple[tuple[Span, ...], ...]
    holidays: frozenset[date] = frozenset()
    overrides: Mapping[date, tuple[Span, ...]] = field(default_factory=dict, hash=False)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Calendar":
        """The calendar as stored or as typed into the form. Spans may come in any order. Raises CalendarError."""
        calendar = cls(
            timezone=_known_timezone(stored.get("timezone")),
            weekly=_parse_week(stored.get("weekly")),
            holidays=_parse_holidays(stored.get("holidays") or []),
            overrides=_parse_overrides(stored.get("overrides") or {}),
        )
        if not any(calendar.weekly) and not any(calendar.overrides.values()):
            raise CalendarError("weekly", "no_hours")
        return calendar

    def to_json(self) -> dict[str, Any]:
        return {
            "timezone": self.timezone,
            "weekly": [_spans_to_json(spans) for spans in self.weekly],
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "overrides": {day.isoformat(): _spans_to_json(self.overrides[day]) for day in sorted(self.overrides)},
        }

    @cached_property
    def never_closes(self) -> bool:
        every_date = (*self.weekly, *self.overrides.values())
        return not self.holidays and all(spans == ALL_DAY for spans in every_date)

    def hours_on(self, day: date) -> tuple[Span, ...]:
        if day in self.overrides:
            return self.overrides[day]
        return () if day in self.holidays else self.weekly[day.weekday()]


# --- calendars to start from ---


def always(timezone: str) -> Calendar:
    """Open 24x7."""
    return Calendar.from_json({"timezone": timezone, "weekly": [[["00:00", "24:00"]]] * 7})


def office(
    timezone: str, opens: str = "09:00", closes: str = "18:00", country: str | None = None, years: Iterable[int] = ()
) -> Calendar:
    """Monday to Friday; with a country also its holidays and make-up working days in `years`."""
    hours = [[opens, closes]]
    years = tuple(years)
    days_off = [day for day, _ in proposed_holidays(country, years)] if country else []
    days_on = make_up_days(country, years) if country else []
    return Calendar.from_json(
        {
            "timezone": timezone,
            "weekly": [hours] * 5 + [[], []],
            "holidays": [day.isoformat() for day in days_off],
            "overrides": {day.isoformat(): hours for day in days_on},
        }
    )


def proposed_holidays(country: str, years: Iterable[int], language: str = "en_US") -> list[tuple[date, str]]:
    """Public holidays of an ISO country with their names, by date; a proposal an administrator may correct.

    `language` is as the holidays package writes it (zh_CN); countries without it fall back to their own.
    For China a year is complete only once the State Council has announced it (in November of the year before)
    and the installed package knows it; until then only the statutory dates are listed.
    """
    return sorted(_holidays_of(country, set(years), language).items())


def make_up_days(country: str, years: Iterable[int]) -> list[date]:
    """Weekend dates declared working days (调休), by date. Empty for countries without them or not yet announced."""
    wanted = set(years)
    # The package files a make-up day under the year of the holiday it pays for: New Year's may lie in December.
    announced = _holidays_of(country, wanted | {year + 1 for year in wanted}, "en_US")
    return sorted(day for day in getattr(announced, "weekend_workdays", ()) if day.year in wanted)


def _holidays_of(country: str, years: set[int], language: str) -> Any:
    # Imported here: an administrator asks once in a while, and no other page needs its memory.
    country_holidays = import_module("holidays").country_holidays
    try:
        return country_holidays(country, years=years, language=language)
    except NotImplementedError as unknown:
        raise CalendarError("country", "unknown_country") from unknown


# --- reading what an administrator typed ---


def _known_timezone(name: Any) -> str:
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, TypeError, OSError) as unknown:
        raise CalendarError("timezone", "unknown_timezone") from unknown


def _parse_week(typed: Any) -> tuple[tuple[Span, ...], ...]:
    if not isinstance(typed, list | tuple) or len(typed) != 7:
        raise CalendarError("weekly", "bad_time")
    return tuple(_parse_spans(spans, f"weekly.{weekday}", ".{}") for weekday, spans in enumerate(typed))


def _parse_holidays(typed: Any) -> frozenset[date]:
    if not isinstance(typed, list | tuple):
        raise CalendarError("holidays", "bad_date")
    return frozenset(_parse_date(day, f"holidays.{n}") for n, day in enumerate(typed))


def _parse_overrides(typed: Any) -> dict[date, tuple[Span, ...]]:
    if not isinstance(typed, Mapping):
        raise CalendarError("overrides", "bad_date")
    return {
        _parse_date(day, f"overrides.{day}"): _parse_spans(spans, f"overrides.{day}") for day, spans in typed.items()
    }


def _parse_date(typed: Any, line: str) -> date:
    try:
        return datetime.strptime(typed, "%Y-%m-%d").date()
    except (ValueError, TypeError) as malformed:
        raise CalendarError(line, "bad_date") from malformed


def _parse_spans(typed: Any, line: str, numbering: str = "") -> tuple[Span, ...]:
    """Spans in order of time. `numbering` is what a span's place adds to the line of its date."""
    if not isinstance(typed, list | tuple):
        raise CalendarError(line, "bad_time")
    lines = [line + numbering.format(n) for n in range(len(typed))]
    spans = sorted((_parse_span(pair, where), where) for pair, where in zip(typed, lines, strict=True))
    for ((_, closes), _), ((opens, _), where) in pairwise(spans):
        if opens < closes:
            raise CalendarError(where, "overlap")
    return tuple(span for span, _ in spans)


def _parse_span(pair: Any, line: str) -> Span:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise CalendarError(line, "bad_time")
    opens, closes = (_parse_time(typed, line) for typed in pair)
    # A night shift is two spans, up to 24:00 and from 00:00, so that each date knows its own hours.
    if closes <= opens:
        raise CalendarError(line, "backwards")
    return opens, closes


def _parse_time(typed: Any, line: str) -> int:
    clock = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", typed.strip()) if isinstance(typed, str) else None
    minutes = int(clock[1]) * 60 + int(clock[2]) if clock else 1441
    if minutes > 1440:
        raise CalendarError(line, "bad_time")
    return minutes


def _spans_to_json(spans: tuple[Span, ...]) -> list[list[str]]:
    return [[f"{minute // 60:02}:{minute % 60:02}" for minute in span] for span in spans]
