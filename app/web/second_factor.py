"""People whose role needs a second factor are led to set it up before anything else."""

from typing import Any

from flask import Flask, flash, redirect, request, url_for

from app.domains.accounts.policies import may_act, needs_second_factor
from app.kernel.i18n import _
from app.kernel.policy import require
from app.web.actors import current_actor

OPEN = {
    "static",
    "health.alive",
    "health.ready",
    "metrics.metrics",
    "accounts.second_factor",
    "accounts.refresh",
    "accounts.logout",
    "accounts.change_password",
    "accounts.set_language",
    "accounts.set_theme",
}


def install(app: Flask) -> None:
    app.before_request(lead_to_set_up)


def lead_to_set_up() -> Any:
    if request.endpoint is None or request.endpoint in OPEN or request.path.startswith("/api/"):
        return None
    actor = current_actor()
    if not needs_second_factor(actor):
        return None
    if request.method != "GET" or request.headers.get("Accept", "").startswith("application/json"):
        require(may_act(actor))
    flash(_("Your role needs a second factor: please set up an authenticator app first."), "warning")
    return redirect(url_for("accounts.second_factor"), 303)
