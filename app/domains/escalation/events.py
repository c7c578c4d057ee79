"""What happens to cases. Every change that others may want to show is one of these."""

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseChanged(Event):
    """What they share: the case as it stands after the change. `owner_before_id` is who just lost it."""

    question_id: int
    case_id: int
    product_id: int
    state: str
    level: int
    cycle: int
    owner_id: int | None = None
    owner_before_id: int | None = None
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionEscalated(CaseChanged):
    """Came into the staff queue; `because` is overdue, asked or not_solved."""


@dataclass(frozen=True, kw_only=True)
class CaseRaised(CaseChanged):
    """One level higher; `because` is overdue or by_hand."""


@dataclass(frozen=True, kw_only=True)
class CaseOverdue(CaseChanged):
    """Past the last level and still unanswered: told daily."""


@dataclass(frozen=True, kw_only=True)
class CaseClaimed(CaseChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class CaseReleased(CaseChanged):
    """Back in the queue; `because` is by_hand or lease."""


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(CaseChanged):
    pass


@dataclass(frozen=True, kw_only=True)
class CaseWaiting(CaseChanged):
    """Staff asked the asker something."""


@dataclass(frozen=True, kw_only=True)
class CaseReminded(CaseChanged):
    """The asker has not replied to staff's question for days and is to be reminded."""


@dataclass(frozen=True, kw_only=True)
class CaseReturned(CaseChanged):
    """Needs staff again: the asker wrote, or the reply is gone."""


@dataclass(frozen=True, kw_only=True)
class CaseStoodDown(CaseChanged):
    """A peer's answer made staff's unnecessary."""


@dataclass(frozen=True, kw_only=True)
class CaseResolved(CaseChanged):
    """`because` is accepted, confirmed, no_reply or the reason that staff gave."""


@dataclass(frozen=True, kw_only=True)
class CaseCancelled(CaseChanged):
    """Closed, hidden or deleted while it was with staff."""


@dataclass(frozen=True, kw_only=True)
class CaseNoted(CaseChanged):
    """A note among staff."""


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(Event):
    """A product's promise, ladder or calendar changed: running deadlines are counted again from their starts."""

    product_id: int


# For the live channel and the index: all of them change what a page says of the question.
CASE_CHANGES: tuple[type[CaseChanged], ...] = (
    QuestionEscalated,
    CaseRaised,
    CaseClaimed,
    CaseReleased,
    CaseAnswered,
    CaseWaiting,
    CaseReturned,
    CaseStoodDown,
    CaseResolved,
    CaseCancelled,
)
