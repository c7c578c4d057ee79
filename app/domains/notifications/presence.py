"""Who has a question open: heartbeats become rows, rows become "2 are reading, 1 is writing" on open pages."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app.domains.notifications.live import question_room, say
from app.domains.notifications.models import LiveEvent, Presence
from app.domains.notifications.queries import presence_of
from app.extensions import db
from app.kernel.clock import now


def note_presence(visitors: Mapping[tuple[str, int], tuple[int | None, bool] | None]) -> None:
    """Heartbeats by (visitor, question): user id and whether they write; None = they left. Whoever calls has
    looked whether the visitor may see the question. Pages hear of it where a number changed."""
    question_ids = {question_id for _visitor, question_id in visitors}
    for (visitor, question_id), seen in visitors.items():
        row = db.session.get(Presence, (visitor, question_id))
        if seen is None:
            if row is not None:
                db.session.delete(row)
            continue
        if row is None:
            row = Presence(visitor=visitor, question_id=question_id)
            db.session.add(row)
        row.user_id, row.writing, row.seen_at = seen[0], seen[1], now()
    db.session.flush()
    say_presence(question_ids)


def say_presence(question_ids: Iterable[int]) -> None:
    """Tell open pages how many are there, where that differs from what they were told last."""
    for question_id, figures in presence_of(question_ids).items():
        room = question_room(question_id)
        said = select(LiveEvent.payload).where(LiveEvent.room == room, LiveEvent.kind == "presence")
        last = db.session.scalar(said.order_by(LiveEvent.id.desc()).limit(1))
        payload = {"question": question_id, **figures}
        if last != payload:
            say([(room, "presence", payload)])
