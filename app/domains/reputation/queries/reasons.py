"""Why somebody has the points they have, and what stands on a profile: from the rows that make the board."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import Person, people_by_id
from app.domains.questions.queries import Card, cards_by_id
from app.domains.reputation.boards import Window, WindowName, window_at
from app.domains.reputation.credits import Credit
from app.domains.reputation.expertise import expert_score, win_rate
from app.domains.reputation.explanation import Explanation, explain
from app.domains.reputation.ledger_rows import credit_of, entries
from app.domains.reputation.models import LedgerEntry, Standing, StandingScope
from app.domains.reputation.points import (
    EXPERT_HALF_LIFE_DAYS,
    POINTS_PER_CREDIT,
    largest_remainder,
    points_now,
    shown_points,
)
from app.domains.reputation.queries.boards import BoardRow, leaderboard, on_board, site_zone
from app.domains.tags.models import Tag
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.remembered import remembered

LINES = 50
TAGS_ON_PROFILE = 12


@dataclass(frozen=True)
class AnswerLine:
    """What one answer brought; `card` is None where the reader may not see its question."""

    answer_id: int
    question_id: int
    points: int
    card: Card | None = None


@dataclass(frozen=True)
class Skill:
    """`top_percent`: the expert score stands in this part of all who were ever compared; None without a comparison."""

    win_rate: float
    comparisons: float
    meetings: int
    top_percent: int | None = None


@dataclass(frozen=True)
class WhyRank:
    """One person's place with its reasons. `rank` is None for who is not eligible (yet) or has no points.

    `lines` are the answers that weigh most; with `other_points` of `other_answers` they add up to the total.
    """

    person: Person
    window: WindowName
    rank: int | None
    total_eligible: int
    board_open: bool
    starting_up: bool
    explanation: Explanation
    skill: Skill
    lines: tuple[AnswerLine, ...]
    other_answers: int
    other_points: int


def explain_rank(
    actor: Actor,
    user_id: int,
    window: str = WindowName.NOW,
    product_id: int | None = None,
    tag_id: int | None = None,
    *,
    limit: int = LINES,
) -> WhyRank:
    """Why a person stands where they stand, for `actor` to read. NotFound for nobody. Nine statements."""
    person = people_by_id([user_id], product_id).get(user_id)
    if person is None:
        raise NotFound()
    at = now()
    shown = window_at(WindowName(window), at, site_zone())
    board = leaderboard(window, product_id, tag_id, limit=0, beside=user_id)
    own, above = _place(board.neighbours, user_id)
    found = entries().where(LedgerEntry.user_id == user_id, *on_board(product_id, tag_id))
    rows = [(credit_of(row), row.question_id) for row in db.session.execute(found)]
    explanation = explain([credit for credit, _ in rows], at, shown, above.credit if above else None)
    lines = _lines(rows, shown, explanation.total)
    cards = {card.id: card for card in cards_by_id(actor, [line.question_id for line in lines[:limit]])}
    return WhyRank(
        person=person,
        window=shown.name,
        rank=own.rank if own else None,
        total_eligible=board.total_eligible,
        board_open=board.open,
        starting_up=board.starting_up,
        explanation=explanation,
        skill=skill_of(user_id),
        lines=tuple(_with_card(line, cards) for line in lines[:limit]),
        other_answers=len(lines[limit:]),
        other_points=sum(line.points for line in lines[limit:]),
    )


def _place(neighbours: tuple[BoardRow, ...], user_id: int) -> tuple[BoardRow | None, BoardRow | None]:
    """The person's own row and the one above."""
    own = next((row for row in neighbours if row.user.id == user_id), None)
    above = next((row for row in neighbours if own and row.rank == own.rank - 1), None)
    return own, above


