"""`/openapi.json`: what spectree gathered from the views, and what it cannot know."""

import re
from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import Response, json

from app.api.blueprint import calls, described

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own. A repeat with the same key within a day gets the first result; "
    "another request with it is refused with 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "zh or en, for sentences to guests; with a token its owner's language counts.",
    "schema": {"type": "string"},
}
TOO_LONG_ADDRESS = {
    "description": "The address is longer than 4,094 bytes; the server says so before the forum reads it.",
    "content": {"text/html": {"schema": {"type": "string"}}},
}
RETRY_AFTER = {"description": "Seconds.", "schema": {"type": "integer"}}


@calls.get("/openapi.json", endpoint="openapi")
def openapi() -> Response:
    return Response(json.dumps(document(), ensure_ascii=False), mimetype="application/json")


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document; the same for everybody."""
    found: dict[str, Any] = deepcopy(described.spec)
    found["security"] = []
    found["paths"] = dict(sorted(found["paths"].items()))
    for path in found["paths"].values():
        for method, operation in path.items():
            _complete(method, operation, found["components"]["schemas"])
    found["components"]["schemas"] = _used(found)
    return found


def _used(found: dict[str, Any]) -> dict[str, Any]:
    """Schemas that something points at: a query's fields stand with their call already."""
    schemas, seen, todo = found["components"]["schemas"], set(), _pointed_at(found["paths"])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo |= _pointed_at(schemas[name])
    return {name: schemas[name] for name in sorted(seen)}


def _pointed_at(part: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))


def _complete(method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    if "requestBody" in operation:
        (name,) = _pointed_at(operation["requestBody"])
        operation["requestBody"]["required"] = bool(schemas[name].get("required"))
    elif method != "post" and not any(each["in"] == "query" for each in operation["parameters"]):
        del operation["responses"]["422"]  # nothing is sent that could be wrong
    if any(each["in"] == "query" for each in operation["parameters"]):
        operation["responses"]["414"] = TOO_LONG_ADDRESS
    operation["parameters"] = [_parameter(each) for each in operation["parameters"]] + [LANGUAGE]
    if method == "post":
        operation["parameters"].append(IDEMPOTENCY_KEY)
    for status, answer in operation["responses"].items():
        if int(status) >= 400 and answer is not TOO_LONG_ADDRESS:
            answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        if status == "429":
            answer["headers"] = {"Retry-After": RETRY_AFTER}


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    if parameter["in"] == "path" and schema.get("type") == "integer":
        schema |= {"format": "int64", "minimum": 0}
    return parameter
