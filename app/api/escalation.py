"""The support team's queue and its cases."""

from typing import Annotated

from pydantic import AliasChoices, Field

from app.api.actors import current_actor
from app.api.calling import call
from app.api.reading import Listed, Sent
from app.api.shapes import escalation as shapes
from app.api.shapes.escalation import CaseList, CaseShape
from app.domains.accounts.scopes import STAFF
from app.domains.escalation.actions import claiming, noting, raising, resolving
from app.domains.escalation.actions.claiming import case_to_change
from app.domains.escalation.models import CaseState
from app.domains.escalation.queries import case_page, staff_queue

ABOUT = "Cases"


class CasesQuery(Listed):
    state: Annotated[CaseState | None, Field(description="Without one: all that are with our team.")] = None
    queue: Annotated[str | None, Field(max_length=60, description="agents or leads.")] = None
    product: Annotated[str | None, Field(max_length=60)] = None
    mine: bool = False
    breached: Annotated[bool, Field(description="Those whose promised time is over.")] = False


class Nothing(Sent):
    """No field is needed."""


class NoteBody(Sent):
    note: Annotated[str, Field(validation_alias=AliasChoices("note", "body"), description="For staff only.")]


class RaiseBody(Sent):
    note: str = ""


class ResolveBody(Sent):
    reason: Annotated[str, Field(json_schema_extra={"enum": list(resolving.REASONS)})] = "answered"
    note: str = ""


@call("GET", "/staff/cases", about=ABOUT, scope=STAFF)
def list_cases(query: CasesQuery) -> CaseList:
    """Cases that you may work, the most urgent first."""
    page = staff_queue(
        current_actor(),
        query.state,
        query.product,
        query.mine,
        query.after,
        breached=query.breached,
        queue=query.queue,
        limit=query.per_page,
    )
    return CaseList(items=[shapes.card(row) for row in page.items], next=page.next)


@call("GET", "/staff/cases/<int:case_id>", about=ABOUT, scope=STAFF)
def get_case(case_id: int) -> CaseShape:
    """A case with its history and its clocks."""
    return shapes.case(case_page(current_actor(), case_id))


@call("POST", "/staff/cases/<int:case_id>/claim", about=ABOUT, scope=STAFF)
def claim_case(case_id: int, json: Nothing) -> CaseShape:
    """Take the case; 409 where somebody was faster."""
    claiming.claim_case(current_actor(), case_to_change(case_id, current_actor()))
    return get_case(case_id)


@call("POST", "/staff/cases/<int:case_id>/release", about=ABOUT, scope=STAFF)
def release_case(case_id: int, json: Nothing) -> CaseShape:
    """Give the case back; every clock goes on."""
    claiming.release_case(current_actor(), case_to_change(case_id, current_actor()))
    return get_case(case_id)


@call("POST", "/staff/cases/<int:case_id>/note", about=ABOUT, scope=STAFF)
def note_case(case_id: int, json: NoteBody) -> CaseShape:
    """Write something that only staff read."""
    noting.note_case(current_actor(), case_to_change(case_id, current_actor()), json.note)
    return get_case(case_id)


@call("POST", "/staff/cases/<int:case_id>/raise", about=ABOUT, scope=STAFF)
def raise_case(case_id: int, json: RaiseBody) -> CaseShape:
    """One level higher."""
    raising.raise_case(current_actor(), case_to_change(case_id, current_actor()), json.note)
    return get_case(case_id)


@call("POST", "/staff/cases/<int:case_id>/resolve", about=ABOUT, scope=STAFF)
def resolve_case(case_id: int, json: ResolveBody) -> CaseShape:
    """Finish an answered case."""
    resolving.resolve_case(current_actor(), case_to_change(case_id, current_actor()), json.reason, json.note)
    return get_case(case_id)
