from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PostFlagged(Event):
    flag_id: int
    kind: str
    target_id: int
    question_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class FlagsResolved(Event):
    kind: str
    target_id: int
    question_id: int
    upheld: bool
