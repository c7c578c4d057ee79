"""Who may find what, as tokens of the index: the twin of `questions.policies.seen_by` (pure)."""

from typing import Any

from app.domains.accounts.actor import Actor

EVERYBODY = ("all",)
_SEES_HIDDEN = "staff"


def audience_of(question: Any) -> tuple[str, ...]:
    """The tokens of a document; `question` has hidden, deleted_at and asker_id."""
    public = not question.hidden and question.deleted_at is None
    return EVERYBODY if public else (_SEES_HIDDEN, _person(question.asker_id))


def audience_for(actor: Actor) -> tuple[str, ...]:
    """The tokens that a reader holds."""
    own = (_person(actor.id),) if actor.id is not None else ()
    return EVERYBODY + own + ((_SEES_HIDDEN,) if actor.sees_hidden else ())


def _person(user_id: int) -> str:
    return f"user:{user_id}"
