"""Every request has a number, a line in the log and a place in the figures of `/metrics`."""

import re
import secrets
import sys
import time

import structlog
from flask import Flask, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from werkzeug.wrappers import Response

from app.kernel.replicas import READS

log = structlog.get_logger()

REGISTRY = CollectorRegistry()
REQUESTS = Counter("huzhu_requests", "Answered requests.", ("method", "endpoint", "status"), registry=REGISTRY)
SECONDS = Histogram(
    "huzhu_request_seconds",
    "Time to answer, in seconds.",
    ("kind",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
REGISTRY.register(READS)
_ON_A_TERMINAL = sys.stderr.isatty()  # where somebody tries the forum, each request would hide what matters
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NUMBER = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def install(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """A proxy's own number is taken over, so that its log and ours can be read together."""
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _NUMBER.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def end(response: Response) -> Response:
    endpoint, method = request.endpoint or "none", request.method if request.method in METHODS else "other"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    REQUESTS.labels(method, endpoint, response.status_code).inc()
    SECONDS.labels(kind_of(endpoint)).observe(seconds)
    if "request_id" in g:
        response.headers["X-Request-ID"] = g.request_id
    say = log.debug if _ON_A_TERMINAL else log.info
    # The endpoint and not the path: addresses hold names and single-use tokens.
    say("request", method=method, endpoint=endpoint, status=response.status_code, ms=round(seconds * 1000, 1))
    return response


def kind_of(endpoint: str) -> str:
    if endpoint == "static":
        return "static"
    return "api" if endpoint.startswith("api") else "page"
