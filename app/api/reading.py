"""What was sent, as checked values; Invalid with a sentence for every field that is wrong."""

import re
from typing import Annotated, Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from werkzeug.exceptions import BadRequest

from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import _

LARGEST_ID = 2**63 - 1  # what a column of the database holds

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
PageNumber = Annotated[int, Field(ge=1, le=100, description="Up to 100; further on only `after` leads.")]
PerPage = Annotated[int, Field(ge=1, le=100)]
After = Annotated[str | None, Field(max_length=500, description="The `next` of the page before.")]
PostName = Annotated[str, Field(max_length=40, description="question:1, answer:2 or comment:3")]
BaseVersion = Annotated[
    Id | None, Field(description="The `version` that you read: 409 with the newer text where it was changed since.")
]

Model = TypeVar("Model", bound=BaseModel)


class Sent(BaseModel):
    """What every query and body derives from. Fields that are not known are left alone."""

    model_config = ConfigDict(extra="ignore")

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        # PostgreSQL stores no NUL, not even to compare with.
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\0" in text for text in texts):
            raise ValueError("nul")
        return value


class Listed(Sent):
    """The query of a list that has a cursor only."""

    after: After = None
    per_page: PerPage = 20


class Paged(Listed):
    """The query of a list with numbered pages; `after` goes before `page`."""

    page: PageNumber = 1


def checked(model: type[Model], values: dict[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid(fields=complaints(error)) from None


def sent_object() -> dict[str, Any]:
    """The JSON object of the body; none at all is an empty one."""
    if not request.get_data(cache=True):
        return {}
    if not request.is_json:
        raise DomainError(_("Please send JSON, with the header Content-Type: application/json."))
    try:
        sent = request.get_json()
    except (BadRequest, RecursionError):
        raise DomainError(_("This is not valid JSON.")) from None
    if not isinstance(sent, dict):
        raise DomainError(_("Please send one JSON object."))
    return sent


def complaints(error: ValidationError) -> dict[str, list[str]]:
    """Field -> sentences."""
    found: dict[str, list[str]] = {}
    for one in error.errors(include_url=False, include_input=False):
        sentences = found.setdefault(str(one["loc"][0]) if one["loc"] else "body", [])
        sentence = _sentence(one["type"], one.get("ctx", {}))
        if sentence not in sentences:
            sentences.append(sentence)
    return found


def _sentence(kind: str, context: dict[str, Any]) -> str:
    if kind in ("enum", "literal_error"):
        return _("One of these, please: %(words)s", words=", ".join(re.findall(r"-?\w+", _without_or(context))))
    if kind == "greater_than_equal":
        return _("%(n)s or more, please.", n=context["ge"])
    if kind == "less_than_equal":
        return _("%(n)s or less, please.", n=context["le"])
    if kind == "string_too_long":
        return _("At most %(n)s characters, please.", n=context["max_length"])
    if kind == "too_long":
        return _("At most %(n)s of these, please.", n=context["max_length"])
    return {
        "missing": _("This is needed."),
        "string_type": _("This must be a text."),
        "int_type": _("This must be a whole number."),
        "int_parsing": _("This must be a whole number."),
        "int_from_float": _("This must be a whole number."),
        "bool_type": _("This must be true or false."),
        "bool_parsing": _("This must be true or false."),
        "list_type": _("This must be a list."),
    }.get(kind, _("The forum cannot read this value."))


def _without_or(context: dict[str, Any]) -> str:
    return str(context["expected"]).replace(" or ", ", ")
