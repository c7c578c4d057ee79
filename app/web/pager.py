"""The address of the next page: the same filters, another key."""

from typing import Any

from flask import request, url_for


def next_url(cursor: str | None) -> str | None:
    if cursor is None or request.endpoint is None:
        return None
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "after" and value}
    return url_for(request.endpoint, **(request.view_args or {}), **kept, after=cursor)
