"""What the page promises an asker: from the question's rows alone, so before any job has run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, String, bindparam, select, type_coerce

from app.domains.escalation.deadlines import Terms, matching, promise, used_after
from app.domains.escalation.models import WITH_STAFF, Case, CaseState, Policy
from app.domains.escalation.queries.terms import (
    CALENDAR_COLUMNS,
    POLICY_COLUMNS,
    kind_rule_of,
    skips_peer_window,
    terms_from,
)
from app.domains.products.models import Calendar, Product, QuestionKindRule
from app.domains.questions.models import Question, ServiceState
from app.extensions import db
from app.kernel.clock import now
from app.kernel.rows import read_rows

NO_POLICY = "no_policy"
NO_HOURS = "no_hours"
"""The calendar has no opening for 400 days: an administrator must correct it."""


@dataclass(frozen=True)
class Promise:
    """What the state line says. `state` is the question's service state; `due_at` is when our team takes over (open)
    or replies (escalated). `why_none` says why nothing is promised: imported, announcement, no_policy, no_hours.
    `seconds` is the peer window in open time. `level` and `since` are set while our team has it."""

    state: str
    due_at: datetime | None = None
    why_none: str | None = None
    seconds: int = 0
    level: int = 0
    since: datetime | None = None
    case_id: int | None = None
    case_state: str | None = None

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_at < now()


def promise_of(question: Any) -> Promise:
    """The promise for a question (row, view or anything with its `id`). One statement."""
    return promises_of([question])[question.id]


def promises_of(questions: Iterable[Any]) -> dict[int, Promise]:
    """Promises of many questions by id. One statement."""
    ids = [question.id for question in questions]
    found: dict[int, list[Row[Any]]] = {}
    if ids:
        for row in read_rows(_rows(), {"ids": ids}):
            found.setdefault(row.id, []).append(row)
    return {question_id: _promise(each) for question_id, each in found.items()}


@cache
def _rows() -> Select[Any]:
    question = (
        Question.id,
        Question.product_id,
        Question.kind,
        Question.language,
        Question.created_at,
        Question.service_state,
        Question.escalates,
        Question.no_promise,
    )
    case = (
        Case.id.label("case_id"),
        Case.state.label("case_state"),
        Case.product_id.label("case_product_id"),
        Case.due_at,
        Case.level,
        Case.queued_at,
        Case.started_at,
        Case.answered_at,
        Case.resolved_at,
        Case.peer_used_seconds,
    )
    columns: tuple[Any, ...] = (*question, *case, *POLICY_COLUMNS, *CALENDAR_COLUMNS, skips_peer_window())
    return (
        select(*columns)
        .join(Product, Product.id == Question.product_id)
        .join(Calendar, Calendar.id == Product.calendar_id)
        .outerjoin(Case, Case.question_id == Question.id)
        .outerjoin(Policy, Policy.product_id == Product.id)
        .outerjoin(QuestionKindRule, kind_rule_of(type_coerce(Question.kind, String)))
        .where(Question.id.in_(bindparam("ids", expanding=True)))
        .order_by(Question.id, Policy.position, Policy.id)
    )


def _promise(rows: list[Row[Any]]) -> Promise:
    row = rows[0]
    known = {"case_id": row.case_id, "case_state": row.case_state.value if row.case_state else None}
    state = row.service_state.value
    if state not in (ServiceState.OPEN, ServiceState.ESCALATED):
        return Promise(state, **known)
    if row.case_state in WITH_STAFF:
        return Promise(ServiceState.ESCALATED.value, row.due_at, None, 0, row.level, row.queued_at, **known)
    chosen = matching([each for each in rows if each.policy_id is not None], row.kind.value, row.language)
    if not row.escalates or chosen is None:
        return Promise(state, why_none=row.no_promise.value if row.no_promise else NO_POLICY, **known)
    terms = terms_from(chosen)
    due_at = _peer_due(row, terms)
    return Promise(state, due_at, None if due_at else NO_HOURS, terms.peer_seconds, **known)


def _peer_due(row: Row[Any], terms: Terms) -> datetime | None:
    """As the case will store it: where a job has still to run, by the function that it will call."""
    if row.case_state is None:
        return promise(row.created_at, terms)
    if row.case_state == CaseState.ARMED:
        moved = row.case_product_id != row.product_id
        return promise(row.started_at, terms, row.peer_used_seconds) if moved else row.due_at
    # Answered or ended once, and waiting again: what is left of the window counts from now.
    stopped_at = row.answered_at or row.resolved_at or now()
    return promise(now(), terms, used_after(row.peer_used_seconds, row.started_at, stopped_at, terms))


def promise_preview(product: Any, kind: str = "question", language: str = "en") -> Promise:
    """What a question asked now would be promised, for the ask form. `product`: its row or its id. One statement."""
    product_id = product if isinstance(product, int) else product.id
    rows = db.session.execute(_previews(kind).where(Product.id == product_id)).all()
    return _preview([row for row in rows if row.policy_id is not None], kind, language)


def promises_by_product(kind: str = "question", language: str = "en") -> dict[str, Promise]:
    """The same for every product on offer, by slug. One statement."""
    rows: dict[str, list[Row[Any]]] = {}
    for row in db.session.execute(_previews(kind).where(Product.archived.is_(False))):
        rows.setdefault(row.slug, []).append(row)
    return {
        slug: _preview([row for row in found if row.policy_id is not None], kind, language)
        for slug, found in rows.items()
    }


def _previews(kind: str) -> Any:
    return (
        select(Product.slug, Product.id.label("product_id"), *POLICY_COLUMNS, *CALENDAR_COLUMNS, skips_peer_window())
        .join(Calendar, Calendar.id == Product.calendar_id)
        .outerjoin(Policy, Policy.product_id == Product.id)
        .outerjoin(QuestionKindRule, kind_rule_of(type_coerce(kind, String)))
        .order_by(Product.id, Policy.position, Policy.id)
    )


def _preview(policies: list[Row[Any]], kind: str, language: str) -> Promise:
    chosen = matching(policies, kind, language)
    if chosen is None:
        return Promise(ServiceState.OPEN.value, why_none=NO_POLICY)
    terms = terms_from(chosen)
    due_at = promise(now(), terms)
    return Promise(ServiceState.OPEN.value, due_at, None if due_at else NO_HOURS, terms.peer_seconds)
