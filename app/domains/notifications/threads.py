"""The inbox by thread: one entry a question, with what is new of it folded below the latest line."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select

from app.domains.accounts.actor import Actor
from app.domains.notifications.models import Notification
from app.domains.notifications.policies import may_read_inbox
from app.domains.notifications.queries import Notice, notices, still_seen_by, to_notice, with_posts
from app.extensions import db
from app.kernel.pagination import Page, key_of, page_of
from app.kernel.policy import require

PER_PAGE = 20
MOST_LINES = 10
"""The latest of a thread; the rest stands on the question's page."""

# What is about no question stands for itself.
_THREAD: Any = func.coalesce(Notification.question_id, -Notification.id)


@dataclass(frozen=True)
class Thread:
    """`lines` begins with the latest; `unread` and `total` count also what is not among them."""

    id: int
    lines: tuple[Notice, ...]
    unread: int
    total: int

    @property
    def latest(self) -> Notice:
        return self.lines[0]

    @property
    def earlier(self) -> tuple[Notice, ...]:
        return self.lines[1:]


def inbox_threads(
    actor: Actor, after: str | None = None, *, unread_only: bool = False, limit: int = PER_PAGE
) -> Page[Thread]:
    """The thread with the latest line first, less what the actor may not see any more. Two statements."""
    require(may_read_inbox(actor))
    unread = func.sum(case((Notification.read_at.is_(None), 1), else_=0))
    newest = func.max(Notification.id)
    columns = (newest.label("id"), _THREAD.label("thread"), func.count().label("total"), unread.label("unread"))
    found = with_posts(select(*columns)).where(*_mine(actor)).group_by(_THREAD)
    if unread_only:
        found = found.having(unread > 0)
    key = key_of(after, int)
    if key is not None:
        found = found.having(newest < key[0])
    rows = list(db.session.execute(found.order_by(newest.desc()).limit(limit + 1)))
    lines = _lines_of(actor, [row.thread for row in rows[:limit]])
    return page_of(rows, limit, lambda row: _thread(row, lines[row.thread]), "id")


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Notification.user_id == actor.id, still_seen_by(actor)


def _lines_of(actor: Actor, threads: list[int]) -> dict[int, list[Notice]]:
    """The latest lines of each, the latest first. One statement, none where there is no thread."""
    lines: dict[int, list[Notice]] = defaultdict(list)
    if threads:
        for row in db.session.execute(_latest(actor, threads)):
            lines[row.question_id if row.question_id is not None else -row.id].append(to_notice(row))
    return lines


def _latest(actor: Actor, threads: list[int]) -> Select[Any]:
    place = func.row_number().over(partition_by=_THREAD, order_by=Notification.id.desc())
    questions, single = [each for each in threads if each > 0], [-each for each in threads if each < 0]
    wanted = or_(Notification.question_id.in_(questions), Notification.id.in_(single))
    ranked = with_posts(select(Notification.id, place.label("place"))).where(*_mine(actor), wanted).subquery()
    found = notices().join(ranked, ranked.c.id == Notification.id).where(ranked.c.place <= MOST_LINES)
    return found.order_by(Notification.id.desc())


def _thread(row: Row[Any], lines: list[Notice]) -> Thread:
    return Thread(row.id, tuple(lines), row.unread, row.total)
