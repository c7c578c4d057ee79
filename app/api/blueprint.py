"""The blueprint of `/api/v1`, and the book-keeper that checks its requests and describes them as OpenAPI."""

from typing import Any

from flask import Blueprint, request
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from spectree.plugins.base import Context
from spectree.plugins.flask_plugin import FlaskPlugin

from app.api.errors import Problem
from app.api.reading import checked, sent_object

VERSION = "1"

calls = Blueprint("api", __name__, url_prefix="/api/v1")


class Requests(FlaskPlugin):
    """Reads a request strictly and says what is wrong in the reader's language."""

    def request_validation(self, _asked: Any, query: Any, json: Any, form: Any, headers: Any, cookies: Any) -> None:
        typed = {name: value for name, value in request.args.items() if value != ""}
        wanted = checked(query, typed) if query else None
        sent = checked(json, sent_object()) if json else None
        request.context = Context(wanted, sent, None, None, None)  # type: ignore[attr-defined]


described = SpecTree(
    backend=Requests,
    title="Huzhu API",
    version=VERSION,
    mode="strict",
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    security_schemes=[
        SecurityScheme(
            name="token",
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="A token from your settings, or from `flask users token NAME`.",
            ),
        )
    ],
)
