"""`/docs`: the OpenAPI document as a page for people, without scripts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import render_template

from app.api.blueprint import calls
from app.api.document import document
from app.api.errors import title_of

ORDER = ("Questions", "Answers", "Comments", "Votes", "Search", "Tags", "Products", "People")
PROBLEMS = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    guests: bool
    scope: str
    parameters: list[dict[str, Any]]
    body: str
    answers: list[tuple[str, str]]
    """Status and the schema's name, without the problems that all calls share."""


@dataclass(frozen=True)
class SchemaField:
    name: str
    type: str
    required: bool
    description: str


@calls.get("/docs", endpoint="docs")
def docs() -> str:
    groups: dict[str, list[Operation]] = {name: [] for name in ORDER}
    for tag, operation in _operations():
        groups.setdefault(tag, []).append(operation)
    schemas = document()["components"]["schemas"]
    return render_template(
        "api/docs.html",
        groups=groups,
        schemas={name: _fields(schema) for name, schema in schemas.items()},
        words={name: schema["enum"] for name, schema in schemas.items() if "enum" in schema},
        problems={status: title_of(status) for status in PROBLEMS},
    )


def _operations() -> Iterator[tuple[str, Operation]]:
    for path, methods in document()["paths"].items():
        for method, found in methods.items():
            yield found["tags"][0], _operation(method, path, found)


def _operation(method: str, path: str, found: dict[str, Any]) -> Operation:
    needed = [scope for one in found["security"] for scope in one.get("token", [])]
    content = found.get("requestBody", {}).get("content", {})
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"].replace("`", ""),
        guests={} in found["security"],
        scope=needed[0],
        parameters=[_shown(each) for each in found["parameters"] if each["in"] != "header"],
        body=_schema_of(content),
        answers=[
            (status, _schema_of(one.get("content", {})))
            for status, one in found["responses"].items()
            if int(status) < 400
        ],
    )


def _shown(parameter: dict[str, Any]) -> dict[str, Any]:
    about = parameter.get("description", "").replace("`", "")
    return parameter | {"type": _type(parameter["schema"]), "description": about}


def _schema_of(content: dict[str, Any]) -> str:
    return next((_type(one["schema"]) for one in content.values()), "")


def _fields(schema: dict[str, Any]) -> list[SchemaField]:
    needed = schema.get("required", [])
    return [
        SchemaField(name, _type(field), name in needed, field.get("description", "").replace("`", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words: `integer`, `Answer[]`, `string | null`, `1 | 0 | -1`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(word) for word in schema["enum"])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    return " ".join(filter(None, (str(schema.get("type", "")), schema.get("format", ""))))
