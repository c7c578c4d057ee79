"""What the C library keeps for this process although nothing is in it."""

import ctypes
import time
from contextlib import suppress

GIVEN_BACK_EVERY_SECONDS = 30.0
M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def keep_together() -> None:
    """glibc gives each of many threads a heap of its own, and none gives back what a large page took: two are enough
    for threads of which one runs at a time."""
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def give_back() -> None:
    """Pages come and go in all sizes, and glibc keeps what lies free between those that stay. 1 to 5 ms."""
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


class FreeMemory:
    """Given back now and then by whoever asks often."""

    def __init__(self) -> None:
        self._given_back_at = 0.0

    def give_back_when_due(self) -> None:
        now = time.monotonic()
        if now - self._given_back_at >= GIVEN_BACK_EVERY_SECONDS:
            self._given_back_at = now
            give_back()
