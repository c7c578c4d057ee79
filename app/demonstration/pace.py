"""Time between the acts: promises fall due, the worker works, weeks close, levels are reviewed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, insert, select

from app.demonstration.quiet import Quiet, forget_mail
from app.demonstration.stage import ZONE, Stage
from app.demonstration.timeline import Act
from app.domains.accounts.models import User
from app.domains.escalation.actions.resolving import resolve_case
from app.domains.escalation.models import UNANSWERED, Case, CaseState
from app.domains.escalation.schedule import sweep_overdue
from app.domains.feedback.schedule import build_digests
from app.domains.questions.models import Question, ReadMark
from app.domains.reputation.schedule import review_standing
from app.extensions import db
from app.kernel import clock, jobs
from app.kernel.transaction import transaction
from app.kernel.worker import Worker

# Acts of this long are one transaction, and one look at the jobs: no longer than any promise of the products played.
STRIDE = timedelta(hours=4)
TOLD_SINCE = timedelta(days=7)
"""What an inbox shows reaches this far back."""
DIGESTS = 2
LEAD = "lena"
PATIENCE = 500
"""Deadlines in a row; more would mean that a sweep does not move what it finds."""


class Pace:
    """Moves the clock forward, and does on the way what a running forum would have done."""

    def __init__(self, stage: Stage, now: datetime, quiet: Quiet) -> None:
        self.stage, self.now = stage, now
        self._quiet, self._told = quiet, False
        self._worker = Worker(current_app._get_current_object())  # type: ignore[attr-defined]
        self._mondays = _mondays(now)

    def strides(self, acts: Iterable[Act]) -> Iterator[list[Act]]:
        """The acts by the stride they fall into, with everything due in between done."""
        for number, together in groupby(acts, key=lambda act: (self.now - act.at) // STRIDE):
            begin = self.now - (number + 1) * STRIDE
            self.go_to(begin)
            yield list(together)
            self._stand_at(begin + STRIDE)

    def go_to(self, moment: datetime) -> None:
        """Everything that falls due until `moment`, each at its time."""
        for _turn in range(PATIENCE):
            due_at = self._next_due()
            if due_at is None or due_at > moment:
                break
            self._stand_at(due_at + timedelta(seconds=1))
            sweep_overdue()
            self._work()
        self._begin_weeks(moment)
        clock.freeze(max(moment, clock.now()))

    def _stand_at(self, moment: datetime) -> None:
        """Never back: a sweep may have stood a second further already."""
        self._begin_weeks(moment)
        clock.freeze(max(moment, clock.now()))
        if not self._told and clock.now() > self.now - TOLD_SINCE:
            self._told = True
            self._quiet.remember(True)
        self._work()

    def _next_due(self) -> datetime | None:
        """The next end of a peer window or rung of a ladder; the rest may wait for one of them."""
        armed = select(func.min(Case.due_at)).where(Case.state == CaseState.ARMED)
        rung = select(func.min(Case.level_due_at)).where(Case.state.in_(UNANSWERED))
        found = [at for at in (db.session.scalar(armed), db.session.scalar(rung)) if at is not None]
        db.session.rollback()
        return min(found, default=None)

    def _begin_weeks(self, until: datetime) -> None:
        """Levels every week; digests of the last two; what was done long ago is forgotten."""
        while self._mondays and self._mondays[0] <= until:
            clock.freeze(max(self._mondays.pop(0) + timedelta(seconds=1), clock.now()))
            sweep_overdue()
            if len(self._mondays) < DIGESTS:
                build_digests()
            self.review()
            with transaction():
                forget_mail(clock.now())
                jobs.forget_finished(timedelta(0))

    def review(self) -> None:
        """What people have read so far, and the levels that follow; cases that came back with mere thanks end."""
        with transaction():
            self._end_thanked_cases()
            _read_questions()
        review_standing()
        self.stage.forget_actors()
        self._work()

    def _end_thanked_cases(self) -> None:
        """An asker who writes after the team's answer gets the case back to the desk; its lead looks once a week."""
        found = select(Case).join(Question, Question.id == Case.question_id)
        back = [Case.state.in_(UNANSWERED), Case.peer_answered_at.is_(None), Question.first_answer_at.is_not(None)]
        for case in db.session.scalars(found.where(*back)):
            resolve_case(self.stage.actor(LEAD), case, "answered")

    def _work(self) -> None:
        """Every job that is due."""
        self._worker.drain()
        db.session.rollback()


def _mondays(now: datetime) -> list[datetime]:
    """The beginnings of the weeks that have begun since the first question, oldest first."""
    local = now.astimezone(ZoneInfo(ZONE))
    latest = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return [latest - timedelta(weeks=weeks) for weeks in range(7, -1, -1)]


def _read_questions() -> None:
    """People read most of what is asked in their language."""
    people = db.session.execute(select(User.id, User.language).order_by(User.id)).all()
    questions = db.session.execute(select(Question.id, Question.language).order_by(Question.id)).all()
    read = db.session.execute(select(ReadMark.user_id, ReadMark.question_id))
    known = {(row.user_id, row.question_id) for row in read}
    rows = [
        {"user_id": person.id, "question_id": question.id, "read_at": clock.now()}
        for person in people
        for question in questions
        if question.language == person.language
        and (person.id, question.id) not in known
        and Random(person.id * 10_007 + question.id).random() < 0.8  # nosec B311  # the same story every time
    ]
    if rows:
        db.session.execute(insert(ReadMark), rows)
