"""Reads about people; actors are Core rows, never entities."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, bindparam, cast, exists, func, literal, select, union_all

from app.domains.accounts.actor import STAFF_ROLES, Actor
from app.domains.accounts.models import (
    ApiToken,
    Appointment,
    LinkPurpose,
    MailLink,
    RecoveryCode,
    Role,
    Session,
    TeamMember,
    User,
)
from app.domains.accounts.names import email_key, name_key
from app.domains.accounts.tokens import token_hash
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.rows import read_rows

AVATARS = "avatars"
"""The folder of people's pictures among the uploads."""
_ACTOR = (
    User.id,
    User.name,
    User.role,
    User.level,
    User.language,
    User.timezone,
    User.theme,
    User.avatar,
    User.email_confirmed_at,
    User.suspended_until,
    User.suspended_because,
    User.totp_confirmed_at,
)


def _memberships() -> tuple[Any, Any]:
    """The person's teams and appointments as two strings of ids, so that an actor costs one statement."""
    return _products_of(TeamMember).label("team"), _products_of(Appointment).label("expert_for")


def _products_of(membership: Any) -> Any:
    ids = func.aggregate_strings(cast(membership.product_id, String), ",")
    return select(ids).where(membership.user_id == User.id).correlate(User).scalar_subquery()


def _ids(joined: str | None) -> frozenset[int]:
    return frozenset(int(part) for part in joined.split(",")) if joined else frozenset()


def actor_of_session(token: str) -> Actor | None:
    """The signed-in person behind a cookie's token; None where the session has ended. One statement."""
    row = read_rows(_by_session(), {"token_hash": token_hash(token), "now": now()}).one_or_none()
    if row is None:
        return None
    return _actor(
        row,
        session_id=row.session_id,
        session_token=token,
        session_seen_at=row.session_seen_at,
        authenticated_at=row.session_authenticated_at,
        second_factor_passed=row.session_second_factor_at is not None,
    )


@cache
def _by_session() -> Select[Any]:
    session = (Session.id, Session.authenticated_at, Session.second_factor_at, Session.seen_at, Session.expires_at)
    labelled = [column.label(f"session_{column.key}") for column in session]
    columns: tuple[Any, ...] = (*_ACTOR, *_memberships(), *labelled)
    found = select(*columns).join(Session, Session.user_id == User.id).where(User.anonymised_at.is_(None))
    return found.where(Session.token_hash == bindparam("token_hash"), Session.expires_at > bindparam("now"))


def actor_of_token(token: str) -> Actor | None:
    """The person behind an API token; None where it was revoked."""
    row = read_rows(_by_token(), {"token_hash": token_hash(token)}).one_or_none()
    if row is None:
        return None
    # A token cannot show a second factor: one made in the browser was made behind it, one made by the
    # command line by somebody who owns the machine.
    found_token = {"token_id": row.token_id, "token_used_at": row.used_at, "scopes": frozenset(row.scopes)}
    return _actor(row, via="token", second_factor_passed=True, **found_token)


@cache
def _by_token() -> Select[Any]:
    columns = (*_ACTOR, *_memberships(), ApiToken.id.label("token_id"), ApiToken.scopes, ApiToken.used_at)
    found = select(*columns).join(ApiToken, ApiToken.user_id == User.id).where(User.anonymised_at.is_(None))
    return found.where(ApiToken.token_hash == bindparam("token_hash"), ApiToken.revoked_at.is_(None))


def actor_by_id(user_id: int) -> Actor:
    """A person as the actor of background work (mail, invitations, the command line)."""
    row = read_rows(_by_id(), {"user_id": user_id}).one_or_none()
    if row is None:
        raise NotFound()
    return _actor(row, via="system", second_factor_passed=True)


@cache
def _by_id() -> Select[Any]:
    columns: tuple[Any, ...] = (*_ACTOR, *_memberships())
    return select(*columns).where(User.id == bindparam("user_id"))


def actors_by_id(user_ids: Iterable[int]) -> dict[int, Actor]:
    rows = read_rows(_by_ids(), {"user_ids": list(user_ids)})
    return {row.id: _actor(row, via="system", second_factor_passed=True) for row in rows}


@cache
def _by_ids() -> Select[Any]:
    columns: tuple[Any, ...] = (*_ACTOR, *_memberships())
    return select(*columns).where(User.id.in_(bindparam("user_ids", expanding=True)))


def _actor(row: Any, **more: Any) -> Actor:
    return Actor(
        id=row.id,
        name=row.name,
        role=row.role.value,
        level=row.level,
        language=row.language,
        timezone=row.timezone,
        theme=row.theme,
        avatar=row.avatar,
        confirmed=row.email_confirmed_at is not None,
        suspended_until=row.suspended_until,
        suspended_because=row.suspended_because or "",
        team=_ids(row.team),
        expert_for=_ids(row.expert_for),
        has_second_factor=row.totp_confirmed_at is not None,
        **more,
    )


def user_by_id(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def user_by_login(login: str) -> User | None:
    """By address or by name, as typed."""
    by = User.email_key == email_key(login) if "@" in login else User.name_key == name_key(login)
    return db.session.scalar(select(User).where(by))


def user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email_key == email_key(email)))


def has_open_link(user_id: int, purpose: LinkPurpose) -> bool:
    """Whether a link of this purpose is out and can still be used."""
    found = select(literal(True)).where(MailLink.user_id == user_id, MailLink.purpose == purpose)
    return bool(db.session.scalar(found.where(MailLink.used_at.is_(None), MailLink.expires_at > now()).limit(1)))


