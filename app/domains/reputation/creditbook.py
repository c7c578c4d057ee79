"""The fold of the credit rules over ordered facts, with its state in memory: for a rebuild, a batch or a backtest."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from app.domains.reputation.credits import AnswerState, Credit, DayState, Fact, PairState, utc_date
from app.domains.reputation.ranking import credits_for


class CreditBook:
    """Takes facts in the order (occurred_at, event_id) and gives their ledger rows.

    The same facts give the same bytes, wherever they are cut into batches: `CreditBook.of(rows so far)` stands
    where the book that wrote those rows stood. For one batch it is enough to load the rows of the pairs (in both
    directions), answers and author-days that its facts touch.
    """

    def __init__(self) -> None:
        self.pairs: dict[tuple[int, int], PairState] = {}
        self.answers: dict[int, AnswerState] = {}
        self.days: dict[tuple[int, date], DayState] = {}
        self._last: tuple[datetime, int] | None = None

    @classmethod
    def of(cls, credits: Iterable[Credit]) -> "CreditBook":
        """The book after these stored rows, given in ledger order."""
        book = cls()
        for credit in credits:
            book.enter(credit)
        return book

    def fold(self, facts: Iterable[Fact]) -> Iterator[Credit]:
        for fact in facts:
            yield from self.record(fact)

    def record(self, fact: Fact) -> list[Credit]:
        """The rows of one fact, entered. Raises ValueError for a fact older than the last: rebuild instead."""
        place = (fact.occurred_at, fact.event_id)
        if self._last is not None and place < self._last:
            raise ValueError(f"event {fact.event_id} comes after a later one; the ledger reads facts in order")
        self._last = place
        rows = [] if fact.author_id is None else credits_for(fact, *self._state_for(fact, fact.author_id))
        for row in rows:
            self.enter(row)
        return rows

    def enter(self, credit: Credit) -> None:
        """Let a row that stands in the ledger change the state; gives nothing by itself."""
        if credit.giver_id is not None:
            pair = (credit.giver_id, credit.user_id)
            self.pairs[pair] = self.pairs.get(pair, PairState()).after(credit)
        self.answers[credit.answer_id] = self.answers.get(credit.answer_id, AnswerState()).after(credit)
        day = (credit.user_id, utc_date(credit.counts_from))
        self.days[day] = self.days.get(day, DayState(day[1])).after(credit)

    def _state_for(self, fact: Fact, author_id: int) -> tuple[PairState, PairState, AnswerState, DayState]:
        given = received = PairState()
        if fact.giver_id is not None:
            given = self.pairs.get((fact.giver_id, author_id), given)
            received = self.pairs.get((author_id, fact.giver_id), received)
        today = utc_date(fact.occurred_at)
        day = self.days.get((author_id, today), DayState(today))
        return given, received, self.answers.get(fact.answer_id, AnswerState()), day
