"""One case: its page, its history, its deadline line by line."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.accounts.queries import Person, actors_by_id, people_by_id, team_of, user_ids_with_role
from app.domains.escalation.deadlines import peer_target
from app.domains.escalation.models import Case, CaseEvent, Clock, ClockKind, Level, Policy
from app.domains.escalation.policies import may_see_case, may_work_queue
from app.domains.escalation.queries.promises import NO_HOURS, NO_POLICY, Promise, promise_of
from app.domains.escalation.queries.terms import terms_of
from app.domains.products.calendars import Step
from app.domains.products.calendars import explain as explain_deadline
from app.domains.questions.models import Answer, Comment, Question
from app.domains.questions.queries import QuestionView, question_page
from app.extensions import db
from app.kernel.errors import NotFound
from app.kernel.policy import require


@dataclass(frozen=True)
class CaseLine:
    """A line of a case's history; `note` is for staff only."""

    id: int
    kind: str
    state: str
    level: int
    cycle: int
    actor: Person | None
    owner: Person | None
    because: str
    note: str
    at: datetime


@dataclass(frozen=True)
class ClockLine:
    kind: str
    cycle: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    verdict: str


@dataclass(frozen=True)
class CasePage:
    """The case's row with its people; policies take it like the row."""

    id: int
    question_id: int
    product_id: int
    state: str
    level: int
    cycle: int
    queue: str
    owner_id: int | None
    owner: Person | None
    due_at: datetime | None
    level_due_at: datetime | None
    lease_until: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    resolved_at: datetime | None
    peer_answered_at: datetime | None
    because: str
    version: int
    top_level: int
    question: QuestionView
    events: tuple[CaseLine, ...]
    clocks: tuple[ClockLine, ...]
    team: tuple[Person, ...]
    """Who may be handed the case."""


def case_page(actor: Actor, case_id: int) -> CasePage:
    """Everything that the page of a case shows; NotFound where the actor may not see it."""
    case = _case(actor, case_id)
    question = question_page(actor, case.question_id)
    events = list(db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))
    clocks = list(db.session.scalars(select(Clock).where(Clock.case_id == case.id).order_by(Clock.id)))
    team = _workers(case.product_id)
    people = people_by_id([*team, case.owner_id, *_people_in(events)], case.product_id)
    return CasePage(
        **_plain(case),
        owner=people.get(case.owner_id or 0),
        top_level=_top_level(case.policy_id),
        question=question,
        events=tuple(_line(event, people) for event in events),
        clocks=tuple(_clock(clock) for clock in clocks),
        team=tuple(people[user_id] for user_id in team if user_id in people),
    )


def _case(actor: Actor, case_id: int) -> Case:
    case = db.session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise NotFound()
    require(may_see_case(actor, case))
    return case


def _plain(case: Case) -> dict[str, Any]:
    names = [name for name in CasePage.__annotations__ if name in Case.__table__.columns]
    return {name: getattr(case, name) for name in names} | {"state": case.state.value}


def _people_in(events: list[CaseEvent]) -> list[int | None]:
    return [user_id for event in events for user_id in (event.actor_id, event.owner_id)]


def _line(event: CaseEvent, people: dict[int, Person]) -> CaseLine:
    return CaseLine(
        id=event.id,
        kind=event.kind,
        state=event.state.value,
        level=event.level,
        cycle=event.cycle,
        actor=people.get(event.actor_id or 0),
        owner=people.get(event.owner_id or 0),
        because=str(event.data.get("because", "")),
        note=event.note,
        at=event.at,
    )


def _clock(clock: Clock) -> ClockLine:
    verdict = clock.verdict.value
    return ClockLine(clock.kind.value, clock.cycle, clock.started_at, clock.due_at, clock.stopped_at, verdict)


def _top_level(policy_id: int) -> int:
    found = select(Level.level).where(Level.policy_id == policy_id).order_by(Level.level.desc()).limit(1)
    return db.session.scalar(found) or 1


