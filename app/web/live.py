"""Live pages: Socket.IO over WebSocket, and the same lines by polling where a socket cannot be had."""

import re
from typing import Any

from flask import Blueprint, Flask, jsonify, render_template, request
from flask_socketio import emit

from app.domains.escalation.queries import promise_of
from app.domains.notifications.presence import note_presence
from app.domains.notifications.queries import messages_for, presence_of, rooms_of
from app.domains.questions.queries import visible_question
from app.extensions import socketio
from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.transaction import transaction
from app.web.actors import current_actor
from app.web.live_gate import guard
from app.web.live_tail import Client, Live

MOST_WATCHED = 10
HEARTBEATS = limit("presence", "120/minute", _l("Signs of life of pages without a socket, from one address."))

pages = Blueprint("live", __name__)


def install(app: Flask) -> None:
    live = Live(app, socketio, guard(app, socketio))
    app.extensions["live"] = live
    for name, handler in _handlers(live).items():
        socketio.on_event(name, handler)

    @app.before_request
    def start_passing_on() -> None:
        # Only under a real server: a test's client has no socket, and a command line has no pages.
        if "gunicorn.socket" in request.environ or "werkzeug.socket" in request.environ:
            live.start()

    # What a page was rendered after, from memory; an older id only means that a little is sent again.
    app.context_processor(lambda: {"last_event_id": live.last_id if live.runs else ""})


# --- the socket ---


def _handlers(live: Live) -> dict[str, Any]:
    """Each takes whatever a client sends: what is not understood is answered with an empty line."""

    def connect(_auth: Any = None) -> None:
        live.start()
        live.add(Client(request.sid, current_actor()))  # type: ignore[attr-defined]

    def disconnect(*_reason: Any) -> None:
        live.remove(request.sid)  # type: ignore[attr-defined]

    def watch(*sent: Any) -> dict[str, Any]:
        client, question_id = live.of(request.sid), _number(sent, "question")  # type: ignore[attr-defined]
        if client is None or question_id is None or not _may_watch(client, question_id):
            return {}
        client.questions.add(question_id)
        live.heartbeat(client, question_id, writing=False)
        return {"last_id": live.last_id, **presence_of([question_id])[question_id]}

    def resume(*sent: Any) -> dict[str, Any]:
        client, last_id = live.of(request.sid), _number(sent, "last_id")  # type: ignore[attr-defined]
        if client is None or last_id is None:
            return {}
        messages, following, more = messages_for(client.actor, rooms_of(client.actor, client.questions), last_id)
        for message in messages:
            emit("event", message.to_client())
        return {"last_id": following, "more": more}

    def presence(*sent: Any) -> dict[str, Any]:
        client, question_id = live.of(request.sid), _number(sent, "question")  # type: ignore[attr-defined]
        if client is not None and question_id in client.questions and question_id is not None:
            live.heartbeat(client, question_id, writing=sent[0].get("writing") is True)
        return {}

    return {"connect": connect, "disconnect": disconnect, "watch": watch, "resume": resume, "presence": presence}


def _may_watch(client: Client, question_id: int) -> bool:
    if len(client.questions) >= MOST_WATCHED and question_id not in client.questions:
        return False
    try:
        visible_question(client.actor, question_id)
    except NotFound:
        return False
    return True


def _number(sent: tuple[Any, ...], name: str) -> int | None:
    value = sent[0].get(name) if sent and isinstance(sent[0], dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


# --- without a socket ---


@pages.get("/events")
def events() -> Any:
    """`{events, last_id, more}`: what was said since `after` to this person, and about `question` if it is seen."""
    actor = current_actor()
    after, question_id = request.args.get("after", type=int), request.args.get("question", type=int)
    watched = [question_id] if question_id is not None and 0 < question_id < 2**63 else []
    after_id = 2**62 if after is None or not 0 <= after < 2**62 else after
    messages, last_id, more = messages_for(actor, rooms_of(actor, watched), after_id)
    return jsonify(events=[message.to_client() for message in messages], last_id=last_id, more=more)


@pages.post("/questions/<int:question_id>/presence")
def presence(question_id: int) -> Any:
    """A page's sign of life every ten seconds (`page`: its random key; `writing`, `left`: 1); how many are there."""
    actor = current_actor()
    spend(HEARTBEATS, request.remote_addr)
    visible_question(actor, question_id)
    visitor = f"user:{actor.id}" if actor.id is not None else f"page:{_page_key()}"
    seen = None if request.form.get("left") == "1" else (actor.id, request.form.get("writing") == "1")
    with transaction():
        note_presence({(visitor, question_id): seen})
    return jsonify(presence_of([question_id])[question_id])


def _page_key() -> str:
    key = request.form.get("page", "")
    if not re.fullmatch(r"[A-Za-z0-9-]{8,35}", key):
        raise Invalid(_("This page could not be told apart from others. Please load it again."))
    return key


@pages.get("/questions/<int:question_id>/state/fragment")
def state(question_id: int) -> Any:
    """The state line alone, as the question page shows it. Its address is longer than a slug can be."""
    question = visible_question(current_actor(), question_id)
    return render_template("questions/_state_line.html", question=question, promise=promise_of(question))
