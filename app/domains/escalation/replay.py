"""The case's row from its history alone (invariant E9). Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

REPLAYED = (
    "state", "cycle", "level", "queue", "owner_id", "product_id", "policy_id", "started_at", "peer_used_seconds",
    "due_at", "level_due_at", "wake_at", "queued_at", "answered_at", "resolved_at", "peer_answered_at", "lease_until",
    "after_answer_id", "because",
)  # fmt: skip


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


def replayed(events: Iterable[Any]) -> dict[str, Any]:
    """What the events add up to, oldest first: each carries the columns that it set."""
    row: dict[str, Any] = {}
    for event in events:
        row.update(event.data.get("set", {}))
    return row


def stored(case: Any) -> dict[str, Any]:
    """The same columns of the row as it is."""
    return plain({name: getattr(case, name) for name in REPLAYED})
