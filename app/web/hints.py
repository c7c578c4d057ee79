"""What the form of a question learns while somebody fills it in: what the product asks and promises, questions like
this one, tags that fit."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, render_template, request

from app.domains.escalation.queries import Promise, promises_by_product
from app.domains.questions.queries import Card
from app.domains.search.queries import similar_questions
from app.domains.search.settings import spend_suggestion
from app.domains.tags.names import split_tags
from app.domains.tags.queries import known_names
from app.domains.tags.suggesting import names_in
from app.web.actors import current_actor
from app.web.context import locale
from app.web.forms import QuestionForm
from app.web.guides import add_fields, guide_for, typed_guide

pages = Blueprint("hints", __name__)

MOST_TITLE, MOST_BODY = 300, 2_000  # characters that are looked at
MOST_NAMES = 500  # looked up among the tags
MOST_TAGS = 6


@pages.post("/questions/guide")
def guide() -> Any:
    """The fields of the product and kind that are chosen now, with what was answered, and what is promised."""
    product, kind = request.form.get("product", ""), request.form.get("kind", "question")
    asked = guide_for(product, kind, typed_guide())
    form = QuestionForm(formdata=None)
    add_fields(form, asked)
    return render_template("questions/_guided.html", form=form, guide=asked, promise=promise_for(product, kind))


def promise_for(product: str, kind: str) -> Promise | None:
    """What a question asked now is promised; None where no product is chosen."""
    return promises_by_product(kind or "question", locale()).get(product) if product else None


@pages.post("/questions/hints")
def hints() -> Any:
    """Questions like this one, and tags for it."""
    title = request.form.get("title", "")[:MOST_TITLE].strip()
    body, product = request.form.get("body", "")[:MOST_BODY], request.form.get("product") or None
    actor = current_actor()
    spend_suggestion(actor, request.remote_addr or "")
    cards = similar_questions(actor, title, body, product) if title else []
    tags = suggested_tags(f"{title}\n{body}", cards, split_tags(request.form.get("tags", "")))
    return render_template("questions/_hints.html", cards=cards, tags=tags)


def suggested_tags(text: str, cards: Iterable[Card], chosen: Iterable[str]) -> list[str]:
    """Existing tags: those that the text names, in its order, then those of questions like it, the commonest first."""
    names = names_in(text, MOST_NAMES)
    known = known_names(names) if names else {}
    named = [known[name] for name in names if name in known]
    common = [name for name, _count in Counter(name for card in cards for name in card.tags).most_common()]
    left_out = set(chosen)
    return [name for name in dict.fromkeys([*named, *common]) if name not in left_out][:MOST_TAGS]
