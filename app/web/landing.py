"""Where each role lands after signing in: where its work is."""

from typing import Any

from flask import url_for

from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import needs_second_factor
from app.domains.accounts.setup_steps import FINISHED, steps_done
from app.domains.products.queries import products_by_id
from app.domains.questions.queries import question_total
from app.web.context import has_endpoint

# The first page of a role that this forum has.
WORK: dict[str, tuple[str, ...]] = {
    "agent": ("escalation.queue",),
    "lead": ("escalation.queue",),
    "pm": ("feedback.newest_digest", "feedback.digests"),
    "moderator": ("moderation.queue",),
    "admin": ("admin.index",),
}


def landing_url(actor: Actor) -> str:
    """Staff at their work, experts where an answer is missing, everybody else at their own questions."""
    if needs_second_factor(actor):
        return url_for("accounts.second_factor")
    if actor.role == "admin" and is_new():
        return url_for("admin.setup")
    for endpoint in WORK.get(actor.role, ()):
        if has_endpoint(endpoint):
            return url_for(endpoint)
    if actor.is_expert and actor.role == "member":
        return url_for("questions.index", sort="unanswered", **_own_product(actor))
    return url_for("accounts.profile", user_id=actor.id, name=actor.name)


def is_new() -> bool:
    """Nobody has asked anything yet, and the guide of the administration has not been finished."""
    return FINISHED not in steps_done() and not question_total()


def _own_product(actor: Actor) -> dict[str, Any]:
    """An expert of one product sees that one first."""
    if len(actor.expert_for) != 1:
        return {}
    return {"product": products_by_id()[next(iter(actor.expert_for))].slug}
