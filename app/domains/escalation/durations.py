"""Lengths of time as people type them."""

import re
from datetime import timedelta

from app.kernel.errors import Invalid
from app.kernel.i18n import _

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=365)


def parse_duration(text: str, field: str = "duration") -> int:
    """Seconds of "5s", "30m", "4h", "3d" or "1h 30m"; Invalid with an example where it is none of these."""
    clean = text.strip().lower()
    parts = re.findall(r"([0-9]{1,9})\s*([smhd])", clean)
    seconds = sum(int(number) * UNITS[unit] for number, unit in parts)
    if not re.fullmatch(r"(?:[0-9]{1,9}\s*[smhd]\s*)+", clean) or not 0 <= seconds <= LONGEST.total_seconds():
        sentence = _("“%(text)s” is no length of time. Examples: 30m, 4h, 3d.", text=text.strip()[:40])
        raise Invalid(fields={field: [sentence]})
    return seconds


def duration_text(seconds: int) -> str:
    """The shortest spelling that `parse_duration` reads back: 14400 is "4h"."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
