"""Everything that goes wrong under /api/, as `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, json
from pydantic import BaseModel, Field

from app.kernel.errors import Conflict, Invalid, headline
from app.kernel.i18n import _


class Problem(BaseModel):
    """What went wrong, in the reader's language."""

    type: str = Field(description="Where this kind of problem is explained.")
    title: str
    status: int
    detail: str = Field(description="A sentence for the person at the other end.")
    errors: dict[str, list[str]] = Field(description="Field -> sentences; empty where no field is wrong.")
    newer: dict[str, Any] | None = Field(None, description="With 409: what somebody else wrote meanwhile.")
    retry_after: int | None = Field(None, description="With 429: seconds, as in the header Retry-After.")


def install(app: Flask) -> None:
    """web/errors.py catches whatever is raised and hands it to this under /api/."""
    app.extensions["problem"] = problem


def problem(status: int, sentence: Any, error: Exception | None, headers: Mapping[str, str]) -> Response:
    wait = headers.get("Retry-After", "")
    document = Problem(
        type=f"/api/v1/docs#problem-{status}",
        title=title_of(status, error),
        status=status,
        detail=str(sentence),
        errors=_fields(error),
        newer=error.newer if isinstance(error, Conflict) and error.newer else None,
        retry_after=int(wait) if wait.isdecimal() else None,
    )
    content = {name: value for name, value in document.model_dump().items() if value is not None}
    answer = Response(json.dumps(content, ensure_ascii=False), status, dict(headers), "application/problem+json")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return answer


def _fields(error: Exception | None) -> dict[str, list[str]]:
    if not isinstance(error, Invalid):
        return {}
    return {name: [str(sentence) for sentence in sentences] for name, sentences in error.fields.items()}


def title_of(status: int, error: Exception | None = None) -> str:
    known = {400: _("Not understood"), 401: _("Not signed in"), 413: _("Too large")}
    return known.get(status) or headline(status, error)
