"""Times, shares and changes of a digest as its reader's language writes them, in the product's zone. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from app.domains.feedback.digest.content import Share
from app.kernel.languages import Language

NOTHING = "–"
MINUTE, HOUR, DAY = 60, 3600, 86400


class Stretch(Protocol):
    """Half-open."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


@dataclass(frozen=True)
class Wording:
    language: Language
    zone: str

    @property
    def locale(self) -> str:
        return self.language.locale

    def window(self, covers: Stretch) -> str:
        """Its first and last day: "2–8 Mar 2026"; one day alone, as a date."""
        first = covers.start.astimezone(ZoneInfo(self.zone)).date()
        last = (covers.end.astimezone(ZoneInfo(self.zone)) - timedelta(microseconds=1)).date()
        if first == last:
            return str(format_date(first, "long", locale=self.locale))
        return str(format_interval(first, last, "yMMMd", locale=self.locale))

    def day(self, at: datetime) -> str:
        return str(format_datetime(at, self.language.day, tzinfo=ZoneInfo(self.zone), locale=self.locale))

    def moment(self, at: datetime) -> str:
        return str(format_datetime(at, self.language.moment, tzinfo=ZoneInfo(self.zone), locale=self.locale))

    def number(self, value: float, digits: int = 1) -> str:
        rounded = round(value, digits)
        return str(format_decimal(int(rounded) if rounded == int(rounded) else rounded, locale=self.locale))

    def percent(self, share: Share) -> str:
        return NOTHING if share.value is None else str(format_percent(share.value, locale=self.locale))

    def change(self, value: float, usual: float | None) -> str:
        """"+14%" against the usual; empty where there is none."""
        if not usual:
            return ""
        pattern = "+#,##0%;−#,##0%"
        return str(format_percent(value / usual - 1, pattern, locale=self.locale))

    def duration(self, seconds: float | None) -> str:
        """The two largest units: "2 hr 10 min"."""
        if seconds is None:
            return NOTHING
        if seconds < HOUR:
            return self._unit(max(1, round(seconds / MINUTE)), "minute")
        if seconds < DAY:
            hours, minutes = divmod(round(seconds / MINUTE), 60)
            return self._both((hours, "hour"), (minutes, "minute"))
        days, hours = divmod(round(seconds / HOUR), 24)
        return self._both((days, "day"), (hours, "hour"))

    def chance(self, p: float) -> str:
        """"1 : 40" of being chance; below one in a million nobody needs the number."""
        return "< 1 : 1,000,000" if p < 1e-6 else f"1 : {format_decimal(round(1 / p), locale=self.locale)}"

    def _both(self, large: tuple[int, str], small: tuple[int, str]) -> str:
        shown = [self._unit(*one) for one in (large, small) if one[0]]
        return self.language.gap.join(shown)

    def _unit(self, value: int, unit: str) -> str:
        return str(format_unit(value, f"duration-{unit}", length="short", locale=self.locale))
