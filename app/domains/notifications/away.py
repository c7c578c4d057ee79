"""Who has not been here for a week: told once a week at most what happened meanwhile, if anything did.

A person who was looked at has a row with the time, written in the transaction that promises the mail. What is told is
of the time since the last visit or the last look, so that nothing is told twice.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select

from app.domains.accounts.models import User
from app.domains.accounts.quiet_hours import quiet_until
from app.domains.notifications.channels import away_mail
from app.domains.notifications.kinds import AWAY
from app.domains.notifications.models import AwayMail, Frequency, Preference
from app.domains.notifications.rounds import next_round
from app.domains.notifications.settings import AWAY_DAYS
from app.extensions import db
from app.kernel.clock import now
from app.kernel.jobs import enqueue
from app.kernel.transaction import transaction

A_WEEK = timedelta(days=7)
GIVEN_UP_AFTER = timedelta(days=180)
"""Without a visit for so long, a mail a week is a nuisance."""
AT_ONCE = 100


def promise_away_mail() -> None:
    """For everybody who is away and was not looked at for a week; whether there is anything to tell shows when it
    leaves, at nine in the morning where the person lives and not in quiet hours."""
    while True:
        with transaction():
            people = _away()
            for person in people:
                _promise(person)
        if len(people) < AT_ONCE:
            return


def _away() -> list[Row[Any]]:
    at = now()
    reachable: list[Any] = [User.email_confirmed_at.is_not(None), User.anonymised_at.is_(None)]
    reachable.append(or_(User.suspended_until.is_(None), User.suspended_until <= at))
    away = [User.seen_at <= at - timedelta(days=AWAY_DAYS.value()), User.seen_at > at - GIVEN_UP_AFTER]
    wants = or_(Preference.frequency.is_(None), Preference.frequency != Frequency.NEVER)
    found = (
        select(User.id, User.timezone, User.seen_at, AwayMail.looked_at)
        .outerjoin(AwayMail, AwayMail.user_id == User.id)
        .outerjoin(Preference, and_(Preference.user_id == User.id, Preference.kind == AWAY.name))
        .where(*reachable, *away, wants, or_(AwayMail.looked_at.is_(None), AwayMail.looked_at <= at - A_WEEK))
        .order_by(User.id)
        .limit(AT_ONCE)
        .with_for_update(of=User, skip_locked=True)
    )
    return list(db.session.execute(found))


def _promise(person: Row[Any]) -> None:
    since = max(person.seen_at, person.looked_at or person.seen_at)
    row = db.session.get(AwayMail, person.id)
    if row is None:
        db.session.add(AwayMail(user_id=person.id, looked_at=now()))
    else:
        row.looked_at = now()
    due_at = next_round(person.timezone, Frequency.DAILY)
    due_at = quiet_until([person.id], due_at).get(person.id, due_at)
    told_of = {"user_id": person.id, "since": since.isoformat()}
    enqueue(away_mail.deliver_away, told_of, key=f"mail:away:{person.id}:{now():%Y-%m-%d}", due_at=due_at)
