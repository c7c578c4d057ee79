"""Everything that the forum keeps about a person, as JSON."""

from datetime import datetime
from typing import Any

from flask import jsonify, render_template
from flask_login import fresh_login_required, login_required
from werkzeug.wrappers import Response

from app.domains.accounts import own as accounts
from app.domains.attachments import own as attachments
from app.domains.escalation import own as escalation
from app.domains.feedback import own as feedback
from app.domains.follows import own as follows
from app.domains.moderation import own as moderation
from app.domains.notifications import own as notifications
from app.domains.questions import own as questions
from app.domains.reputation import own as reputation
from app.domains.tags import own as tags
from app.kernel.events import acts_of
from app.kernel.own_rows import Own, rows_of
from app.web.accounts.blueprint import pages
from app.web.actors import current_actor

SUBJECTS = (
    accounts, tags, follows, attachments, questions, moderation, reputation, escalation, feedback, notifications,
)  # fmt: skip
OWN: dict[str, Own] = {name: own for subject in SUBJECTS for name, own in subject.OWN.items()}


@pages.get("/settings/export")
@login_required
def export() -> Any:
    return render_template("accounts/settings_export.html")


@pages.get("/settings/export.json")
@fresh_login_required
def export_file() -> Response:
    response = jsonify(exported(current_actor().id or 0))
    response.headers["Content-Disposition"] = "attachment; filename=huzhu-export.json"
    return response


def exported(user_id: int) -> dict[str, Any]:
    """Plain values only; `acts` is everything that the person did, as the forum's events say it."""
    found = {name: [_plain(row) for row in rows_of(own, user_id)] for name, own in OWN.items()}
    return found | {"account": found["account"][0], "acts": [_plain(row) for row in acts_of(user_id)]}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
