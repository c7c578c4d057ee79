"""What a policy answers."""

from typing import Any, NamedTuple

from app.kernel.errors import NotAllowed, NotFound


class Verdict(NamedTuple):
    """Yes, or no with a reason for the reader. True in an `if` when yes."""

    allowed: bool
    reason: Any = ""
    hides: bool = False
    """The reader may not even learn that the thing exists: 404 in place of 403."""

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(True)
UNSEEN = Verdict(False, "", hides=True)


def no(reason: Any) -> Verdict:
    return Verdict(False, reason)


def require(verdict: Verdict) -> None:
    """Raise NotAllowed with the verdict's reason (NotFound where even existence is private) unless it is yes."""
    if verdict.hides:
        raise NotFound()
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)
