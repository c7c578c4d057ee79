"""Is it alive, is it ready: for whoever watches the forum from outside."""

from typing import Any

from flask import Blueprint, current_app, jsonify

from app.kernel.readiness import complaints

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def alive() -> Any:
    """The process answers; asks nobody else."""
    return jsonify(status="ok")


@pages.get("/readyz")
def ready() -> Any:
    """Whether everything that the forum needs is there; each complaint names the setting that mends it."""
    found = complaints(current_app.extensions["config"])
    blocking = [each for each in found if each.blocks]
    body = {"status": "not ready" if blocking else "ready", "complaints": [each.sentence for each in found]}
    return jsonify(body), 503 if blocking else 200
