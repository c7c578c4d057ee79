"""What the clock asks for: a row a task says when it is due next, so that no timer lives in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import current_app
from sqlalchemy import String, Text, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model, db
from app.kernel.clock import now
from app.kernel.columns import UtcTime
from app.kernel.transaction import transaction

log = structlog.get_logger()


class ScheduleRow(Model):
    """When a task of `wiring.SCHEDULE` runs next, and how its last run ended."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    last_error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Rhythm:
    """Every so often, or once a day at a local time of the site."""

    period: timedelta
    at: time | None = None

    def after(self, moment: datetime, timezone: str) -> datetime:
        if self.at is None:
            return moment + self.period
        local = moment.astimezone(ZoneInfo(timezone))
        today = datetime.combine(local.date(), self.at, ZoneInfo(timezone))
        return today if today > local else datetime.combine(local.date() + self.period, self.at, ZoneInfo(timezone))


def every(*, seconds: float = 0, minutes: float = 0, hours: float = 0) -> Rhythm:
    return Rhythm(timedelta(seconds=seconds, minutes=minutes, hours=hours))


def daily(at: str) -> Rhythm:
    return Rhythm(timedelta(days=1), time.fromisoformat(at))


def run_due() -> int:
    """Run every task whose time has come, each claimed by one conditional UPDATE; how many ran."""
    tasks: dict[str, tuple[Callable[[], Any], Rhythm]] = current_app.extensions["wiring"].schedule
    due = {row.name: row.due_at for row in db.session.execute(select(ScheduleRow.name, ScheduleRow.due_at))}
    db.session.rollback()
    ran = 0
    for name, (task, rhythm) in tasks.items():
        if name not in due or due[name] <= now() or _was_put_off(due[name], rhythm):
            ran += _claim(name, rhythm, due.get(name)) and _run(name, task)
    return ran


def _was_put_off(due_at: datetime, rhythm: Rhythm) -> bool:
    """Further ahead than any run from now on could put it: the clock was wrong then, or is read in another zone."""
    return due_at > rhythm.after(now(), current_app.extensions["wiring"].timezone())


def _claim(name: str, rhythm: Rhythm, seen: datetime | None) -> bool:
    try:
        return _claimed(name, rhythm, seen)
    except IntegrityError:  # of two workers that met a new task, the other one was faster
        return False


def _claimed(name: str, rhythm: Rhythm, seen: datetime | None) -> bool:
    at = now()
    following = rhythm.after(at, current_app.extensions["wiring"].timezone())
    with transaction():
        if seen is None:
            if db.session.get(ScheduleRow, name) is not None:
                return False
            db.session.execute(insert(ScheduleRow).values(name=name, due_at=following, started_at=at))
            # A daily task waits for its hour; what runs every few seconds begins at once.
            return rhythm.at is None
        mine = update(ScheduleRow).where(ScheduleRow.name == name, ScheduleRow.due_at == seen)
        claimed: Any = db.session.execute(mine.values(due_at=following, started_at=at))
        return bool(claimed.rowcount)


def _run(name: str, task: Callable[[], Any]) -> bool:
    error = None
    try:
        task()
    except Exception as failure:
        log.exception("schedule.failed", task=name)
        error = repr(failure)[:2000]
    with transaction():
        ended = update(ScheduleRow).where(ScheduleRow.name == name)
        db.session.execute(ended.values(finished_at=now(), last_error=error))
    return True


def seconds_since(name: str) -> float | None:
    """Since the last run of a task ended; None where it never ran."""
    ended = db.session.scalar(select(ScheduleRow.finished_at).where(ScheduleRow.name == name))
    return (now() - ended).total_seconds() if ended else None


def rows() -> list[ScheduleRow]:
    """The timetable for the administrator, by name."""
    return list(db.session.scalars(select(ScheduleRow).order_by(ScheduleRow.name)))
