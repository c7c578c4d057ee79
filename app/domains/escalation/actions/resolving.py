"""End a case by hand."""

from app.domains.accounts.actor import Actor
from app.domains.escalation.models import Case
from app.domains.escalation.notes import checked_note
from app.domains.escalation.policies import may_resolve
from app.domains.escalation.transitions.steps import resolve
from app.domains.questions.models import Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid
from app.kernel.i18n import _
from app.kernel.policy import require

# What staff may say; `accepted`, `confirmed` and `no_reply` are said by the asker and by the clock.
REASONS = ("answered", "answered_elsewhere", "fixed", "known_limit", "no_reply")


def resolve_case(actor: Actor, case: Case, reason: str, note: str = "") -> None:
    """Finished, for a reason of REASONS. The asker may say for 14 days that it is not."""
    require(may_resolve(actor, case, db.session.get_one(Question, case.question_id)))
    if reason not in REASONS:
        raise Invalid(fields={"reason": [_("Please choose a reason from the list.")]})
    if not resolve(case, now(), because=reason, actor_id=actor.id, note=checked_note(note, needed=False)):
        raise Conflict(_("This case has changed. Please look at it again."))
