"""The first page: what waits for an answer, what is new, and the way in."""

from typing import Any

from flask import Blueprint, render_template

from app.domains.products.queries import all_products
from app.domains.questions.queries import ListFilter, question_list
from app.web.actors import current_actor

pages = Blueprint("home", __name__)

ACTIVE, WAITING = 12, 5


@pages.get("/")
def index() -> Any:
    actor = current_actor()
    return render_template(
        "home/index.html",
        active=question_list(actor, ListFilter(sort="active"), limit=ACTIVE),
        waiting=question_list(actor, ListFilter(sort="unanswered"), limit=WAITING),
        products=all_products(),
    )
