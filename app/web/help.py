"""The rules a person can read: every number on these pages is the one that the program runs by, looked up now."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template

from app.domains.products.queries import all_products
from app.kernel.errors import NotFound
from app.kernel.i18n import _l
from app.web import help_facts

pages = Blueprint("help", __name__)

# In the order in which somebody new needs them: (title, what it answers, what it shows).
TOPICS: dict[str, tuple[Any, Any, Callable[[], dict[str, Any]]]] = {
    "asking": (_l("Asking well"), _l("How to get an answer soon."), help_facts.asking),
    "promise": (_l("Promises"), _l("When our team steps in, and what happens if it is late."), help_facts.promise),
    "writing": (_l("Writing"), _l("Lists, code, tables: what you can type, and how it looks."), help_facts.writing),
    "levels": (_l("Levels and rights"), _l("What you may do, and how you come to do more."), help_facts.levels),
    "ranking": (_l("Points and ranks"), _l("What an answer earns, and how it fades."), help_facts.ranking),
    "feedback": (_l("What happens to feedback"), _l("From a wish in a post to a decision."), help_facts.feedback),
    "notifications": (_l("Notifications and mail"), _l("What you hear of, and how to hear less."), help_facts.notices),
    "privacy": (_l("Moderation and privacy"), _l("What is removed, what is kept, what is yours."), help_facts.privacy),
}


@pages.get("/help")
def index() -> Any:
    promises = help_facts.promises()
    return render_template("help/index.html", topics=TOPICS, products=all_products(), promises=promises)


@pages.get("/help/<topic>")
def show(topic: str) -> Any:
    if topic not in TOPICS:
        raise NotFound()
    title, _about, facts = TOPICS[topic]
    return render_template(f"help/{topic}.html", topics=TOPICS, topic=topic, heading=title, **facts())
