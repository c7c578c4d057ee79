"""A domain error as a page: the sentence, what to do now, and the right status."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from app.extensions import db, login_manager
from app.kernel.errors import DomainError, TooSoon, headline
from app.kernel.i18n import _
from app.web.local_paths import local_path

log = structlog.get_logger()


def install(app: Flask) -> None:
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(SecurityError, foreign_name)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(Exception, unexpected)


def page(status: int, sentence: Any, headers: Mapping[str, str] | None = None, error: Exception | None = None) -> Any:
    db.session.rollback()
    headers = headers or {}
    problem = current_app.extensions.get("problem")
    if problem is not None and request.path.startswith("/api/"):
        return problem(status, sentence, error, headers)
    if request.headers.get("Accept", "").startswith("application/json"):
        return jsonify(title=str(sentence), status=status), status, headers
    title, detail = headline(status, error), sentence
    retry = headers.get("Retry-After")
    text = render_template(
        "errors/error.html", status=status, title=title, detail=detail, retry_after_seconds=retry, back=_back()
    )
    return text, status, headers


def _back() -> str | None:
    """The page of this forum whose link or form led here."""
    came_from = urlsplit(request.referrer or "")
    path = local_path(came_from.path) if came_from.netloc == request.host else None
    if path is None or path == request.path:
        return None
    return f"{path}?{came_from.query}" if came_from.query else path


def domain_error(error: DomainError) -> Any:
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, TooSoon) else {}
    sentence = error.sentence or str(error) or sentence_for(error.status)
    return page(error.status, sentence, headers, error)


def csrf_error(_error: CSRFError) -> Any:
    sentence = _("This form was open for too long, or cookies are off. Go back: your text is kept. Then send it again.")
    return page(400, sentence)


def http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return page(error.code, sentence_for(error.code), headers)


def foreign_name(_error: SecurityError) -> Any:
    """A Host outside of TRUSTED_HOSTS. Without a page: whoever asks for the host once more is refused once more."""
    return Response(_("The forum does not answer to this name."), 400, mimetype="text/plain")


def database_away(error: OperationalError) -> Any:
    log.error("database.away", error=str(error.orig)[:200])
    if "_login_user" not in g:
        # Nobody can be recognised without a database: this page is for the visitor, and does not ask again.
        g._login_user = login_manager.anonymous_user()
    sentence = _("The forum is very busy or its database is away. Please try again in a moment.")
    return page(503, sentence, {"Retry-After": "5"})


def unexpected(error: Exception) -> Any:
    log.exception("page.failed", path=request.path)
    return page(500, _("Something went wrong on our side. Your text is kept in this browser; please try again."))


def sentence_for(status: int) -> str:
    known = {
        400: _("The forum did not understand this request."),
        401: _("Please sign in first."),
        403: _("You may not do this."),
        404: _("There is no such page, or it is not public."),
        405: _("This address does not take that kind of request."),
        413: _("This is too large to be sent."),
        429: _("That was a little too often. Please wait a moment."),
    }
    return known.get(status, _("This did not work."))
