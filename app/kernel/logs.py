"""Logs: one line an occurrence, readable on a terminal and JSON elsewhere, saying of nobody who it is."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# Whatever a caller puts under these names is left out: a log is read by more people than a profile.
PRIVATE = frozenset({"email", "name", "user", "address", "ip", "password", "token", "title", "body", "text", "query"})
_EMAIL = re.compile(r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+\.[^\s@<>()\"',;:]+")
# "Key (email_key)=(ann@example.com) already exists": PostgreSQL tells the values.
_DETAIL = re.compile(r"(Key \([^)]*\)=)\([^)]*\)")


def configure(level: str, *, as_json: bool | None = None) -> None:
    """For this process; `as_json` None: JSON unless standard error is a terminal."""
    json = not sys.stderr.isatty() if as_json is None else as_json
    in_json = structlog.processors.JSONRenderer(ensure_ascii=False)
    ending: list[Any] = [structlog.processors.format_exc_info, without_people, in_json]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(ending if json else [without_people, structlog.dev.ConsoleRenderer()]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def without_people(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Names, addresses and written words taken out; a mail address inside another text too."""
    for key, value in event.items():
        if key in PRIVATE:
            event[key] = "[left out]"
        elif isinstance(value, str):
            event[key] = _DETAIL.sub(r"\1(…)", _EMAIL.sub("[address]", value))
    return event
