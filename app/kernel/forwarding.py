"""What reached the forum through a proxy, compared with TRUSTED_PROXIES: a wrong number gives everybody one address."""

import ipaddress
import json
import time
from contextlib import suppress
from pathlib import Path

from app.config import Settings

NOTED_EVERY_SECONDS = 600.0
REMEMBERED_SECONDS = 7 * 86_400.0


def is_miscounted(hops: int, trusted: int, seen_as: str) -> bool:
    """`hops`: addresses in X-Forwarded-For; `seen_as`: whom the forum takes for the reader.

    Fewer hops than trusted: the header is not what the proxies wrote. More, and the reader seems to sit in the
    company's own network: one more proxy stands there than is trusted.
    """
    if 0 < hops < trusted:
        return True
    try:
        near = ipaddress.ip_address(seen_as)
    except ValueError:
        return False
    return hops > trusted and (near.is_private or near.is_loopback)


class Noticeboard:
    """A note in the data folder, so that the command line and every web process know what one of them has seen."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / "proxies.json"
        self._trusted = settings.trusted_proxies
        self._noted_at = float("-inf")

    def note(self, hops: int) -> None:
        """At most once in ten minutes; a folder that cannot be written fails nobody's page."""
        if time.monotonic() - self._noted_at < NOTED_EVERY_SECONDS:
            return
        self._noted_at = time.monotonic()
        with suppress(OSError):
            self._path.write_text(json.dumps({"at": time.time(), "hops": hops, "trusted": self._trusted}))

    def complaint(self) -> str | None:
        """One sentence for the engineer, where the last week has seen a wrong count under the present setting."""
        seen = _read(self._path)
        if seen.get("trusted") != self._trusted or time.time() - seen.get("at", 0.0) > REMEMBERED_SECONDS:
            return None
        return (
            f"Requests came through {seen['hops']:g} proxies, and TRUSTED_PROXIES is {self._trusted}: "
            "limits count the wrong addresses until it is the number of proxies in front of the forum."
        )


def _read(path: Path) -> dict[str, float]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return {}
