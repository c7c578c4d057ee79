"""What a person did at the desk, for the export of their data."""

from app.domains.escalation.models import Case, CaseEvent
from app.kernel.own_rows import Own

OWN = {
    "cases_owned": Own(Case.owner_id, ("because",)),
    "case_events": Own(CaseEvent.actor_id, ("owner_id", "data")),
}
