"""What is missing before the forum can do all its work."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.extensions import db
from app.kernel.forwarding import Noticeboard


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
    if settings.smtp_url is None:
        sentence = "Mail is not set up: set SMTP_URL, for example smtp://user:password@mail.example.com:587"
        found.append(Complaint("mail", sentence + ". Until then every mail is kept at /admin/mail."))
    miscounted = Noticeboard(settings).complaint()
    if miscounted:
        found.append(Complaint("proxies", miscounted))
    return found


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
        return True
    except SQLAlchemyError:
        db.session.rollback()
        return False
