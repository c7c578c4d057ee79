"""What the editor asks while somebody writes: its tools, a paste as Markdown, names and tags that begin so."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask_login import login_required

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import Person, people_by_id, people_by_prefix
from app.domains.questions.mentions import mention_of
from app.domains.questions.queries import people_in_thread, visible_question
from app.domains.search.settings import spend_suggestion
from app.domains.tags.queries import tags_by_prefix
from app.kernel import markup
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.web.actors import current_actor

pages = Blueprint("editor", __name__)

MOST_OPTIONS = 8
LONGEST_PREFIX = 40
PASTES = limit("pastes", "30/minute", _l("Pasted pages turned into Markdown for one address of the network."))


@pages.get("/editor/tools")
def tools() -> Any:
    """The buttons of the toolbar, which editor.js puts into every editor of a page."""
    return render_template("editor/tools.html")


@pages.post("/editor/markdown")
def markdown() -> Any:
    """HTML of a clipboard as Markdown: {markdown}. What cannot be read stays the plain text that it was."""
    spend(PASTES, current_actor().id or request.remote_addr or "")
    try:
        return jsonify({"markdown": markup.to_markdown(request.form.get("html", ""))})
    except ValueError:
        raise Invalid(_("This is too long to be pasted with its formatting.")) from None


@pages.get("/editor/people")
@login_required
def people() -> Any:
    """Whom an @ may mean: those of the thread first, then whoever's name begins so."""
    actor, prefix = current_actor(), request.args.get("q", "")[:LONGEST_PREFIX].strip()
    spend_suggestion(actor, request.remote_addr or "")
    found = _of_thread(actor, prefix)
    found |= {person.id: person for person in people_by_prefix(prefix, MOST_OPTIONS) if person.id not in found}
    found.pop(actor.id or 0, None)
    return render_template("editor/people.html", people=list(found.values())[:MOST_OPTIONS], mention_of=mention_of)


def _of_thread(actor: Actor, prefix: str) -> dict[int, Person]:
    """By id, in the order in which they spoke; nobody where there is no thread that the actor may see."""
    question_id = request.args.get("question", type=int)
    try:
        question = visible_question(actor, question_id) if question_id and question_id < 2**63 else None
    except DomainError:
        return {}
    ids = people_in_thread(question.id) if question else []
    known = people_by_id(ids)
    named = [known[user_id] for user_id in ids if user_id in known]
    return {person.id: person for person in named if person.name.casefold().startswith(prefix.casefold())}


@pages.get("/editor/tags")
def tags() -> Any:
    """Tags whose name or synonym begins so, the most used first."""
    spend_suggestion(current_actor(), request.remote_addr or "")
    prefix = request.args.get("q", "")[:LONGEST_PREFIX].strip()
    found = tags_by_prefix(prefix, MOST_OPTIONS) if prefix else []
    return render_template("editor/tags.html", tags=found)
