"""The demonstration: the tour's banner, being somebody else by one click, and how to start for real."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.config import Settings
from app.demonstration.banner import Paths, Step, tour_steps
from app.demonstration.people import everybody, person_to_be
from app.demonstration.stage import TOUR_PRODUCT
from app.demonstration.tour import Facts, facts_of, question_asked_by
from app.domains.accounts.actions.sessions import open_session
from app.kernel.clock import now
from app.kernel.errors import NotAllowed, NotFound
from app.kernel.i18n import _
from app.kernel.transaction import transaction
from app.web.accounts.entering import this_browser
from app.web.actors import current_actor
from app.web.context import content_language
from app.web.landing import landing_url
from app.web.local_paths import asked_path
from app.web.signing_in import remember

pages = Blueprint("demonstration", __name__)

TOUR = "tour"
"""In the browser's cookie: when the tour began, its question once there is one, whether the digest was read."""


def install(app: Flask) -> None:
    app.extensions["demonstration_banner"] = banner
    app.after_request(note_progress)


def _settings() -> Settings:
    return current_app.extensions["config"]  # type: ignore[no-any-return]


@pages.before_request
def only_in_a_demonstration() -> None:
    if not _settings().is_demo:
        raise NotFound()


def banner() -> dict[str, Any] | None:
    """What the layout shows above every page; None outside of a demonstration.

    No statement for somebody who has not begun the tour, one or two for who has.
    """
    if not _settings().demo_mark.exists() or not _settings().is_demo:
        return None
    return {"steps": _steps(session.get(TOUR) or {}), "allowed": _settings().demo_sign_in_allowed}


def _steps(tour: dict[str, Any]) -> Sequence[Step]:
    facts = _facts(tour)
    return tour_steps(facts, bool(tour.get("read")) or _reads_digest(), content_language(), _paths(facts))


def _facts(tour: dict[str, Any]) -> Facts:
    if not tour:
        return Facts()
    if not tour.get("question"):
        since = datetime.fromtimestamp(tour["since"], UTC)
        tour["question"] = question_asked_by(current_actor().id, since)
        session.modified = True
    return facts_of(tour["question"]) if tour["question"] else Facts()


def _paths(facts: Facts) -> Paths:
    question = ""
    if facts.question_id is not None:
        question = url_for("questions.show_question", question_id=facts.question_id, slug=facts.slug)
    desk = url_for("escalation.queue")
    if facts.case_id is not None:
        desk = url_for("escalation.case", case_id=facts.case_id)
    return Paths(
        ask=url_for("asking.ask", product=TOUR_PRODUCT),
        questions=url_for("questions.index", product=TOUR_PRODUCT),
        question=question,
        desk=desk,
        digest=url_for("feedback.preview", product=TOUR_PRODUCT),
    )


def note_progress(response: Response) -> Response:
    """The tour begins with whoever asks, also without its first button; it ends at the digest."""
    if not _settings().is_demo or response.status_code >= 400:
        return response
    if request.endpoint == "asking.ask" and request.method == "POST" and TOUR not in session:
        session[TOUR] = _begun()
    if _reads_digest() and TOUR in session:
        session[TOUR] = session[TOUR] | {"read": True}
    return response


def _reads_digest() -> bool:
    return request.endpoint == "feedback.preview" and request.args.get("product") == TOUR_PRODUCT


def _begun() -> dict[str, Any]:
    # Less a minute: the question may have been stored just before this was noted.
    return {"since": now().timestamp() - 60}


@pages.get("/demonstration")
def people() -> str:
    """Everybody whom a visitor may be."""
    return render_template(
        "demonstration/people.html", everybody=everybody(), allowed=_settings().demo_sign_in_allowed
    )


@pages.post("/demonstration/be/<name>")
def be(name: str) -> Response:
    """Sign in as somebody of the demonstration; refused where others than this machine reach it, unless DEMO=1."""
    if not _settings().demo_sign_in_allowed:
        raise NotAllowed(
            _("One-click sign-in works on this machine only. To open it to others, write DEMO=1 and start again.")
        )
    user = person_to_be(name)
    tour = session.get(TOUR) or _begun()
    # Looked up now: a case may have been opened since the page with the button was shown.
    path = next((step.path for step in _steps(tour) if step.key == request.args.get("step")), None)
    with transaction():
        token = open_session(person_to_be(name), this_browser(), stays=False, second_factor=True)
    remember(token)
    session[TOUR] = tour
    flash(_("You are now %(name)s.", name=user.name), "info")
    return redirect(path or asked_path() or landing_url(current_actor()), 303)


@pages.post("/demonstration/again")
def again() -> Response:
    """The tour from its beginning; what was asked stays."""
    session[TOUR] = _begun() | {"since": now().timestamp()}
    return redirect(url_for("questions.index", product=TOUR_PRODUCT), 303)


@pages.get("/demonstration/banner")
def fresh_banner() -> str:
    """The steps as they are now, for a page that is open."""
    return render_template("demonstration/_banner.html", demo=banner())


@pages.get("/demonstration/start")
def start() -> str:
    """The commands for an empty forum of one's own."""
    return render_template("demonstration/start.html", port=_settings().port)


