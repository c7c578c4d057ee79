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
    waiting = question_list(actor, ListFilter(sort="unanswered"), limit=WAITING).items
    active = question_list(actor, ListFilter(sort="active"), limit=ACTIVE + WAITING).items
    shown = {card.id for card in waiting}
    return render_template(
        "home/index.html",
        active=[card for card in active if card.id not in shown][:ACTIVE],
        waiting=waiting,
        products=all_products(),
    )
