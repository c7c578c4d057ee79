"""Why somebody has the points they have: read off the same ledger rows that make the board. Pure; no text here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from app.domains.reputation.boards import Window
from app.domains.reputation.credits import AnswerState, Credit, Reason
from app.domains.reputation.points import POINTS_PER_CREDIT, faded, largest_remainder, shown_points
from app.domains.reputation.ranking import ACCEPTED_AT_ONCE, ACCEPTED_WHEN_CORROBORATED

_DAMPED = {"repeat", "mutual"}
_PARTS = {
    "upvoted": (Reason.UPVOTE,),
    "accepted": (Reason.ACCEPTED, Reason.ACCEPTED_CORROBORATED),
    "verified": (Reason.VERIFIED,),
    "downvoted": (Reason.DOWNVOTE,),
}
_POINTS_OF_ONE_ACCEPTANCE = POINTS_PER_CREDIT * (ACCEPTED_AT_ONCE + ACCEPTED_WHEN_CORROBORATED)


@dataclass(frozen=True)
class Part:
    """`name`: upvoted, accepted, verified or downvoted; `answers`: how many distinct answers it came from."""

    name: str
    points: int
    answers: int


@dataclass(frozen=True)
class Explanation:
    """Shown points and what they are made of; the points of the four `parts` add up to `total`.

    Reduced votes are those in force in the window that pair damping made smaller, and how many people cast them.
    Waiting acceptances are in force but uncorroborated; `waiting_points` is what they bring when a vote comes.
    `capped_credits` lost something to the day's cap. The last two are None where nobody stands above.
    """

    total: int
    parts: tuple[Part, ...]
    faded_since_last_week: int
    reduced_votes: int
    reduced_by_people: int
    capped_credits: int
    waiting_acceptances: int
    waiting_points: int
    points_to_next_rank: int | None
    acceptances_to_next_rank: int | None


def explain(
    credits: Iterable[Credit], now: datetime, window: Window, points_of_next: float | None = None
) -> Explanation:
    """The explanation of one person's standing, from that person's ledger rows (of one board) in ledger order.

    `points_of_next`: the credits of the person one rank above, by the same window.
    """
    rows = list(credits)
    worth = sum(window.worth(row, now) for row in rows)
    in_force = _in_force(rows)
    counting = [row for row in in_force if window.starts_at is None or row.counts_from >= window.starts_at]
    reduced = [row for row in counting if _was_damped(row)]
    waiting = _waiting(in_force)
    total = shown_points(worth)
    gap = None if points_of_next is None else max(shown_points(points_of_next) - total, 0) + 1
    return Explanation(
        total=total,
        parts=_parts(rows, counting, now, window, total),
        faded_since_last_week=_faded_since(now - timedelta(days=7), rows, now, window),
        reduced_votes=len(reduced),
        reduced_by_people=len({row.giver_id for row in reduced}),
        capped_credits=sum("capped" in (row.reduced_because or ()) for row in counting),
        waiting_acceptances=len(waiting),
        waiting_points=shown_points(sum(ACCEPTED_WHEN_CORROBORATED * row.x for row in waiting)),
        points_to_next_rank=gap,
        acceptances_to_next_rank=None if gap is None else ceil(gap / _POINTS_OF_ONE_ACCEPTANCE),
    )


def _parts(rows: list[Credit], counting: list[Credit], now: datetime, window: Window, total: int) -> tuple[Part, ...]:
    exact = [
        POINTS_PER_CREDIT * sum(window.worth(row, now) for row in rows if row.earned_for in reasons)
        for reasons in _PARTS.values()
    ]
    answers = [len({row.answer_id for row in counting if row.reason in reasons}) for reasons in _PARTS.values()]
    points = largest_remainder(exact, total)
    return tuple(Part(name, shown, count) for name, shown, count in zip(_PARTS, points, answers, strict=True))


def _in_force(rows: list[Credit]) -> list[Credit]:
    """The rows that nothing has taken back. An answer has one author, so its state folds from these rows alone."""
    by_answer: dict[int, AnswerState] = {}
    for row in rows:
        by_answer[row.answer_id] = by_answer.get(row.answer_id, AnswerState()).after(row)
    return [row for state in by_answer.values() for row in state.live]


def _was_damped(row: Credit) -> bool:
    return row.reason == Reason.UPVOTE and not _DAMPED.isdisjoint(row.reduced_because or ())


def _waiting(in_force: list[Credit]) -> list[Credit]:
    corroborated = {row.answer_id for row in in_force if row.reason == Reason.ACCEPTED_CORROBORATED}
    return [row for row in in_force if row.reason == Reason.ACCEPTED and row.answer_id not in corroborated]


def _faded_since(then: datetime, rows: list[Credit], now: datetime, window: Window) -> int:
    """Shown points that time alone has taken since; rows that came or went since then are no fading."""
    if window.half_life_days is None:
        return 0
    return shown_points(
        sum(
            faded(row.amount, row.counts_from, then, window.half_life_days) - window.worth(row, now)
            for row in rows
            if row.occurred_at <= then
        )
    )
