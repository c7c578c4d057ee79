"""The people of the demonstration that a visitor may be, by one click."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import select

from app.demonstration.content import read_community
from app.domains.accounts.models import User
from app.domains.accounts.queries import Person, people_by_id
from app.extensions import db
from app.kernel.errors import NotFound

ROLES = ("member", "agent", "lead", "pm", "moderator", "admin")


@dataclass(frozen=True)
class Somebody:
    """`about` in the person's own words and `language`."""

    person: Person
    about: str
    language: str


@cache
def names() -> frozenset[str]:
    return frozenset(person.name for person in read_community().people)


def person_to_be(name: str) -> User:
    """Somebody of the fictional community who has no password; NotFound for everybody real. One statement."""
    user = db.session.scalar(select(User).where(User.name == name)) if name in names() else None
    if user is None or user.password_hash is not None or user.anonymised_at is not None:
        raise NotFound()
    return user


def everybody() -> dict[str, list[Somebody]]:
    """All whom a visitor may be, by role. Two statements."""
    columns = (User.id, User.about, User.language)
    found = select(*columns).where(User.name.in_(names()), User.password_hash.is_(None), User.anonymised_at.is_(None))
    rows = list(db.session.execute(found.order_by(User.id)))
    people = people_by_id(row.id for row in rows)
    shown = [Somebody(people[row.id], row.about, row.language) for row in rows]
    return {role: [each for each in shown if each.person.role == role] for role in ROLES}
