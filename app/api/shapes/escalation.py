"""Cases of the support team."""

from datetime import datetime

from flask import url_for
from pydantic import BaseModel, Field

from app.api.shapes.people import PersonShape, person, person_or_none
from app.api.shapes.questions import thread_url
from app.domains.escalation.models import CaseState, ClockKind, ClockVerdict
from app.domains.escalation.queries import CaseLine, CasePage, QueueRow
from app.kernel.clock import now


class CaseQuestion(BaseModel):
    id: int
    url: str
    title: str
    product: str
    kind: str
    language: str
    answer_count: int
    asker: PersonShape
    created_at: datetime


class CaseCore(BaseModel):
    id: int
    url: str
    question_id: int
    question: CaseQuestion
    state: CaseState
    level: int = Field(description="0 while the community has the question.")
    cycle: int = Field(description="Rises each time the asker says that it is not solved.")
    queue: str = Field(description="Who works it: agents or leads.")
    owner: PersonShape | None
    due_at: datetime | None
    overdue: bool
    queued_at: datetime | None
    because: str


class CaseCard(CaseCore):
    """A case in the list."""


class CaseList(BaseModel):
    items: list[CaseCard]
    next: str | None


class CaseEventShape(BaseModel):
    id: int
    kind: str
    state: CaseState
    level: int
    cycle: int
    actor: PersonShape | None = Field(description="Null: the clock.")
    owner: PersonShape | None
    because: str
    note: str
    at: datetime


class ClockShape(BaseModel):
    kind: ClockKind
    cycle: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    verdict: ClockVerdict


class CaseShape(CaseCore):
    top_level: int
    lease_until: datetime | None = Field(description="Until then the owner works it alone.")
    answered_at: datetime | None
    resolved_at: datetime | None
    version: int
    events: list[CaseEventShape]
    clocks: list[ClockShape]


def card(row: QueueRow) -> CaseCard:
    names = ("id", "question_id", "state", "level", "cycle", "queue", "due_at", "overdue", "queued_at", "because")
    asked = CaseQuestion(
        id=row.question_id,
        url=thread_url(row.question_id, row.slug),
        title=row.title,
        product=row.product,
        kind=row.kind,
        language=row.language,
        answer_count=row.answer_count,
        asker=person(row.asker),
        created_at=row.asked_at,
    )
    plain = {name: getattr(row, name) for name in names}
    return CaseCard(**plain, url=_url(row.id), question=asked, owner=person_or_none(row.owner))


def case(page: CasePage) -> CaseShape:
    names = (
        "id", "question_id", "state", "level", "cycle", "queue", "due_at", "queued_at", "because", "top_level",
        "lease_until", "answered_at", "resolved_at", "version",
    )  # fmt: skip
    view = page.question
    asked = CaseQuestion(
        id=view.id,
        url=thread_url(view.id, view.slug),
        title=view.title,
        product=view.product,
        kind=view.kind,
        language=view.language,
        answer_count=view.answer_count,
        asker=person(view.asker),
        created_at=view.created_at,
    )
    return CaseShape(
        **{name: getattr(page, name) for name in names},
        url=_url(page.id),
        question=asked,
        owner=person_or_none(page.owner),
        overdue=page.due_at is not None and page.due_at < now(),
        events=[_event(line) for line in page.events],
        clocks=[ClockShape(**vars(clock)) for clock in page.clocks],
    )


def _event(line: CaseLine) -> CaseEventShape:
    names = ("id", "kind", "state", "level", "cycle", "because", "note", "at")
    return CaseEventShape(
        **{name: getattr(line, name) for name in names},
        actor=person_or_none(line.actor),
        owner=person_or_none(line.owner),
    )


def _url(case_id: int) -> str:
    return url_for("escalation.case", case_id=case_id, _external=True)
