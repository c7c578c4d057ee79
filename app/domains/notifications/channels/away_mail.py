"""The weekly mail to who was away; looked at once more when it leaves, because they may be back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, select

from app.domains.accounts.models import User
from app.domains.accounts.queries import actor_by_id
from app.domains.notifications.addresses import address_of_question
from app.domains.notifications.channels.email import may_be_written_to
from app.domains.notifications.kinds import AWAY
from app.domains.notifications.meanwhile import Meanwhile, meanwhile
from app.domains.notifications.models import Frequency, Preference
from app.domains.notifications.unsubscribing import ways_out
from app.kernel.jobs import outbound
from app.kernel.mail import send
from app.kernel.rendering import absolute_url, mail_from_template
from app.kernel.rows import read_rows

_PERSON: Any = (
    select(
        Preference.frequency,
        User.seen_at,
        User.email,
        User.email_confirmed_at,
        User.anonymised_at,
        User.suspended_until,
    )
    .select_from(User)
    .outerjoin(Preference, and_(Preference.user_id == User.id, Preference.kind == AWAY.name))
    .where(User.id == bindparam("user_id"))
)


@outbound
def deliver_away(user_id: int, since: str) -> None:
    """Nothing where the person is back, wants none, cannot be written to, or has missed nothing."""
    row = read_rows(_PERSON, {"user_id": user_id}).one_or_none()
    beginning = datetime.fromisoformat(since)
    if row is None or row.seen_at is None or row.seen_at > beginning or not _wanted(row):
        return
    actor = actor_by_id(user_id)
    missed = meanwhile(actor, beginning)
    if missed.is_empty:
        return
    send(
        mail_from_template(
            "notifications/away",
            key=f"away:{user_id}:{beginning:%Y%m%dT%H%M%S}",
            recipient=str(row.email),
            language=actor.language,
            **ways_out(user_id, AWAY),
            reader=actor,
            **_lists(missed),
            url=absolute_url("home.index"),
        )
    )


def _wanted(row: Row[Any]) -> bool:
    return may_be_written_to(row) and AWAY.frequency(row.frequency) is not Frequency.NEVER


def _lists(missed: Meanwhile) -> dict[str, Any]:
    lists = missed._asdict().items()
    return {name: [(row, address_of_question(row.id, row.slug)) for row in rows] for name, rows in lists}
