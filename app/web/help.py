"""The rules a person can read, from the tables that the program runs by."""

from typing import Any

from flask import Blueprint, render_template

from app.domains.accounts.privileges import LEVELS
from app.domains.escalation.queries import promises_by_product
from app.domains.products.queries import all_products

pages = Blueprint("help", __name__)


@pages.get("/help")
def index() -> Any:
    return render_template("help/index.html", levels=LEVELS, products=all_products(), promises=promises_by_product())
