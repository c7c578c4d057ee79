"""What takes long to count where there is much of it: counted at most once a minute in each process.

Small things are counted each time, so that they are always true; a number of thousands may be a minute old.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from flask import current_app

MANY = 5_000
KEPT_SECONDS = 60.0
MOST_KEPT = 64

Found = TypeVar("Found")


def remembered(
    key: Hashable, count: Callable[[], Found], size: Callable[[Found], int], *, seconds: float = KEPT_SECONDS
) -> Found:
    """What `count` gives; where its `size` is `MANY` or more, what it gave up to so many seconds ago."""
    kept: Kept = current_app.extensions.setdefault("remembered", Kept())
    found = kept.get(key)
    if found is None:
        found = count()
        if size(found) >= MANY:
            kept.put(key, found, seconds)
    return found  # type: ignore[no-any-return]


class Kept:
    """The values that were asked for last; safe to use from several threads."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            until, value = self._values.get(key, (0.0, None))
            return value if time.monotonic() < until else None

    def put(self, key: Hashable, value: Any, seconds: float) -> None:
        with self._lock:
            self._values[key] = time.monotonic() + seconds, value
            self._values.move_to_end(key)
            while len(self._values) > MOST_KEPT:
                self._values.popitem(last=False)
