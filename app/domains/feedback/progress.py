"""How far an item had come at a moment, from its history alone. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domains.feedback.models import ItemState as S
from app.domains.feedback.states import reopens

PLANNED_OR_LATER = frozenset({S.PLANNED, S.IN_PROGRESS, S.SHIPPED, S.CONFIRMED})


@dataclass(frozen=True)
class Move:
    """One row of the history; `by_person` is False where the clock did it."""

    before: S
    after: S
    at: datetime
    reason: str = ""
    told: int = 0
    by_person: bool = True


@dataclass(frozen=True)
class Progress:
    state: S
    acknowledged_at: datetime | None
    decided_at: datetime | None
    planned_at: datetime | None
    shipped_at: datetime | None
    declined_at: datetime | None
    reason: str
    told: int
    confirmed: int
    contradicted: int


def progress(moves: Iterable[Move], end: datetime) -> Progress:
    """Of the moves before `end`, in the order of their rows. Reopening forgets the decision and what came of it."""
    known = sorted((move for move in moves if move.at < end), key=lambda move: move.at)
    cycle = _since_reopening(known)
    shipped = _last(cycle, S.SHIPPED)
    declined = _last(cycle, S.DECLINED)
    return Progress(
        state=known[-1].after if known else S.INBOX,
        acknowledged_at=next((move.at for move in known if move.before is S.INBOX), None),
        decided_at=next((move.at for move in cycle if move.after in PLANNED_OR_LATER | {S.DECLINED}), None),
        planned_at=next((move.at for move in known if move.after in PLANNED_OR_LATER), None),
        shipped_at=shipped.at if shipped else None,
        declined_at=declined.at if declined else None,
        reason=declined.reason if declined else "",
        told=shipped.told if shipped else 0,
        confirmed=sum(move.after is S.CONFIRMED and move.by_person for move in cycle),
        contradicted=sum(move.before is S.SHIPPED and reopens(move.before, move.after) for move in known),
    )


def _since_reopening(moves: Sequence[Move]) -> list[Move]:
    places = [place for place, move in enumerate(moves) if reopens(move.before, move.after)]
    return list(moves[places[-1] + 1 :] if places else moves)


def _last(moves: Sequence[Move], state: S) -> Move | None:
    return next((move for move in reversed(moves) if move.after is state), None)
