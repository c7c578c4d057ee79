"""Fill an empty forum with the demonstration community: eight weeks in under a minute."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update

from app.config import Settings
from app.demonstration.content import Community, read_community
from app.demonstration.pace import Pace
from app.demonstration.playing import play
from app.demonstration.quiet import forget_mail, playing
from app.demonstration.stage import Stage, build_stage, open_tour_product
from app.demonstration.timeline import timeline
from app.domains.notifications.models import Notification
from app.domains.questions.models import Question
from app.domains.search.rebuild import rebuild
from app.extensions import db
from app.kernel import clock, jobs
from app.kernel.errors import Conflict
from app.kernel.i18n import _
from app.kernel.limits import unlimited
from app.kernel.transaction import transaction

UNREAD_SINCE = timedelta(days=1)
"""Older notices count as read, and older mail was never wanted."""
UNFINISHED = "loading\n"
QUIETLY = {"synchronize_session": False}


def load(report: Callable[[str], object] = print, community: Community | None = None) -> None:
    """Play the community up to now. Raises Conflict where somebody has asked already.

    Opens its own transactions. On the way the clock of this process stands in the past; nothing else may run in it.
    """
    if db.session.scalar(select(Question.id).limit(1)) is not None:
        sentence = _("There are questions here already: the demonstration moves into an empty forum only.")
        raise Conflict(sentence)
    db.session.rollback()
    began, now = time.monotonic(), clock.now()
    said = community or read_community()
    settings: Settings = current_app.extensions["config"]
    settings.demo_mark.write_text(UNFINISHED, encoding="utf-8")
    rebuild()  # an empty index: similar questions are asked for on the way
    try:
        with unlimited():
            stage = _play(said, now, keep_mail=settings.smtp_url is None)
    finally:
        clock.freeze(None)
    built = rebuild()
    settings.demo_mark.write_text(f"{now.isoformat()}\n", encoding="utf-8")
    seconds = time.monotonic() - began
    report(
        f"demonstration: {len(stage.people)} people, {len(stage.questions)} questions, {len(stage.answers)} answers "
        f"in {seconds:.0f} s; {built.documents} questions indexed with {built.engine}"
    )


def is_unfinished(settings: Settings) -> bool:
    """Whether a load was stopped half-way: such a data folder is best thrown away."""
    return settings.demo_mark.exists() and settings.demo_mark.read_text(encoding="utf-8") == UNFINISHED


def _play(said: Community, now: datetime, *, keep_mail: bool) -> Stage:
    stage = build_stage(said, now)
    with playing() as quiet:
        pace = Pace(stage, now, quiet)
        for together in pace.strides(timeline(said.questions, said.items, now, said.searches)):
            with transaction():
                for act in together:
                    play(stage, act)
        pace.go_to(now)
        pace.review()
        with transaction():
            open_tour_product(stage, said)
            _count_views(said, stage)
            _read_old_notices(now - UNREAD_SINCE)
            forget_mail(now - UNREAD_SINCE if keep_mail else clock.now())
            jobs.forget_finished(timedelta(0))
    return stage


def _count_views(said: Community, stage: Stage) -> None:
    for question in said.questions:
        if question.key in stage.questions:
            viewed = update(Question).where(Question.id == stage.questions[question.key])
            db.session.execute(viewed.values(view_count=question.views), execution_options=QUIETLY)


def _read_old_notices(before: datetime) -> None:
    old = update(Notification).where(Notification.read_at.is_(None), Notification.created_at < before)
    db.session.execute(old.values(read_at=Notification.created_at), execution_options=QUIETLY)