def team_ids(user_id: int) -> set[int]:
    """Products that a person was given as a team."""
    return set(db.session.scalars(select(TeamMember.product_id).where(TeamMember.user_id == user_id)))


def appointment_ids(user_id: int) -> set[int]:
    """Products that a person was appointed for as an expert."""
    return set(db.session.scalars(select(Appointment.product_id).where(Appointment.user_id == user_id)))


def user_by_name(name: str) -> User | None:
    return db.session.scalar(select(User).where(User.name_key == name_key(name)))


class Person(NamedTuple):
    """What a page shows of somebody."""

    id: int
    name: str
    role: str
    level: int
    appointed: bool = False
    avatar: str | None = None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def is_expert(self) -> bool:
        return not self.is_staff and (self.level >= 3 or self.appointed)


def people_by_id(user_ids: Iterable[int | None], product_id: int | None = None) -> dict[int, Person]:
    """Names and marks for a page; appointed for `product_id`, or for any product where it is None. One statement."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    appointed = _is_appointed(product_id).label("appointed")
    columns: tuple[Any, ...] = (User.id, User.name, User.role, User.level, appointed, User.avatar)
    rows = db.session.execute(select(*columns).where(User.id.in_(wanted)))
    people = (Person(row.id, row.name, row.role.value, row.level, bool(row.appointed), row.avatar) for row in rows)
    return {person.id: person for person in people}


def people_by_prefix(prefix: str, limit: int) -> list[Person]:
    """Members whose name begins so, the most trusted first. One statement."""
    key = name_key(prefix)
    if not key:
        return []
    begins = User.name_key.startswith(key, autoescape=True), User.anonymised_at.is_(None)
    ordered = select(User.id).where(*begins).order_by(User.level.desc(), User.name_key).limit(limit)
    return list(people_by_id(db.session.scalars(ordered)).values())


PERSON_COLUMNS = 6


def person_columns(product_id: Any) -> tuple[Any, ...]:
    """For a statement of posts that joins their author: what `person_of` reads, PERSON_COLUMNS of them. `product_id`
    may be a column."""
    return (
        User.id.label("person_id"),
        User.name.label("person_name"),
        User.role.label("person_role"),
        User.level.label("person_level"),
        _is_appointed(product_id).label("person_appointed"),
        User.avatar.label("person_avatar"),
    )


def person_of(row: Any) -> Person:
    appointed = bool(row.person_appointed)
    of_account = (row.person_id, row.person_name, row.person_role.value, row.person_level)
    return Person(*of_account, appointed, row.person_avatar)


def _is_appointed(product_id: Any) -> Any:
    found = exists().where(Appointment.user_id == User.id)
    return found if product_id is None else found.where(Appointment.product_id == product_id)


def team_of(product_id: int) -> list[int]:
    """User ids of the staff who serve a product: its team, and the agents and leads who serve all."""
    in_team = select(TeamMember.user_id).where(TeamMember.product_id == product_id)
    in_any = exists().where(TeamMember.user_id == User.id)
    of_all = select(User.id).where(User.role.in_([Role.AGENT, Role.LEAD]), ~in_any)
    # Two reads, each by its index: "or" would have to look at everybody.
    found = select(User.id).where(User.id.in_(union_all(in_team, of_all)), User.anonymised_at.is_(None))
    return list(db.session.scalars(found.order_by(User.id)))


def team_rows(product_id: int) -> list[int]:
    """User ids that the product's team names; those who serve all are not among them."""
    return list(db.session.scalars(select(TeamMember.user_id).where(TeamMember.product_id == product_id)))


def appointed_for(product_id: int) -> list[int]:
    """User ids of the experts appointed for a product."""
    found = select(Appointment.user_id).where(Appointment.product_id == product_id)
    return list(db.session.scalars(found.order_by(Appointment.user_id)))


def user_ids_with_role(*roles: str) -> list[int]:
    wanted = [Role(role) for role in roles]
    return list(db.session.scalars(select(User.id).where(User.role.in_(wanted)).order_by(User.id)))


def staff_ids() -> list[int]:
    return user_ids_with_role(*STAFF_ROLES)


def sessions_of(user_id: int) -> Sequence[Session]:
    """Open sessions, the latest first."""
    found = select(Session).where(Session.user_id == user_id, Session.expires_at > now())
    return list(db.session.scalars(found.order_by(Session.seen_at.desc())))


def tokens_of(user_id: int) -> Sequence[ApiToken]:
    found = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    return list(db.session.scalars(found.order_by(ApiToken.id.desc())))


def unused_recovery_codes(user_id: int) -> int:
    found = select(func.count()).select_from(RecoveryCode)
    return db.session.scalar(found.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def users_page(query: str = "", after_id: int = 0, limit: int = 50) -> list[User]:
    """People for the administrator, by id; `query` is the beginning of a name or an address."""
    found = select(User).where(User.id > after_id).order_by(User.id).limit(limit)
    if query:
        found = found.where(
            User.name_key.startswith(name_key(query), autoescape=True)
            | User.email_key.startswith(email_key(query), autoescape=True)
        )
    return list(db.session.scalars(found))


def avatars_in_use(names: list[str]) -> set[str | None]:
    """Those of these that are somebody's picture."""
    return set(db.session.scalars(select(User.avatar).where(User.avatar.in_(names))))


def member_count() -> int:
    return db.session.scalar(select(func.count()).select_from(User)) or 0
