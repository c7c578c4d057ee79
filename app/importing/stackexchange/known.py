"""What of a dump is here already, so that an import goes on where it stopped and a second one adds nothing."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, literal, or_, select

from app.domains.questions.models import Answer, Comment, Question
from app.extensions import db
from app.importing.stackexchange.site import Site


@dataclass
class Known:
    """Our ids by the dump's. `keeps_ids`: the site holds nothing but this dump, under its own numbers."""

    questions: dict[int, int] = field(default_factory=dict)
    answers: dict[int, int] = field(default_factory=dict)
    comments: dict[int, int] = field(default_factory=dict)
    keeps_ids: bool = True


def known_of(site: Site) -> Known:
    return Known(
        questions=_by_key(Question, site.key("q", 0)[:-1]),
        answers=_by_key(Answer, site.key("a", 0)[:-1]),
        comments=_by_key(Comment, site.key("c", 0)[:-1]),
        keeps_ids=not (_foreign(Question, site.key("q", 0)[:-1]) or _foreign(Answer, site.key("a", 0)[:-1])),
    )


def _by_key(model: Any, prefix: str) -> dict[int, int]:
    found = select(model.submission, model.id).where(model.submission.startswith(prefix, autoescape=True))
    return {int(row.submission.removeprefix(prefix)): row.id for row in db.session.execute(found)}


def _foreign(model: Any, prefix: str) -> int:
    """How many rows are not of this dump, or not under its number."""
    own = literal(prefix).concat(func.cast(model.id, model.submission.type))
    elsewhere = or_(model.submission.is_(None), model.submission != own)
    return db.session.scalar(select(func.count()).select_from(model).where(elsewhere)) or 0
