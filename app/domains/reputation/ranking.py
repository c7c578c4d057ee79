"""From facts to ledger rows: what one vote, acceptance or verification is worth. Pure; rules/ranking.md "Credit".

`credits_for` is the rule itself over explicit state; `CreditBook` folds it over ordered facts and is what the
ledger, a rebuild and a backtest share.
"""

from collections.abc import Callable
from datetime import datetime
from math import log2

from app.domains.reputation.credits import (
    REVERSAL_OF,
    AnswerState,
    Because,
    Credit,
    DayState,
    Fact,
    Kind,
    PairState,
    Reason,
)

ACCEPTED_AT_ONCE = 0.5
ACCEPTED_WHEN_CORROBORATED = 1.5
LEAST_ACCEPTANCE_WEIGHT = 0.25  # most askers are new, and their word counts for something
DOWNVOTE_EXTRA = 0.5  # so that a down-vote also costs where the answer has no trusted vote to lose
VERIFIED_CREDIT = 3.0
DAY_CAP = 40.0
NOTICEABLE = 0.05  # an earlier credit faded below this takes less than 4 % off; not worth naming as a reduction


def log_votes(trusted_sum: float) -> float:
    """L(s): what an answer with this sum of trusted votes has earned in all, in credits."""
    return log2(1 + max(trusted_sum, 0.0))


def damped(weight: float, given: float, received: float) -> float:
    """x: trust `weight` after `given` earlier credits from giver to user and `received` in the other direction."""
    return weight * 0.5**given / (1 + received)


def acceptance_weight(fact: Fact) -> float:
    return max(fact.giver_weight, LEAST_ACCEPTANCE_WEIGHT) if fact.giver_confirmed else fact.giver_weight


def credits_for(fact: Fact, given: PairState, received: PairState, answer: AnswerState, day: DayState) -> list[Credit]:
    """The ledger rows of one fact, in the order in which they count; often one, often none.

    `given` is the state of (giver -> author), `received` of (author -> giver), `day` the author's on the UTC day
    of the fact. Facts that repeat what is in force give nothing; a vote the other way first takes back the old one.
    """
    return _RULES[fact.kind](_Draft(fact, given, received, answer, day))


class _Draft:
    """The rows of one fact while they are written; each row at once changes the state that the next one sees."""

    def __init__(self, fact: Fact, given: PairState, received: PairState, answer: AnswerState, day: DayState) -> None:
        self.fact, self.given, self.received, self.answer, self.day = fact, given, received, answer, day
        self.rows: list[Credit] = []

    @property
    def may_earn(self) -> bool:
        """No credit to oneself, to nobody, for an answer to one's own question or on a deleted post.

        A deletion shows here only where it took something back; the reader of events sends no votes on deleted posts.
        """
        author = self.fact.author_id
        return author not in (None, self.fact.asker_id, self.fact.giver_id) and not self.answer.suspended

    def trust(self, weight: float) -> tuple[float, tuple[Because, ...]]:
        """x, and what made it less than `weight`. A voter without an account is distinct from every other."""
        if self.fact.giver_id is None:
            return weight, ()
        given, received = self.given.faded(self.fact.occurred_at), self.received.faded(self.fact.occurred_at)
        repeat: tuple[Because, ...] = ("repeat",) if given > NOTICEABLE else ()
        mutual: tuple[Because, ...] = ("mutual",) if received > NOTICEABLE else ()
        return damped(weight, given, received), repeat + mutual

    def earn(
        self, reason: Reason, amount: float, raw: float, x: float, giver_id: int | None, because: tuple[Because, ...]
    ) -> None:
        room = max(DAY_CAP - self.day.positive, 0.0)
        if amount > room:
            amount, because = room, (*because, "capped")
        self._write(reason, amount, raw, x, giver_id, self.fact.occurred_at, self.fact.event_id, because)

    def take_back(self, row: Credit, because: Because) -> None:
        """Reverse exactly what `row` gave; nothing of it is left to reverse where its answer is deleted."""
        share = 1.0 if row in self.answer.live else 0.0
        amount, raw, x = 0.0 - share * row.amount, 0.0 - share * row.raw, share * row.x
        reason = REVERSAL_OF[row.reason]
        self._write(reason, amount, raw, x, row.giver_id, row.counts_from, row.source_event_id, (because,))

    def give_back(self, row: Credit) -> None:
        because = row.reduced_because or ()
        source = row.source_event_id
        self._write(row.reason, row.amount, row.raw, row.x, row.giver_id, row.counts_from, source, because)

    def _write(
        self,
        reason: Reason,
        amount: float,
        raw: float,
        x: float,
        giver_id: int | None,
        counts_from: datetime,
        source_event_id: int,
        because: tuple[Because, ...],
    ) -> None:
        assert self.fact.author_id is not None  # may_earn, and only what was earned is taken or given back
        credit = Credit(
            user_id=self.fact.author_id,
            event_id=self.fact.event_id,
            reason=reason,
            answer_id=self.fact.answer_id,
            occurred_at=self.fact.occurred_at,
            amount=amount,
            raw=raw,
            x=x,
            giver_id=giver_id,
            counts_from=counts_from,
            source_event_id=source_event_id,
            reduced_because=because or None,
        )
        self.rows.append(credit)
        self.answer, self.day = self.answer.after(credit), self.day.after(credit)
        if giver_id is not None and giver_id == self.fact.giver_id:
            self.given = self.given.after(credit)


