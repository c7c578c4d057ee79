"""The first page."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

pages = Blueprint("home", __name__)


@pages.get("/")
def index() -> Response:
    return redirect(url_for("questions.index"))
