"""Leaderboards: one ordered statement, read from standings or, for the undecayed windows, from the ledger itself."""

from array import array
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, Float, column, false, func, or_, select, values

from app.domains.accounts.actor import STAFF_ROLES
from app.domains.accounts.models import Role, User
from app.domains.accounts.queries import Person, people_by_id
from app.domains.questions.models import QuestionTag
from app.domains.reputation.boards import (
    TOP,
    Placed,
    Ranking,
    Window,
    WindowName,
    board_is_open,
    trust_to_be_eligible,
    window_at,
)
from app.domains.reputation.models import LedgerEntry, Standing, StandingScope
from app.domains.reputation.points import forward_points, points_now, shown_points
from app.domains.reputation.starting import is_starting_up
from app.extensions import db
from app.kernel.clock import now
from app.kernel.columns import BigId
from app.kernel.remembered import remembered
from app.kernel.settings import SITE_TIMEZONE

LEAST_SHOWN = 0.05  # credits: below it a person would stand on the board with 0 points


@dataclass(frozen=True)
class BoardRow:
    """`points` as shown; `credit` is the same in credits, unrounded."""

    rank: int
    user: Person
    points: int
    credit: float


@dataclass(frozen=True)
class Board:
    """`rows` and `neighbours` are empty while the board is not `open`: too few people are eligible yet."""

    window: WindowName
    rows: tuple[BoardRow, ...]
    neighbours: tuple[BoardRow, ...]
    total_eligible: int
    open: bool
    starting_up: bool


def leaderboard(
    window: str = WindowName.NOW,
    product_id: int | None = None,
    tag_id: int | None = None,
    limit: int = TOP,
    *,
    beside: int | None = None,
) -> Board:
    """The first `limit` people, and those around the user `beside` where that one stands further down.

    Three statements. Only eligible people stand on a board; staff never do. A board of thousands may be a minute old.
    """
    name, starting_up, at = WindowName(window), is_starting_up(), now()
    shown = window_at(name, at, site_zone())
    ranking = _ranking(shown, product_id, tag_id, starting_up, at)
    if not board_is_open(len(ranking), starting_up):
        return Board(name, (), (), len(ranking), False, starting_up)
    own = ranking.rank_of(beside)
    top, around = ranking.top(limit), ranking.around(own) if own is not None and own > limit else []
    people = people_by_id([row.user_id for row in (*top, *around)], product_id)
    rows, neighbours = _board_rows(top, people, shown, at), _board_rows(around, people, shown, at)
    return Board(name, rows, neighbours, len(ranking), True, starting_up)


def site_zone() -> ZoneInfo:
    return ZoneInfo(SITE_TIMEZONE.value())


def _board_rows(placed: list[Placed], people: dict[int, Person], window: Window, at: datetime) -> tuple[BoardRow, ...]:
    """Whoever has left since the board was counted is left out."""
    return tuple(_board_row(row, people[row.user_id], window, at) for row in placed if row.user_id in people)


def _board_row(row: Placed, person: Person, window: Window, at: datetime) -> BoardRow:
    credit = points_now(row.value, at) if window.name == WindowName.NOW else row.value
    return BoardRow(row.rank, person, shown_points(credit), credit)


def _ranking(window: Window, product_id: int | None, tag_id: int | None, starting_up: bool, at: datetime) -> Ranking:
    def read() -> Ranking:
        rows = db.session.execute(_ranked(_values(window, product_id, tag_id, at), starting_up, at)).all()
        return Ranking(array("q", (row.user_id for row in rows)), array("d", (row.value for row in rows)))

    return remembered(("board", window.name, product_id, tag_id, starting_up), read, len)


def _ranked(points: CTE, starting_up: bool, at: datetime) -> Any:
    """Everybody who stands on the board, the first first."""
    trusted = Standing.supporter_trust >= trust_to_be_eligible(starting_up)
    site = (Standing.user_id == points.c.user_id) & (Standing.scope == StandingScope.SITE)
    members: list[Any] = [User.role.not_in([Role(role) for role in STAFF_ROLES]), User.anonymised_at.is_(None)]
    members.append(or_(User.suspended_until.is_(None), User.suspended_until <= at))
    found = select(points.c.user_id, points.c.value).join(Standing, site).join(User, User.id == points.c.user_id)
    return found.where(trusted, *members).order_by(points.c.value.desc(), points.c.user_id)


def _values(window: Window, product_id: int | None, tag_id: int | None, at: datetime) -> CTE:
    """(user_id, value): stored points for the default board, credits for the others."""
    if window.starts_at is not None:
        return _since(window.starts_at, product_id, tag_id).cte("points")
    # A tag's board within one product is read from the ledger: a standing is of one scope.
    if product_id is not None and tag_id is not None:
        faded = window.half_life_days is not None
        return _faded(product_id, tag_id, at) if faded else _since(None, product_id, tag_id).cte("points")
    scope = _scope(product_id, tag_id)
    if window.half_life_days is None:
        value, least = Standing.credit_total, LEAST_SHOWN
    else:
        value, least = Standing.points_30, forward_points(LEAST_SHOWN, at)
    found = select(Standing.user_id, value.label("value")).where(Standing.scope == scope[0])
    return found.where(Standing.scope_id == scope[1], value > least).cte("points")


def _scope(product_id: int | None, tag_id: int | None) -> tuple[StandingScope, int]:
    if tag_id is not None:
        return StandingScope.TAG, tag_id
    return (StandingScope.SITE, 0) if product_id is None else (StandingScope.PRODUCT, product_id)


def _since(starts_at: datetime | None, product_id: int | None, tag_id: int | None) -> Any:
    value = func.sum(LedgerEntry.amount)
    counted = [] if starts_at is None else [LedgerEntry.counts_from >= starts_at]
    found = select(LedgerEntry.user_id, value.label("value")).where(*counted, *on_board(product_id, tag_id))
    return found.group_by(LedgerEntry.user_id).having(value > LEAST_SHOWN)


def _faded(product_id: int, tag_id: int, at: datetime) -> CTE:
    """Added up here, since not every SQLite knows powers; a tag within a product is small."""
    points: dict[int, float] = defaultdict(float)
    found = select(LedgerEntry.user_id, LedgerEntry.amount, LedgerEntry.counts_from).order_by(LedgerEntry.id)
    for row in db.session.execute(found.where(*on_board(product_id, tag_id))):
        points[row.user_id] += forward_points(row.amount, row.counts_from)
    least = forward_points(LEAST_SHOWN, at)
    kept = [(user_id, value) for user_id, value in points.items() if value > least]
    if not kept:
        return select(Standing.user_id, Standing.points_30.label("value")).where(false()).cte("points")
    return values(column("user_id", BigId), column("value", Float), name="points").data(kept).cte("points")


def on_board(product_id: int | None, tag_id: int | None) -> list[Any]:
    """The ledger rows of a board; a credit counts in full on each tag of its question."""
    wanted: list[Any] = [] if product_id is None else [LedgerEntry.product_id == product_id]
    if tag_id is not None:
        tagged = select(QuestionTag.question_id).where(QuestionTag.tag_id == tag_id)
        wanted.append(LedgerEntry.question_id.in_(tagged))
    return wanted
