"""Notes among staff: lines of a case's history that the asker never sees."""

from app.domains.accounts.actor import Actor
from app.domains.escalation.actions.claiming import renew_lease
from app.domains.escalation.models import Case
from app.domains.escalation.notes import checked_note
from app.domains.escalation.policies import may_note
from app.domains.escalation.transitions.changing import change_case
from app.kernel.policy import require


def note_case(actor: Actor, case: Case, text: str) -> None:
    require(may_note(actor, case))
    change_case(case, "note", {}, actor_id=actor.id, note=checked_note(text))
    renew_lease(actor, case)
