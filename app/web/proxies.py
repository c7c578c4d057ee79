"""Behind a proxy: whose address it is, and whether as many proxies stand there as TRUSTED_PROXIES says."""

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings
from app.kernel.forwarding import Noticeboard, is_miscounted


def install(app: Flask) -> None:
    """Last of the edges: the outermost layer, so that every other one sees the reader's own address.

    The Host is the proxy's to pass on unchanged; X-Forwarded-Host is believed from nobody.
    """
    settings: Settings = app.extensions["config"]
    board, trusted = Noticeboard(settings), settings.trusted_proxies

    def look() -> None:
        hops = len(request.headers.get("X-Forwarded-For", "").split(",")) if "X-Forwarded-For" in request.headers else 0
        if hops and is_miscounted(hops, trusted, request.remote_addr or ""):
            board.note(hops)

    app.before_request(look)
    if trusted:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=0)  # type: ignore[method-assign]
