"""Addresses and icons in templates, each worked out once: a page names a hundred of them."""

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from markupsafe import Markup
from werkzeug.urls import uri_to_iri

from app.config import ROOT

MOST_ADDRESSES = 8_000
SIMPLE = (str, int, type(None))


def install(app: Flask) -> None:
    addresses = remembering_url_for(app)
    globals_ = app.jinja_env.globals
    globals_["url_for"] = addresses

    @lru_cache(maxsize=1024)
    def stamped(path: str, root: str | None) -> str:
        return str(addresses("static", filename=path, v=stamp(path)))

    def static_url(path: str) -> str:
        """An address that changes with the file, so that browsers may keep it for a year."""
        return stamped(path, _root())

    @lru_cache(maxsize=4096)
    def drawn(name: str, label: str | None, root: str | None) -> Markup:
        told = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
        return Markup('<svg class="icon"{}><use href="{}#{}"/></svg>').format(
            told, stamped("img/icons.svg", root), name
        )

    def icon(name: str, label: str | None = None) -> Markup:
        """A symbol of static/img/icons.svg. With a label it is an image with that name, without one decoration."""
        return drawn(name, str(label) if label else None, _root())

    globals_["static_url"], globals_["icon"] = static_url, icon


def remembering_url_for(app: Flask) -> Any:
    """`url_for` that remembers what it was asked: the address of a page follows from its name and values alone."""

    @lru_cache(maxsize=MOST_ADDRESSES)
    def known(endpoint: str, values: tuple[tuple[str, Any], ...], root: str | None) -> str:
        # A page says 路由器 as it is written: encoded it is three times as long, and a list says it a hundred times.
        return uri_to_iri(app.url_for(endpoint, **dict(values)))

    def address(endpoint: str, **values: Any) -> str:
        lasting = has_request_context() and endpoint[0] != "." and all(type(it) in SIMPLE for it in values.values())
        # In a mail the address is whole, with the forum's own name.
        return known(endpoint, tuple(values.items()), _root()) if lasting else app.url_for(endpoint, **values)

    return address


def _root() -> str | None:
    """None outside of a request, where an address is whole."""
    return request.root_path if has_request_context() else None


def stamp(path: str) -> str:
    file = ROOT / "static" / path
    return format(int(file.stat().st_mtime), "x") if file.exists() else "0"
