"""What the ledger reads (facts), what it writes (credits), and the three small states between them. Pure.

Every state is a fold over stored credits in ledger order (occurred_at, event_id, as written), so nothing but
the ledger rows has to be kept:

* `PairState(giver -> user)`: all rows of that giver and that user;
* `AnswerState(answer)`: all rows of that answer;
* `DayState(user, date)`: all rows of that user whose `counts_from` lies in that UTC day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import Literal

PAIR_HALF_LIFE = timedelta(days=180)


class Kind(StrEnum):
    UPVOTE = "upvote"
    DOWNVOTE = "downvote"
    VOTE_WITHDRAWN = "vote_withdrawn"
    ACCEPT = "accept"
    ACCEPT_WITHDRAWN = "accept_withdrawn"
    VERIFIED = "verified"
    VERIFIED_WITHDRAWN = "verified_withdrawn"
    DELETED = "deleted"
    RESTORED = "restored"


class Reason(StrEnum):
    """Why a row stands in the ledger. A reversal names what it takes back, so that parts add up by reason."""

    UPVOTE = "upvote"
    DOWNVOTE = "downvote"
    ACCEPTED = "accepted"
    ACCEPTED_CORROBORATED = "accepted_corroborated"
    VERIFIED = "verified"
    UPVOTE_REVERSED = "upvote_reversed"
    DOWNVOTE_REVERSED = "downvote_reversed"
    ACCEPTED_REVERSED = "accepted_reversed"
    ACCEPTED_CORROBORATED_REVERSED = "accepted_corroborated_reversed"
    VERIFIED_REVERSED = "verified_reversed"


REVERSAL_OF = {
    Reason.UPVOTE: Reason.UPVOTE_REVERSED,
    Reason.DOWNVOTE: Reason.DOWNVOTE_REVERSED,
    Reason.ACCEPTED: Reason.ACCEPTED_REVERSED,
    Reason.ACCEPTED_CORROBORATED: Reason.ACCEPTED_CORROBORATED_REVERSED,
    Reason.VERIFIED: Reason.VERIFIED_REVERSED,
}
REVERSES = {reversal: reason for reason, reversal in REVERSAL_OF.items()}
VOTES = frozenset({Reason.UPVOTE, Reason.DOWNVOTE})
# The second part of an acceptance continues the first, and staff verify by duty: neither is one more favour of a pair.
FAVOURS = VOTES | {Reason.ACCEPTED}

Because = Literal["repeat", "mutual", "capped", "withdrawn", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that happened to an answer. `giver_weight` is the giver's trust *at that moment* (0, 0.5 or 1).

    `giver_id` None is a distinct voter without an account (an import): nothing is damped.
    An edge that is frozen arrives with `giver_weight=0, giver_confirmed=False`.
    """

    event_id: int
    occurred_at: datetime
    kind: Kind
    answer_id: int
    author_id: int | None
    question_id: int
    asker_id: int | None
    giver_id: int | None = None
    giver_weight: float = 0.0
    giver_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One ledger row, in credits (ten shown points each).

    `amount` is what the user gets, `raw` what it would be without damping and day cap. `x` is the giver's damped
    trust that entered (or, in a reversal, left) the answer. `reduced_because` is None where nothing was reduced.
    A row fades from `counts_from`: a reversal or restoration carries the time of the row it answers, and
    `source_event_id` that row's event, so that old credit taken back today leaves exactly nothing on any board.
    """

    user_id: int
    event_id: int
    reason: Reason
    answer_id: int
    occurred_at: datetime
    amount: float
    raw: float
    x: float
    giver_id: int | None
    counts_from: datetime
    source_event_id: int
    reduced_because: tuple[Because, ...] | None = None

    @property
    def key(self) -> tuple[int, int, Reason, int, int]:
        """Unique in the ledger. The source tells apart the votes that one deletion takes back together."""
        return (self.user_id, self.event_id, self.reason, self.answer_id, self.source_event_id)

    @property
    def is_reversal(self) -> bool:
        return self.reason in REVERSES

    @property
    def earned_for(self) -> Reason:
        """The reason itself, or the one that this row takes back."""
        return REVERSES.get(self.reason, self.reason)

    @property
    def source(self) -> tuple[Reason, int]:
        return (self.earned_for, self.source_event_id)


@dataclass(frozen=True, slots=True)
class PairState:
    """How many credits one person has lately given another, each fading with a 180-day half-life."""

    count: float = 0.0
    at: datetime = datetime.min.replace(tzinfo=UTC)

    def faded(self, now: datetime) -> float:
        return self.count * 0.5 ** ((now - self.at) / PAIR_HALF_LIFE) if self.count else 0.0

    def after(self, credit: Credit) -> "PairState":
        # A row with x = 0 only notes that a vote on a deleted post was withdrawn: deletion has taken it back already.
        if credit.earned_for not in FAVOURS or not credit.x:
            return self
        own_weight = 0.5 ** ((credit.occurred_at - credit.counts_from) / PAIR_HALF_LIFE)
        change = -own_weight if credit.is_reversal else own_weight
        return PairState(max(self.faded(credit.occurred_at) + change, 0.0), credit.occurred_at)

    @classmethod
    def of(cls, credits: Iterable[Credit]) -> "PairState":
        return reduce(cls.after, credits, cls())


@dataclass(frozen=True, slots=True)
class AnswerState:
    """What is in force on one answer: `trusted_sum` is s, `live` the rows that pay, `suspended` those that come
    back when the deleted answer is restored."""

    trusted_sum: float = 0.0
    live: tuple[Credit, ...] = ()
    suspended: tuple[Credit, ...] = ()

    @property
    def trusted_up(self) -> float:
        return sum(credit.x for credit in self.live if credit.reason == Reason.UPVOTE)

    @property
    def trusted_down(self) -> float:
        return sum(credit.x for credit in self.live if credit.reason == Reason.DOWNVOTE)

    def vote_of(self, giver_id: int | None) -> Credit | None:
        if giver_id is None:
            return None
        return next((row for row in self._held() if row.reason in VOTES and row.giver_id == giver_id), None)

    def row_for(self, reason: Reason) -> Credit | None:
        return next((row for row in self._held() if row.reason == reason), None)

    def is_corroborated_beside(self, asker_ids: set[int | None]) -> bool:
        """Whether somebody other than these has a trusted up-vote on the answer."""
        return any(
            row.reason == Reason.UPVOTE and (row.giver_id is None or row.giver_id not in asker_ids)
            for row in self._held()
        )

    def after(self, credit: Credit) -> "AnswerState":
        if not credit.is_reversal:
            suspended = tuple(row for row in self.suspended if row.source != credit.source)
            return AnswerState(self.trusted_sum + _signed_x(credit), (*self.live, credit), suspended)
        found = next((row for row in self._held() if row.source == credit.source), None)
        live = tuple(row for row in self.live if row is not found)
        suspended = tuple(row for row in self.suspended if row is not found)
        if found is not None and credit.reduced_because == ("deleted",):
            suspended += (found,)
        return AnswerState(self.trusted_sum + _signed_x(credit), live, suspended)

    @classmethod
    def of(cls, credits: Iterable[Credit]) -> "AnswerState":
        return reduce(cls.after, credits, cls())

    def _held(self) -> tuple[Credit, ...]:
        return self.live + self.suspended


@dataclass(frozen=True, slots=True)
class DayState:
    """The positive credit of one user that counts from one UTC day, less what was taken back of it."""

    day: date
    positive: float = 0.0

    def after(self, credit: Credit) -> "DayState":
        if credit.earned_for == Reason.DOWNVOTE or utc_date(credit.counts_from) != self.day:
            return self
        return DayState(self.day, self.positive + credit.amount)

    @classmethod
    def of(cls, day: date, credits: Iterable[Credit]) -> "DayState":
        return reduce(cls.after, credits, cls(day))


def utc_date(at: datetime) -> date:
    """The UTC day of an aware time."""
    return at.date() if at.tzinfo is UTC else at.astimezone(UTC).date()


def _signed_x(credit: Credit) -> float:
    if credit.earned_for not in VOTES:
        return 0.0
    return credit.x if (credit.earned_for == Reason.UPVOTE) != credit.is_reversal else -credit.x
