"""Addresses that a form brings back: only paths of this forum are followed."""

import unicodedata
from urllib.parse import urlsplit

from flask import request


def local_path(wanted: str | None) -> str | None:
    """`wanted` where it is a path of this forum; None for another site's address and for what browsers read as one."""
    text = wanted or ""
    if not text.startswith("/") or text.startswith("//") or "\\" in text or len(text) > 2000:
        return None
    if any(unicodedata.category(letter).startswith("C") for letter in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else text


def asked_path() -> str | None:
    """The `next` of this request's form or address, where it is ours and does not lead back to the door."""
    path = local_path(request.form.get("next") or request.args.get("next"))
    return None if path is None or path.startswith(("/login", "/logout", "/register")) else path
