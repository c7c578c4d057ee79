"""Pictures of strangers, made harmless: decoded and written anew in a process of their own, one at a time.

A decoder is the part of a forum that hostile bytes reach first. In another process it cannot take this one's memory,
nor take this one down; what it took is the system's again when it ends (reencoding.py).
"""

import json
import subprocess  # nosec B404  # our own program, by its full path, without a shell
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, NamedTuple

from app.kernel import reencoding
from app.kernel.errors import Invalid, TooSoon
from app.kernel.i18n import _
from app.kernel.reencoding import MOST_PIXELS

LARGEST_FILE = 12 * 1024 * 1024  # bytes: a photo of 24 million pixels as phones write it
LONGEST_SIDE = 2560  # pixels: a screen's width, so that small letters of a screenshot stay readable
SUFFIX = ".webp"
_PROGRAM = Path(reencoding.__file__).resolve()
_MOST_SECONDS, _WAIT_SECONDS, _COME_BACK_SECONDS = 60, 20, 10
_turn = BoundedSemaphore(1)


class Picture(NamedTuple):
    """A WebP file; width and height in pixels."""

    data: bytes
    width: int
    height: int


def reencoded(data: bytes, longest_side: int = LONGEST_SIDE, *, square: bool = False) -> Picture:
    """The picture without what else its file says, upright, at most so large; Invalid with a sentence where it is none.

    PNG, JPEG, WebP, and of a GIF the first frame: what moves for ever keeps people from reading.
    """
    if len(data) > LARGEST_FILE:
        raise Invalid(_("The picture has more than %(n)s MB.", n=LARGEST_FILE // 1024**2))
    if not _turn.acquire(timeout=_WAIT_SECONDS):
        raise TooSoon(_("Many pictures are arriving just now. Please try again in a moment."), _COME_BACK_SECONDS)
    try:
        told, _newline, made = _run(data, longest_side, square).partition(b"\n")
    finally:
        _turn.release()
    facts: dict[str, Any] = json.loads(told) if told else {"refused": "broken"}
    if "refused" in facts:
        raise Invalid(_sentence(facts["refused"]))
    return Picture(made, facts["width"], facts["height"])


def _run(data: bytes, longest_side: int, square: bool) -> bytes:
    """Nothing where the program did not come to its end."""
    command = [sys.executable, "-I", str(_PROGRAM), str(longest_side), *(["square"] if square else [])]
    try:
        done = subprocess.run(  # nosec B603
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _sentence(why: str) -> str:
    if why == "pixels":
        most = MOST_PIXELS // 1_000_000
        return _("The picture is too large: at most %(n)s million pixels. Please make it smaller.", n=most)
    if why == "format":
        return _("This is no picture that we can show. Please send PNG, JPEG, WebP or GIF.")
    return _("This picture cannot be read: its file is damaged.")