def case_of(question_id: int) -> Case | None:
    """The question's one case."""
    return db.session.scalar(select(Case).where(Case.question_id == question_id))


def case_events(actor: Actor, case_id: int) -> list[CaseLine]:
    """A case's history, oldest first, for the API."""
    _case(actor, case_id)
    events = list(db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)))
    people = people_by_id(_people_in(events))
    return [_line(event, people) for event in events]


def unseen_posts(actor: Actor, case: Case, seen_at: datetime) -> list[dict[str, Any]]:
    """Answers, comments and notes of others since `seen_at`: kind, id and author."""
    answers = select(Answer.id, Answer.author_id.label("author_id")).where(
        Answer.question_id == case.question_id, Answer.created_at > seen_at, Answer.deleted_at.is_(None)
    )
    comments = select(Comment.id, Comment.author_id.label("author_id")).where(
        Comment.question_id == case.question_id, Comment.created_at > seen_at, Comment.deleted_at.is_(None)
    )
    notes = select(CaseEvent.id, CaseEvent.actor_id.label("author_id")).where(
        CaseEvent.case_id == case.id, CaseEvent.at > seen_at, CaseEvent.kind == "note"
    )
    return [
        {"kind": kind, "id": row.id, "author_id": row.author_id}
        for kind, found in (("answer", answers), ("comment", comments), ("note", notes))
        for row in db.session.execute(found)
        if row.author_id != actor.id
    ]


def who_is_told(product_id: int, level: int) -> list[int]:
    """User ids of those who hear of a case of this product at this level.

    Agents at the agents' queue, leads at the leads'; without any the product's lead, without one the administrators.
    """
    found = select(Level.queue).join(Policy, Policy.id == Level.policy_id)
    ladder = found.where(Policy.product_id == product_id, Level.level == level).order_by(Policy.position)
    queue = db.session.scalar(ladder.limit(1)) or "agents"
    roles = {user_id: actor.role for user_id, actor in actors_by_id(_workers(product_id)).items()}
    agents = [user_id for user_id, role in roles.items() if role == "agent"] if queue == "agents" else []
    leads = [user_id for user_id, role in roles.items() if role == "lead"]
    return agents or leads or user_ids_with_role("admin")


def _workers(product_id: int) -> list[int]:
    """The team less those whose role does not work a queue."""
    actors = actors_by_id(team_of(product_id))
    return [user_id for user_id, actor in sorted(actors.items()) if may_work_queue(actor, product_id)]


@dataclass(frozen=True)
class Explanation:
    """A deadline and how it was counted: `steps` are the local dates from `start` on (calendars.Step)."""

    question_id: int
    promise: Promise
    start: datetime | None = None
    target_seconds: int = 0
    timezone: str = "UTC"
    steps: tuple[Step, ...] = ()
    what: str = ClockKind.PEER.value


def explain(question_id: int) -> Explanation:
    """Why the running promise of a question is due when it is."""
    question = db.session.get(Question, question_id)
    if question is None:
        raise NotFound()
    promise = promise_of(question)
    terms = terms_of(question.product_id, question.kind.value, question.language)
    clock = _explained_clock(question_id)
    if terms is None or promise.why_none in (NO_POLICY, NO_HOURS) or not question.escalates:
        return Explanation(question_id, promise)
    start, target, what = question.created_at, peer_target(terms), ClockKind.PEER.value
    if clock is not None:
        start, target, what = clock.started_at, clock.target_seconds, clock.kind.value
    steps = explain_deadline(start, timedelta(seconds=target), terms.calendar)
    return Explanation(question_id, promise, start, target, terms.calendar.timezone, tuple(steps), what)


def _explained_clock(question_id: int) -> Clock | None:
    """The reply that is owed, else the peer window, of the latest cycle."""
    found = select(Clock).join(Case, Case.id == Clock.case_id).where(Case.question_id == question_id)
    clocks = list(db.session.scalars(found.where(Clock.kind != ClockKind.RESOLUTION).order_by(Clock.id)))
    return clocks[-1] if clocks else None
