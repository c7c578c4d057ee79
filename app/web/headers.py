"""Security headers on every response, errors included."""

from flask import Flask, request, session
from werkzeug.wrappers import Response

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
A_YEAR = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    app.after_request(add)


def add(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    if request.endpoint == "static":
        headers["Cache-Control"] = A_YEAR if request.args.get("v") else "public, max-age=300"
    elif "immutable" not in headers.get("Cache-Control", "") and (session or "Cache-Control" not in headers):
        # A page may hold what only this person may see: nobody else may keep it.
        headers["Cache-Control"] = "private, no-store"
        headers.add("Vary", "Cookie, Accept-Language")
    return response
