"""How often one actor may do one thing: moving windows, in Redis or in memory, off by LIMITS=off."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from typing import Any

import limits as windows
from flask import current_app
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.kernel.errors import TooSoon
from app.kernel.i18n import _
from app.kernel.settings import Setting
from app.kernel.shared_memory import Away, shared_memory

_unlimited: ContextVar[bool] = ContextVar("unlimited", default=False)


@dataclass(frozen=True)
class Limit:
    """Named windows, kept as a site setting: "5/2 minutes; 60/hour" means both."""

    name: str
    setting: Setting[str]

    def windows(self) -> list[Any]:
        return windows.parse_many(self.setting.value())


def limit(name: str, default: str, about: Any) -> Limit:
    """Declare a limit where it is spent."""
    return Limit(name, Setting(f"limits.{name}", default, about, check=windows.parse_many))


def spend(kind: Limit, who: object) -> None:
    """Count one use by `who` (user id, address, …); TooSoon when a window is full.

    An IPv6 address counts with all of its /64: everybody who has one has 2^64 of them.
    """
    if _unlimited.get() or current_app.extensions["config"].limits == "off":
        return
    for window in kind.windows():
        seconds = _counted(partial(_refused_for, window, kind, counted_as(str(who))))
        if seconds:
            raise TooSoon(_("That was a little too often. Please try again in %(wait)s.", wait=_wait(seconds)), seconds)


def counted_as(who: str) -> str:
    try:
        address = ip_address(who)
    except ValueError:
        return who
    if isinstance(address, IPv4Address):
        return who
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((int(address) >> 64 << 64, 64)))


@contextmanager
def unlimited() -> Iterator[None]:
    """For the demonstration community and for imports."""
    token = _unlimited.set(True)
    try:
        yield
    finally:
        _unlimited.reset(token)


def _counted(count: Callable[[MovingWindowRateLimiter], int]) -> int:
    """In Redis, where all processes count together; while it is away, or where there is none, in this one alone."""
    shared = shared_memory()
    if shared is not None:
        with suppress(Away):
            return shared.ask(lambda: count(_limiter("shared_limiter", lambda: shared.storage)))
    return count(_limiter("limiter", MemoryStorage))


def _limiter(name: str, storage: Callable[[], Any]) -> MovingWindowRateLimiter:
    kept = current_app.extensions.get(name)
    return kept or current_app.extensions.setdefault(name, MovingWindowRateLimiter(storage()))  # type: ignore[no-any-return]


def _refused_for(window: Any, kind: Limit, who: str, limiter: MovingWindowRateLimiter) -> int:
    """Seconds until one more is let through; 0 where this one is, and is counted."""
    if limiter.hit(window, kind.name, who):
        return 0
    reset_at = limiter.get_window_stats(window, kind.name, who).reset_time
    return max(1, ceil(reset_at - time.time()))  # the windows live in real time, not in the program's clock


def _wait(seconds: int) -> str:
    if seconds < 90:
        return _("%(n)s seconds", n=seconds)
    if seconds < 5400:
        return _("%(n)s minutes", n=ceil(seconds / 60))
    return _("%(n)s hours", n=ceil(seconds / 3600))
