"""The search page, and similar questions while a title is typed."""

from typing import Any

from flask import Blueprint, render_template, request

from app.domains.products.queries import all_products
from app.domains.search.actions import note_miss
from app.domains.search.hints import sentence_of
from app.domains.search.queries import SearchFilters, search_questions, similar_questions
from app.domains.search.settings import spend_search, spend_suggestion
from app.kernel.excerpts import with_marks
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.pager import next_url

pages = Blueprint("search", __name__)

MAX_TITLE_CHARACTERS = 300


@pages.get("/search")
def results() -> Any:
    actor, text, filters = current_actor(), request.args.get("q", ""), _filters()
    asked = bool(text.strip()) or filters.narrow
    if asked:
        spend_search(actor, request.remote_addr or "")
    page = search_questions(actor, text, after=request.args.get("after"), filters=filters) if asked else None
    if page is not None and page.missed:
        with transaction():
            note_miss(actor, page, request.remote_addr or "")
    return render_template(
        "search/results.html",
        page=page,
        hints=[sentence_of(hint) for hint in page.hints] if page else [],
        next_url=next_url(page.next) if page else None,
        filters=filters,
        products=all_products(),
        search_text=text,
        marked=with_marks,
    )


def _filters() -> SearchFilters:
    wanted = {name: request.args.get(name, "").strip() for name in ("product", "tag", "state", "lang", "sort")}
    return SearchFilters(**wanted)


@pages.get("/questions/similar")
def similar() -> Any:
    """A part of the page that asks; nothing while there is no title."""
    title = request.args.get("title", "")[:MAX_TITLE_CHARACTERS].strip()
    if not title:
        return ""
    actor = current_actor()
    spend_suggestion(actor, request.remote_addr or "")
    body, product = request.args.get("body", ""), request.args.get("product") or None
    return render_template("search/_similar.html", cards=similar_questions(actor, title, body, product))
