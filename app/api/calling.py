"""One decorator for every call: who may come in, what is checked, what is described, and the transaction."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import Response, request
from pydantic import BaseModel
from spectree import Response as Answers

from app.api.actors import current_actor
from app.api.blueprint import calls, described
from app.api.errors import Problem
from app.api.tokens import admit
from app.domains.accounts.scopes import READ
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import _
from app.kernel.idempotency import RepeatedMeanwhile, begin, first_result
from app.kernel.transaction import transaction

LONGEST_KEY = 255

View = Callable[..., Any]


def call(
    method: str, rule: str, *, about: str, scope: str = READ, guests: bool = False, status: int = 200
) -> Callable[[View], View]:
    """Mount a view under `/api/v1`.

    Its annotations say the rest: `query` and `json` are what it takes, its return type is what it answers (None: 204).
    Whatever is no GET runs in one transaction, and a POST with an `Idempotency-Key` only once.
    """

    def mount(view: View) -> View:
        answer = view.__annotations__["return"]
        code = status if answer else 204
        inner = view if method == "GET" else _changing(view, method, code)
        tell = described.validate(
            resp=_answers(view, method, answer, code),
            tags=[about],
            security=[{"token": [scope]}, {}] if guests else [{"token": [scope]}],
            operation_id=view.__name__,
        )
        calls.add_url_rule(rule, view.__name__, _guarded(tell(inner), scope, guests), methods=[method])
        return view

    return mount


def _answers(view: View, method: str, answer: type[BaseModel] | None, code: int) -> Answers:
    """What may come back: the answer, and the problems that this call can meet."""
    takes = view.__annotations__
    problems = {400, 401, 403, 404, 429, 500, 503}
    if "json" in takes:
        problems |= {409, 413, 422}
    if "query" in takes or method == "POST":
        problems.add(422)
    models: dict[str, Any] = {f"HTTP_{status}": Problem for status in sorted(problems)}
    return Answers(**models, **{f"HTTP_{code}": answer})


def _guarded(view: View, scope: str, guests: bool) -> View:
    @wraps(view)
    def guarded(**arguments: Any) -> Any:
        admit(scope, guests=guests)
        return view(**arguments)

    return guarded


def _changing(view: View, method: str, code: int) -> View:
    @wraps(view)
    def changing(**arguments: Any) -> Response:
        key = _key() if method == "POST" else None
        try:
            with transaction():
                return _kept(key) or _once(view, arguments, code, key)
        except RepeatedMeanwhile:
            # The twin of this request has just committed: this one was undone, and gives the twin's answer.
            return _kept(key) or _answer("", 409)

    return changing


def _key() -> str | None:
    """One person's key for one address; hashed, since a client may send any text."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    if not 0 < len(sent) <= LONGEST_KEY:
        raise DomainError(_("An Idempotency-Key has between 1 and %(n)s characters.", n=LONGEST_KEY))
    digest = sha256(f"{request.path}\n{sent}".encode()).hexdigest()
    return f"{current_actor().id} {request.method} {digest}"


def _kept(key: str | None) -> Response | None:
    found = first_result(key) if key else None
    if found is None:
        return None
    if found.asked != _asked():
        raise Invalid(_("This Idempotency-Key was used for another request. Please take a new key for this one."))
    answer = _answer(found.body, found.status)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _asked() -> str:
    return sha256(request.get_data(cache=True)).hexdigest()


def _once(view: View, arguments: dict[str, Any], code: int, key: str | None) -> Response:
    row = begin(key, _asked()) if key else None
    result: BaseModel | None = view(**arguments)
    body = result.model_dump_json() if result is not None else ""
    if row is not None:
        row.status, row.body = code, body
    return _answer(body, code)


def _answer(body: str, status: int) -> Response:
    return Response(body, status, mimetype="application/json")
