"""The one door through which a case changes: conditional UPDATE, history, event and the question's mark, together.

Nobody but the other rooms of this domain calls it; they have asked their policy (a person) or need none (the clock).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from app.domains.escalation import events
from app.domains.escalation.models import WITH_STAFF, Case, CaseEvent, CaseState
from app.domains.escalation.replay import plain, stored
from app.domains.questions.actions.asking import set_with_staff
from app.extensions import db
from app.kernel.clock import now
from app.kernel.events import publish

PUBLISHES: dict[str, type[events.CaseChanged]] = {
    "queued": events.QuestionEscalated,
    "raised": events.CaseRaised,
    "still_waiting": events.CaseOverdue,
    "claimed": events.CaseClaimed,
    "reassigned": events.CaseClaimed,
    "released": events.CaseReleased,
    "answered": events.CaseAnswered,
    "waiting_asker": events.CaseWaiting,
    "reminded": events.CaseReminded,
    "returned": events.CaseReturned,
    "stood_down": events.CaseStoodDown,
    "resolved": events.CaseResolved,
    "cancelled": events.CaseCancelled,
    "note": events.CaseNoted,
}
"""By kind of case event; kinds that are left out change nothing that anybody else shows."""


def change_case(
    case: Case,
    kind: str,
    values: dict[str, Any],
    *,
    actor_id: int | None = None,
    because: str = "",
    note: str = "",
    where: Sequence[Any] = (),
    data: dict[str, Any] | None = None,
) -> bool:
    """Set `values` where the row is still as it was read and `where` holds; False, and nothing done, where not.

    The winner's CaseEvent, stored event and jobs are in the same transaction as the UPDATE.
    """
    was_with_staff, owner_before = case.state in WITH_STAFF, case.owner_id
    guarded = update(Case).where(Case.id == case.id, Case.version == case.version, *where)
    changed = guarded.values(**values, version=Case.version + 1, updated_at=now())
    result: Any = db.session.execute(changed, execution_options={"synchronize_session": False})
    if not result.rowcount:
        return False
    db.session.refresh(case)
    _tell(case, kind, plain(values), actor_id, because, note, owner_before, was_with_staff, data or {})
    return True


def open_case(case: Case) -> Case:
    """Store a new case with its first line of history."""
    db.session.add(case)
    db.session.flush()
    db.session.refresh(case)
    _remember(case, "armed", {"set": stored(case)}, None, "")
    return case


def _tell(
    case: Case,
    kind: str,
    values: dict[str, Any],
    actor_id: int | None,
    because: str,
    note: str,
    owner_before: int | None,
    was_with_staff: bool,
    data: dict[str, Any],
) -> None:
    is_with_staff = case.state in WITH_STAFF
    if was_with_staff != is_with_staff:
        set_with_staff(case.question_id, is_with_staff)
    stored_data = {"set": values, **({"because": because} if because else {}), **data}
    # A case that never reached staff leaves silently.
    if kind in PUBLISHES and (kind != "cancelled" or was_with_staff or case.queued_at is not None):
        stored_data["event_id"] = publish(_event(case, kind, actor_id, because, owner_before))
    _remember(case, kind, stored_data, actor_id, note)


def _event(
    case: Case, kind: str, actor_id: int | None, because: str, owner_before: int | None
) -> events.CaseChanged:
    return PUBLISHES[kind](
        question_id=case.question_id,
        case_id=case.id,
        product_id=case.product_id,
        state=CaseState(case.state).value,
        level=case.level,
        cycle=case.cycle,
        owner_id=case.owner_id,
        owner_before_id=owner_before if owner_before != case.owner_id else None,
        because=because,
        actor_id=actor_id,
    )


def _remember(case: Case, kind: str, data: dict[str, Any], actor_id: int | None, note: str) -> None:
    row = CaseEvent(case_id=case.id, kind=kind, state=case.state, cycle=case.cycle, level=case.level)
    row.actor_id, row.owner_id, row.note, row.data, row.at = actor_id, case.owner_id, note, data, now()
    db.session.add(row)
    db.session.flush()
