"""A domain error as a page: the sentence, what to do now, and the right status."""

from typing import Any

import structlog
from flask import Flask, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.extensions import db
from app.kernel.errors import DomainError, TooSoon
from app.kernel.i18n import _

log = structlog.get_logger()


def install(app: Flask) -> None:
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(Exception, unexpected)


def page(status: int, sentence: Any, **headers: str) -> Any:
    db.session.rollback()
    if request.headers.get("Accept", "").startswith("application/json"):
        return jsonify(title=str(sentence), status=status), status, headers
    title, detail = _headline(status), sentence
    retry = headers.get("Retry-After")
    text = render_template("errors/error.html", status=status, title=title, detail=detail, retry_after_seconds=retry)
    return text, status, headers


def domain_error(error: DomainError) -> Any:
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, TooSoon) else {}
    return page(error.status, error.sentence or str(error) or sentence_for(error.status), **headers)


def csrf_error(_error: CSRFError) -> Any:
    sentence = _("This form was open for too long, or cookies are off. Go back: your text is kept. Then send it again.")
    return page(400, sentence)


def http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return page(error.code, sentence_for(error.code), **headers)


def database_away(error: OperationalError) -> Any:
    log.error("database.away", error=str(error.orig)[:200])
    return page(503, _("The forum is very busy or its database is away. Please try again in a moment."), **{"Retry-After": "5"})


def unexpected(error: Exception) -> Any:
    log.exception("page.failed", path=request.path)
    return page(500, _("Something went wrong on our side. Your text is kept in this browser; please try again."))


def _headline(status: int) -> str:
    known = {
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("Somebody was faster"),
        422: _("Please look at this again"),
        429: _("One moment, please"),
    }
    return known.get(status, _("This did not work") if status < 500 else _("Our fault"))


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
