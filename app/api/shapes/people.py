"""People."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import url_for
from pydantic import BaseModel, Field

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import Role, User
from app.domains.accounts.queries import Person
from app.domains.reputation.queries.reasons import ProfilePoints


class ScopeWord(StrEnum):
    READ = "read"
    WRITE = "write"
    STAFF = "staff"
    ADMIN = "admin"


class PersonShape(BaseModel):
    id: int
    name: str
    url: str
    role: Role
    level: int = Field(description="0 to 4; from 3 on an expert.")
    is_staff: bool
    is_expert: bool = Field(description="Level 3 or above, or appointed for the product.")


class TagPointsShape(BaseModel):
    tag: str
    points: int


class UserShape(PersonShape):
    about_html: str
    created_at: datetime
    points: int = Field(description="Of all time.")
    points_now: int = Field(description="On the default board: the last 30 days count most.")
    rank: int | None
    points_by_tag: list[TagPointsShape]


class MeShape(PersonShape):
    language: str
    timezone: str
    confirmed: bool
    suspended_until: datetime | None
    serves: list[int] = Field(description="Ids of the products that this member of staff serves; empty = all.")
    expert_for: list[int] = Field(description="Ids of the products that the person was appointed for.")
    scopes: list[ScopeWord] = Field(description="What the token may do; empty = everything that its owner may.")
    unread: int = Field(description="Notifications that were not read yet.")


def person(one: Person) -> PersonShape:
    return PersonShape(**_person(one))


def person_or_none(one: Person | None) -> PersonShape | None:
    return person(one) if one is not None else None


def _person(one: Person) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "url": url_for("accounts.profile", user_id=one.id, name=one.name, _external=True),
        "role": one.role,
        "level": one.level,
        "is_staff": one.is_staff,
        "is_expert": one.is_expert,
    }


def user(one: Person, row: User, points: ProfilePoints) -> UserShape:
    return UserShape(
        **_person(one),
        about_html=row.about_html,
        created_at=row.created_at,
        points=points.total,
        points_now=points.now,
        rank=points.rank,
        points_by_tag=[TagPointsShape(tag=each.tag, points=each.points) for each in points.by_tag],
    )


def me(actor: Actor, one: Person, unread: int) -> MeShape:
    return MeShape(
        **_person(one),
        language=actor.language,
        timezone=actor.timezone,
        confirmed=actor.confirmed,
        suspended_until=actor.suspended_until,
        serves=sorted(actor.team),
        expert_for=sorted(actor.expert_for),
        scopes=[ScopeWord(scope) for scope in sorted(actor.scopes)],
        unread=unread,
    )
