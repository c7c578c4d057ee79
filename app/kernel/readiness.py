"""What is missing before the forum can do all its work."""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.extensions import db
from app.kernel.forwarding import Noticeboard
from app.kernel.shared_memory import shared_memory


@dataclass(frozen=True)
class Complaint:
    """One line for the engineer; `blocks` means that no page can be served."""

    code: str
    sentence: str
    blocks: bool = False


def complaints(settings: Settings) -> list[Complaint]:
    """Everything that is missing, the worst first."""
    found = []
    if not _database_answers():
        found.append(Complaint("database", "The database does not answer: check DATABASE_URL.", blocks=True))
    shared, replica = shared_memory(), current_app.extensions.get("replica")
    if shared is not None and not shared.answers():
        sentence = "Redis does not answer: check REDIS_URL. Until then each process counts limits by itself"
        found.append(Complaint("redis", sentence + (", and a replica serves visitors only." if replica else ".")))
    if replica is not None and replica.is_left_out:
        sentence = "The replica is away or too far behind: check DATABASE_REPLICA_URL. Until then the primary serves."
        found.append(Complaint("replica", sentence))
    if settings.smtp_url is None:
        sentence = "Mail is not set up: set SMTP_URL, for example smtp://user:password@mail.example.com:587"
        found.append(Complaint("mail", sentence + ". Until then every mail is kept at /admin/mail."))
    miscounted = Noticeboard(settings).complaint()
    if miscounted:
        found.append(Complaint("proxies", miscounted))
    return found


def _database_answers() -> bool:
    """The one that takes writes, also where a replica serves pages."""
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return True
    except SQLAlchemyError:
        return False
