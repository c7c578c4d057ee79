"""Notes among staff: lines of a case's history that the asker never sees."""

from app.domains.accounts.actor import Actor
from app.domains.escalation.actions.changing import change_case
from app.domains.escalation.actions.claiming import renew_lease
from app.domains.escalation.models import Case
from app.domains.escalation.policies import may_note
from app.domains.questions.writing import clean_text
from app.kernel.errors import Invalid
from app.kernel.i18n import _
from app.kernel.policy import require

LONGEST_NOTE = 4000


def note_case(actor: Actor, case: Case, text: str) -> None:
    require(may_note(actor, case))
    change_case(case, "note", {}, actor_id=actor.id, note=checked_note(text))
    renew_lease(actor, case)


def checked_note(text: str, *, needed: bool = True, field: str = "note") -> str:
    """The text as it is stored; Invalid where it is empty (and needed) or too long."""
    clean = clean_text(text)
    if needed and not clean:
        raise Invalid(fields={field: [_("Please write something here.")]})
    if len(clean) > LONGEST_NOTE:
        sentence = _("The text has %(have)s characters; at most %(most)s fit.", have=len(clean), most=LONGEST_NOTE)
        raise Invalid(fields={field: [sentence]})
    return clean
