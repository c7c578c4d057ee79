"""The five ways in which a domain says no; the edges turn them into pages and problem documents."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.kernel.i18n import _


class DomainError(Exception):
    """`sentence` is for the reader, translated when shown; `status` is the HTTP status."""

    status = 400

    def __init__(self, sentence: Any = "") -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class NotFound(DomainError):
    """It is not there, or this actor may not know that it is."""

    status = 404


class NotAllowed(DomainError):
    """A policy said no; the sentence is the policy's reason."""

    status = 403


class Invalid(DomainError):
    """Something typed is wrong. `fields` maps a field's name to its sentences."""

    status = 422

    def __init__(self, sentence: Any = "", fields: Mapping[str, Sequence[Any]] | None = None) -> None:
        super().__init__(sentence or next((s for many in (fields or {}).values() for s in many), ""))
        self.fields = {name: list(sentences) for name, sentences in (fields or {}).items()}


class Conflict(DomainError):
    """As things stand it cannot be done. Where somebody was faster, `newer` holds what the other wrote, as plain
    values."""

    status = 409

    def __init__(self, sentence: Any = "", newer: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.newer = dict(newer or {})

    @property
    def raced(self) -> bool:
        """Whether somebody else did something meanwhile that the actor has not seen."""
        return bool(self.newer)


class TooSoon(DomainError):
    """The actor did this too often. `retry_after_seconds` is shown and sent as Retry-After."""

    status = 429

    def __init__(self, sentence: Any = "", retry_after_seconds: int = 60) -> None:
        super().__init__(sentence)
        self.retry_after_seconds = retry_after_seconds


def headline(status: int, error: Exception | None = None) -> str:
    """What stands above the sentence of a refusal, on a page and in a problem document."""
    raced = isinstance(error, Conflict) and error.raced
    known = {
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("Somebody was faster") if raced else _("This cannot be done now"),
        422: _("Please look at this again"),
        429: _("One moment, please"),
    }
    return known.get(status, _("This did not work") if status < 500 else _("Our fault"))