def _upvoted(draft: _Draft) -> list[Credit]:
    if _clear_the_way(draft, Reason.UPVOTE) and draft.fact.giver_weight > 0:
        x, because = draft.trust(draft.fact.giver_weight)
        before = draft.answer.trusted_sum
        amount = log_votes(before + x) - log_votes(before)
        raw = log_votes(before + draft.fact.giver_weight) - log_votes(before)
        draft.earn(Reason.UPVOTE, amount, raw, x, draft.fact.giver_id, because)
        _corroborate(draft)
    return draft.rows


def _downvoted(draft: _Draft) -> list[Credit]:
    if _clear_the_way(draft, Reason.DOWNVOTE) and draft.fact.giver_weight > 0:
        weight = draft.fact.giver_weight
        x, because = draft.trust(weight)
        before = draft.answer.trusted_sum
        amount = log_votes(before - x) - log_votes(before) - DOWNVOTE_EXTRA * x
        raw = log_votes(before - weight) - log_votes(before) - DOWNVOTE_EXTRA * weight
        draft.earn(Reason.DOWNVOTE, amount, raw, x, draft.fact.giver_id, because)
    return draft.rows


def _clear_the_way(draft: _Draft, reason: Reason) -> bool:
    """Whether a vote of this reason may now count; the giver's vote the other way has been taken back."""
    if not draft.may_earn:
        return False
    earlier = draft.answer.vote_of(draft.fact.giver_id)
    if earlier is not None and earlier.reason != reason:
        _take_vote_back(draft, earlier)
    return earlier is None or earlier.reason != reason


def _vote_withdrawn(draft: _Draft) -> list[Credit]:
    vote = draft.answer.vote_of(draft.fact.giver_id)
    if vote is not None:
        _take_vote_back(draft, vote)
    return draft.rows


def _take_vote_back(draft: _Draft, vote: Credit) -> None:
    """Also the second part of an acceptance, where nobody else's up-vote carries it any more."""
    draft.take_back(vote, "withdrawn")
    second_part = draft.answer.row_for(Reason.ACCEPTED_CORROBORATED)
    if second_part and not draft.answer.is_corroborated_beside({draft.fact.asker_id, second_part.giver_id}):
        draft.take_back(second_part, "withdrawn")


def _accepted(draft: _Draft) -> list[Credit]:
    weight = acceptance_weight(draft.fact)
    if draft.may_earn and weight > 0 and draft.answer.row_for(Reason.ACCEPTED) is None:
        x, because = draft.trust(weight)
        amount, raw = ACCEPTED_AT_ONCE * x, ACCEPTED_AT_ONCE * weight
        draft.earn(Reason.ACCEPTED, amount, raw, x, draft.fact.giver_id, because)
        _corroborate(draft)
    return draft.rows


def _corroborate(draft: _Draft) -> None:
    """Pay the second part of an acceptance once somebody else's trusted up-vote stands beside it."""
    first_part = draft.answer.row_for(Reason.ACCEPTED)
    if first_part is None or draft.answer.row_for(Reason.ACCEPTED_CORROBORATED) is not None:
        return
    if draft.answer.is_corroborated_beside({draft.fact.asker_id, first_part.giver_id}):
        ratio = ACCEPTED_WHEN_CORROBORATED / ACCEPTED_AT_ONCE
        because = tuple(why for why in first_part.reduced_because or () if why != "capped")
        amount, raw = ACCEPTED_WHEN_CORROBORATED * first_part.x, ratio * first_part.raw
        draft.earn(Reason.ACCEPTED_CORROBORATED, amount, raw, first_part.x, first_part.giver_id, because)


def _acceptance_withdrawn(draft: _Draft) -> list[Credit]:
    return _taken_back_for(draft, Reason.ACCEPTED, Reason.ACCEPTED_CORROBORATED)


def _verified(draft: _Draft) -> list[Credit]:
    if draft.may_earn and draft.answer.row_for(Reason.VERIFIED) is None:
        draft.earn(Reason.VERIFIED, VERIFIED_CREDIT, VERIFIED_CREDIT, 0.0, draft.fact.giver_id, ())
    return draft.rows


def _verification_withdrawn(draft: _Draft) -> list[Credit]:
    return _taken_back_for(draft, Reason.VERIFIED)


def _taken_back_for(draft: _Draft, *reasons: Reason) -> list[Credit]:
    for row in map(draft.answer.row_for, reasons):
        if row is not None:
            draft.take_back(row, "withdrawn")
    return draft.rows


def _deleted(draft: _Draft) -> list[Credit]:
    for row in draft.answer.live:
        draft.take_back(row, "deleted")
    return draft.rows


def _restored(draft: _Draft) -> list[Credit]:
    for row in draft.answer.suspended:
        draft.give_back(row)
    return draft.rows


_RULES: dict[Kind, Callable[[_Draft], list[Credit]]] = {
    Kind.UPVOTE: _upvoted,
    Kind.DOWNVOTE: _downvoted,
    Kind.VOTE_WITHDRAWN: _vote_withdrawn,
    Kind.ACCEPT: _accepted,
    Kind.ACCEPT_WITHDRAWN: _acceptance_withdrawn,
    Kind.VERIFIED: _verified,
    Kind.VERIFIED_WITHDRAWN: _verification_withdrawn,
    Kind.DELETED: _deleted,
    Kind.RESTORED: _restored,
}
