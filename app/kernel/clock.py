"""The one `now()`; the only thing that tests freeze."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

_shift = timedelta(0)
_frozen_at: datetime | None = None


def now() -> datetime:
    """The present instant in UTC, to the microsecond."""
    return (_frozen_at.astimezone(UTC) if _frozen_at else datetime.now(UTC)) + _shift


def freeze(at: datetime | None) -> None:
    """Stand still at `at` (UTC); None lets time run again."""
    global _frozen_at, _shift
    _frozen_at, _shift = at, timedelta(0)


def advance(by: timedelta) -> None:
    """Move this process's clock forward."""
    global _shift
    _shift += by


@contextmanager
def standing_at(at: datetime) -> Iterator[None]:
    """Inside, this process lives at that instant."""
    global _frozen_at, _shift
    before = _frozen_at, _shift
    freeze(at)
    try:
        yield
    finally:
        _frozen_at, _shift = before


@cache
def known_zones() -> frozenset[str]:
    """Names of every time zone; the machine's folder of them is read once, which takes longer than a page may."""
    return frozenset(available_timezones())