def _lines(rows: list[tuple[Credit, int]], window: Window, total: int) -> list[AnswerLine]:
    """Points by answer, the most first; rounded so that they add up to the total."""
    at = now()
    exact: dict[int, float] = defaultdict(float)
    question_of: dict[int, int] = {}
    for credit, question_id in rows:
        exact[credit.answer_id] += POINTS_PER_CREDIT * window.worth(credit, at)
        question_of[credit.answer_id] = question_id
    points = largest_remainder(list(exact.values()), total)
    lines = [AnswerLine(answer, question_of[answer], own) for answer, own in zip(exact, points, strict=True)]
    return sorted((line for line in lines if line.points), key=lambda line: (-line.points, -line.answer_id))


def _with_card(line: AnswerLine, cards: dict[int, Card]) -> AnswerLine:
    return AnswerLine(line.answer_id, line.question_id, line.points, cards.get(line.question_id))


def skill_of(user_id: int) -> Skill:
    """Win rate, and how many of those who were compared are better; of thousands that may be a minute old. Two
    statements."""
    found = select(Standing.wins, Standing.comparisons, Standing.meetings, Standing.points_365)
    row = db.session.execute(found.where(Standing.user_id == user_id, _SITE)).one_or_none()
    if row is None or not row.meetings:
        return Skill(win_rate(0, 0), 0.0, 0)
    scores = remembered("skill", _scores, len)
    better_or_equal = max(1, len(scores) - bisect_left(scores, _score(row)))
    share = round(100 * better_or_equal / len(scores)) if scores else 100
    return Skill(win_rate(row.wins, row.comparisons), row.comparisons, row.meetings, max(1, share))


def _scores() -> "array[float]":
    """Of everybody who was ever compared, the lowest first."""
    found = select(Standing.wins, Standing.comparisons, Standing.points_365).where(_SITE, Standing.meetings > 0)
    return array("d", sorted(_score(row) for row in db.session.execute(found)))


_SITE = Standing.scope == StandingScope.SITE


def _score(row: Any) -> float:
    hp365 = points_now(row.points_365, now(), half_life_days=EXPERT_HALF_LIFE_DAYS)
    return expert_score(win_rate(row.wins, row.comparisons), hp365)


@dataclass(frozen=True)
class TagPoints:
    tag: str
    points: int


@dataclass(frozen=True)
class ProfilePoints:
    """`total` of all time, `now` on the default board; points by tag of all time, the most first."""

    total: int
    now: int
    rank: int | None
    total_eligible: int
    by_tag: tuple[TagPoints, ...]
    skill: Skill


def profile_points(user_id: int) -> ProfilePoints:
    """What a profile shows of somebody's help. Seven statements."""
    found = select(Standing.credit_total, Standing.points_30).where(Standing.user_id == user_id, _SITE)
    row = db.session.execute(found).one_or_none()
    if row is None:
        return ProfilePoints(0, 0, None, 0, (), Skill(win_rate(0, 0), 0.0, 0))
    board = leaderboard(limit=0, beside=user_id)
    own, _above = _place(board.neighbours, user_id)
    return ProfilePoints(
        total=shown_points(row.credit_total),
        now=shown_points(points_now(row.points_30, now())),
        rank=own.rank if own else None,
        total_eligible=board.total_eligible,
        by_tag=_tags_of(user_id),
        skill=skill_of(user_id),
    )


def _tags_of(user_id: int) -> tuple[TagPoints, ...]:
    """Of tags that a public question has: others may say what a hidden one is about."""
    found = select(Tag.name, Standing.credit_total).join(Standing, Standing.scope_id == Tag.id)
    found = found.where(Standing.user_id == user_id, Standing.scope == StandingScope.TAG, Tag.question_count > 0)
    ordered = found.order_by(Standing.credit_total.desc(), Tag.name).limit(TAGS_ON_PROFILE)
    named = [TagPoints(row.name, shown_points(row.credit_total)) for row in db.session.execute(ordered)]
    return tuple(tag for tag in named if tag.points > 0)
