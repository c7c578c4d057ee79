"""THE PAGE TO READ FIRST: what follows from what.

event -> reactions, clock -> jobs, pages by name, search engine by name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.domains.accounts import events as accounts
from app.domains.accounts import mails as account_mails
from app.domains.accounts import reactions as account_reactions
from app.domains.accounts import schedule as account_schedule
from app.domains.escalation import events as escalation
from app.domains.escalation import invariants as escalation_invariants
from app.domains.escalation import reactions as escalation_reactions
from app.domains.escalation import schedule as escalation_schedule
from app.domains.moderation import events as moderation
from app.domains.moderation import reactions as moderation_reactions
from app.domains.questions import events as questions
from app.kernel import mail
from app.kernel.events import Event
from app.kernel.jobs import name_of
from app.kernel.schedule import Rhythm, daily, every
from app.kernel.settings import SITE_TIMEZONE

REACTIONS: dict[type[Event], list[Callable[..., Any]]] = {
    accounts.UserRegistered: [account_reactions.send_confirmation_link],
    accounts.RoleGranted: [account_reactions.tell_of_role],
    questions.QuestionAsked: [moderation_reactions.review_new_post, escalation_reactions.refresh_case],
    questions.QuestionEdited: [escalation_reactions.refresh_case],
    questions.QuestionMoved: [escalation_reactions.refresh_case],
    questions.QuestionClosed: [escalation_reactions.refresh_case],
    questions.QuestionReopened: [escalation_reactions.refresh_case],
    questions.QuestionDeleted: [escalation_reactions.refresh_case],
    questions.QuestionRestored: [escalation_reactions.refresh_case],
    questions.AnswerPosted: [moderation_reactions.review_new_post, escalation_reactions.refresh_case],
    questions.AnswerDeleted: [escalation_reactions.refresh_case],
    questions.AnswerRestored: [escalation_reactions.refresh_case],
    questions.AnswerAccepted: [escalation_reactions.refresh_case],
    questions.AcceptanceWithdrawn: [escalation_reactions.refresh_case],
    questions.AnswerDidNotHelp: [escalation_reactions.refresh_case],
    questions.CommentPosted: [moderation_reactions.review_new_post, escalation_reactions.refresh_case],
    questions.CommentDeleted: [escalation_reactions.refresh_case],
    questions.PostHidden: [escalation_reactions.refresh_case],
    questions.PostRestored: [escalation_reactions.refresh_case],
    moderation.PostFlagged: [moderation_reactions.hide_what_many_flagged],
    escalation.PolicyChanged: [escalation_reactions.recount_deadlines],
}

SCHEDULE: dict[Callable[[], Any], Rhythm] = {
    # A promise may be as short as a minute, and somebody watches its countdown.
    escalation_schedule.sweep_overdue: every(seconds=2),
    account_schedule.forget_expired: daily("03:40"),
}

# Work that is enqueued by name and not by an event.
WORK: list[Callable[..., Any]] = [
    mail.send_promised,
    account_mails.mail_confirmation_link,
    account_mails.mail_account_exists,
    account_mails.mail_reset_link,
    account_mails.mail_change_link,
    account_mails.mail_notice,
    escalation_reactions.recount_from,
]

# What `flask doctor` asks: every query must return no row.
INVARIANTS: list[Any] = [
    *escalation_invariants.INVARIANTS,
]

# A renamed reaction keeps its old name here for one release, so that no waiting job is stranded.
RENAMED: dict[str, Callable[..., Any]] = {}

PAGES = [
    "app.web.home:pages",
    "app.web.accounts:pages",
    "app.web.questions:pages",
    "app.web.guests:pages",
    "app.web.answers:pages",
    "app.web.comments:pages",
    "app.web.votes:pages",
    "app.web.moderation:pages",
]

# What a page needs besides blueprints: how people come in, what templates can use, what an error looks like.
EDGES = [
    "app.web.context:install",
    "app.web.door:install",
    "app.web.second_factor:install",
    "app.web.errors:install",
    "app.web.headers:install",
]


@dataclass(frozen=True)
class Wiring:
    """The tables above as the kernel uses them: it finds reactions by name and imports none."""

    reactions: dict[type[Event], list[Callable[..., Any]]]
    schedule: dict[str, tuple[Callable[[], Any], Rhythm]]
    work: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def reactions_to(self, kind: type[Event]) -> list[Callable[..., Any]]:
        return self.reactions.get(kind, [])

    def timezone(self) -> str:
        return SITE_TIMEZONE.value()


def build() -> Wiring:
    work = [reaction for reactions in REACTIONS.values() for reaction in reactions] + WORK
    named = {name_of(function): function for function in work} | RENAMED
    return Wiring(REACTIONS, {name_of(task): (task, rhythm) for task, rhythm in SCHEDULE.items()}, named)


def search_engines() -> dict[str, Any]:
    return {}


__all__ = ["PAGES", "EDGES", "Wiring", "build", "daily", "every", "search_engines"]
