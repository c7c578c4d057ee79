"""Everything that the forum keeps about a person, as JSON."""

from datetime import datetime
from typing import Any

from flask import jsonify, render_template
from flask_login import fresh_login_required, login_required
from werkzeug.wrappers import Response

from app.domains.accounts.queries import sessions_of, tokens_of, user_by_id
from app.domains.attachments.queries import own_files
from app.domains.follows.models import FollowKind
from app.domains.follows.queries import followed_ids
from app.domains.questions.queries import own_drafts, own_posts
from app.web.accounts.blueprint import pages
from app.web.actors import current_actor

ABOUT_ME = (
    "id", "name", "email", "email_confirmed_at", "role", "level", "language", "timezone", "theme", "about", "avatar",
    "created_at", "seen_at", "suspended_until", "suspended_because", "totp_confirmed_at", "source_url",
)  # fmt: skip
OF_A_SESSION = ("created_at", "authenticated_at", "seen_at", "expires_at", "address", "browser")
OF_A_TOKEN = ("name", "scopes", "created_at", "used_at")
OF_A_FILE = ("address", "original_name", "bytes", "post_kind", "post_id", "created_at")


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
    """Plain values only; secrets (password, keys) are hashes that say nothing, and stay out."""
    return {
        "account": _plain(user_by_id(user_id), ABOUT_ME),
        "sessions": [_plain(row, OF_A_SESSION) for row in sessions_of(user_id)],
        "tokens": [_plain(row, OF_A_TOKEN) for row in tokens_of(user_id)],
        "files": [_plain(row, OF_A_FILE) for row in own_files(user_id)],
        "follows": {kind.value: followed_ids(user_id, kind) for kind in FollowKind},
        **{
            name: [{key: _value(value) for key, value in row.items()} for row in rows]
            for name, rows in (own_posts(user_id) | {"drafts": own_drafts(user_id)}).items()
        },
    }


def _plain(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _value(getattr(row, name)) for name in names}


def _value(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
