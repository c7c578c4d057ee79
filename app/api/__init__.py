"""`/api/v1`: the same actions and queries as JSON. Each module mounts its calls when it is imported."""

from app.api import (
    accounts,
    answers,
    comments,
    docs,
    document,
    escalation,
    feedback,
    follows,
    moderation,
    notifications,
    products,
    questions,
    reputation,
    search,
    tags,
    tokens,
    votes,
)
from app.api.blueprint import calls
from app.extensions import csrf

# A token in a header is no cookie: no other site can make a browser send it.
csrf.exempt(calls)

__all__ = [
    "accounts", "answers", "calls", "comments", "docs", "document", "escalation", "feedback", "follows", "moderation",
    "notifications", "products", "questions", "reputation", "search", "tags", "tokens", "votes",
]  # fmt: skip
