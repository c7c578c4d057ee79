"""The rules a person can read, from the tables that the program runs by."""

from typing import Any

from flask import Blueprint, render_template

from app.domains.accounts.privileges import LEVELS
from app.domains.escalation.queries import promises_by_product

pages = Blueprint("help", __name__)


@pages.get("/help")
def index() -> Any:
    return render_template("help/index.html", levels=LEVELS, promises=promises_by_product())
