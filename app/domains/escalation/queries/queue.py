"""The staff queue: what waits, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String

from app.domains.accounts.actor import Actor
from app.domains.accounts.models import User
from app.domains.accounts.queries import Person
from app.domains.escalation.models import WITH_STAFF, Case, CaseState
from app.domains.escalation.policies import cases_seen_by, may_work_queue
from app.domains.products.models import Product
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.pagination import Page, above, key_of, page_of
from app.kernel.policy import require

PER_PAGE = 30
NEVER = "9999"
"""Sorts after every due minute: a case that promises nothing just now."""

_asker, _owner = aliased(User), aliased(User)


class due_minute(FunctionElement[str]):
    """A time to the minute, as text that sorts: within a minute the queue is ordered by other things."""

    type = String()
    inherit_cache = True


@compiles(due_minute, "sqlite")
def _sqlite_minute(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"strftime('%Y-%m-%d %H:%M', {compiler.process(element.clauses, **kwargs)})"


@compiles(due_minute, "postgresql")
def _postgresql_minute(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **kwargs)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"


@dataclass(frozen=True)
class QueueRow:
    """A case in the list. `overdue` = the promised reply is late."""

    id: int
    question_id: int
    title: str
    slug: str
    language: str
    kind: str
    answer_count: int
    state: str
    level: int
    cycle: int
    queue: str
    product_id: int
    product: str
    product_name: str
    asker: Person
    owner: Person | None
    owner_id: int | None
    due_at: datetime | None
    queued_at: datetime | None
    asked_at: datetime
    peer_answered_at: datetime | None
    because: str
    overdue: bool


def staff_queue(
    actor: Actor,
    state: str | None = None,
    product: str | int | None = None,
    mine: bool = False,
    after: str | None = None,
    *,
    breached: bool = False,
    queue: str | None = None,
    limit: int = PER_PAGE,
) -> Page[QueueRow]:
    """Cases that the actor may work: breached first, then by due minute, then by id. One statement.

    Without `state` those that are with staff. `product` is a slug or an id.
    """
    require(may_work_queue(actor))
    at = now()
    found = _rows(at).where(cases_seen_by(actor), *_filters(actor, state, product, mine, breached, queue, at))
    columns = _order(at)
    key = key_of(after, int, str, int)
    if key is not None:
        found = found.where(above(columns, key))
    rows = list(db.session.execute(found.order_by(*columns).limit(limit + 1)))
    return page_of(rows, limit, lambda row: _row(row, at), "calm", "minute", "id")


def _order(at: datetime) -> tuple[Any, ...]:
    """Breached before calm, by the minute, by id."""
    return _calm(at), func.coalesce(due_minute(Case.due_at), literal(NEVER)), Case.id


def _calm(at: datetime) -> Any:
    return case((and_(Case.due_at.is_not(None), Case.due_at < at), 0), else_=1)


def _filters(
    actor: Actor,
    state: str | None,
    product: str | int | None,
    mine: bool,
    breached: bool,
    queue: str | None,
    at: datetime,
) -> list[Any]:
    clauses: list[Any] = []
    wanted = [CaseState(state)] if state is not None and state in set(CaseState) else WITH_STAFF
    clauses.append(Case.state.in_(wanted))
    if product:
        clauses.append(Product.id == product if isinstance(product, int) else Product.slug == product)
    if mine:
        clauses.append(Case.owner_id == actor.id)
    if breached:
        clauses.append(Case.due_at < at)
    if queue:
        clauses.append(Case.queue == queue)
    return clauses


def _rows(at: datetime) -> Select[Any]:
    of_case = (
        Case.id,
        Case.question_id,
        Case.state,
        Case.level,
        Case.cycle,
        Case.queue,
        Case.product_id,
        Case.owner_id,
        Case.due_at,
        Case.queued_at,
        Case.peer_answered_at,
        Case.because,
    )
    question = (Question.title, Question.slug, Question.language, Question.kind, Question.answer_count)
    people = (*_person(_asker, "asker"), *_person(_owner, "owner_user"))
    calm, minute, _id = _order(at)
    return (
        select(*of_case, *question, Question.created_at.label("asked_at"), *people, calm.label("calm"))
        .add_columns(minute.label("minute"), Product.slug.label("product"), Product.name.label("product_name"))
        .join(Question, Question.id == Case.question_id)
        .join(Product, Product.id == Case.product_id)
        .join(_asker, _asker.id == Question.asker_id)
        .outerjoin(_owner, _owner.id == Case.owner_id)
    )


def _person(user: Any, prefix: str) -> tuple[Any, ...]:
    return tuple(getattr(user, name).label(f"{prefix}_{name}") for name in ("id", "name", "role", "level"))


def _row(row: Row[Any], at: datetime) -> QueueRow:
    values = {name: getattr(row, name) for name in QueueRow.__annotations__ if hasattr(row, name)}
    values |= {"state": row.state.value, "kind": row.kind.value, "overdue": row.calm == 0}
    values["asker"] = Person(row.asker_id, row.asker_name, row.asker_role.value, row.asker_level)
    has_owner = row.owner_user_id is not None
    role = row.owner_user_role.value if has_owner else ""
    owner = Person(row.owner_user_id, row.owner_user_name, role, row.owner_user_level) if has_owner else None
    return QueueRow(**(values | {"owner": owner}))


def queue_counts(actor: Actor) -> dict[str, int]:
    """For the tabs: all, mine, breached. One statement."""
    require(may_work_queue(actor))
    mine = func.count().filter(Case.owner_id == actor.id)
    breached = func.count().filter(Case.due_at < now())
    found = select(func.count(), mine, breached).select_from(Case)
    row = db.session.execute(found.where(cases_seen_by(actor), Case.state.in_(WITH_STAFF))).one()
    return {"all": row[0], "mine": row[1], "breached": row[2]}
