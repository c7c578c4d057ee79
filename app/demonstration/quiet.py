"""While the past is played its events cause only what outlives the day.

No live message, no mail, no index: nobody is reading. The ledger is read once a week and not event by event.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import delete, update

from app.domains.feedback.events import FeedbackStateChanged
from app.domains.notifications import reactions as telling
from app.domains.notifications.channels import email
from app.domains.notifications.models import Notification
from app.domains.reputation import reactions as reckoning
from app.extensions import db
from app.kernel.events import Event
from app.kernel.jobs import Job, JobState, name_of
from app.wiring import Wiring

Reaction = Callable[..., Any]

MOMENTARY = (telling.show_live, reckoning.advance_ledger)
REMEMBERED = (telling.tell_people, telling.expect_a_word)
"""Left out too of what happened so long ago that nobody would still find it in the inbox."""


@contextmanager
def playing() -> Iterator["Quiet"]:
    """The wiring of the past, until the block ends."""
    whole: Wiring = current_app.extensions["wiring"]
    try:
        yield Quiet(whole)
    finally:
        current_app.extensions["wiring"] = whole


class Quiet:
    """Sets the application's wiring: what happens from now on causes less than on a running forum."""

    def __init__(self, whole: Wiring) -> None:
        self._whole = whole
        self.remember(False)

    def remember(self, told: bool) -> None:
        """Whether people are told of what happens from now on."""
        reactions = {
            kind: [each for each in known if self._outlives(each, kind, told)]
            for kind, known in self._whole.reactions.items()
        }
        work = {name: each for name, each in self._whole.work.items() if not _leaves(each)}
        current_app.extensions["wiring"] = replace(self._whole, reactions=reactions, work=work)

    def _outlives(self, reaction: Reaction, kind: type[Event], told: bool) -> bool:
        if _leaves(reaction) or reaction in MOMENTARY:
            return False
        # The digest says how many people were told of a decision.
        return told or kind is FeedbackStateChanged or reaction not in REMEMBERED


def _leaves(work: Reaction) -> bool:
    return bool(getattr(work, "outbound", False))


def forget_mail(before: datetime) -> None:
    """Mail promised before a moment is not owed to anybody any more. Joins the caller's transaction."""
    old = delete(Job).where(Job.state == JobState.WAITING, Job.created_at < before)
    names = [name_of(email.deliver), name_of(email.deliver_thread), "mail.send_promised"]
    held = update(Notification).where(Notification.mail_due_at.is_not(None), Notification.created_at < before)
    for over in (old.where(Job.name.in_(names)), held.values(mail_due_at=None)):
        db.session.execute(over, execution_options={"synchronize_session": False})
