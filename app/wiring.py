"""THE PAGE TO READ FIRST: what follows from what.

event -> reactions, clock -> jobs, pages by name, search engine by name.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from app.domains.accounts import events as accounts
from app.domains.accounts import mails as account_mails
from app.domains.accounts import reactions as account_reactions
from app.domains.accounts import schedule as account_schedule
from app.domains.attachments import schedule as attachment_schedule
from app.domains.escalation import events as escalation
from app.domains.escalation import invariants as escalation_invariants
from app.domains.escalation import reactions as escalation_reactions
from app.domains.escalation import schedule as escalation_schedule
from app.domains.feedback import invariants as feedback_invariants
from app.domains.feedback import schedule as feedback_schedule
from app.domains.follows import reactions as follow_reactions
from app.domains.moderation import events as moderation
from app.domains.moderation import reactions as moderation_reactions
from app.domains.notifications import reactions as notification_reactions
from app.domains.notifications import schedule as notification_schedule
from app.domains.notifications.audience import AUDIENCES
from app.domains.notifications.away import promise_away_mail
from app.domains.notifications.channels import away_mail, email, round_up
from app.domains.notifications.holding import promise_held_mail
from app.domains.notifications.live import SAID_LIVE
from app.domains.questions import events as questions
from app.domains.questions import invariants as question_invariants
from app.domains.questions import reactions as question_reactions
from app.domains.questions import schedule as question_schedule
from app.domains.reputation import invariants as reputation_invariants
from app.domains.reputation import reactions as reputation_reactions
from app.domains.reputation import schedule as reputation_schedule
from app.domains.reputation.ledger_events import READ_EVENTS as LEDGER_EVENTS
from app.domains.search import reactions as search_reactions
from app.domains.search import schedule as search_schedule
from app.domains.search.engine import SearchEngine
from app.kernel import housekeeping, mail, uploads
from app.kernel.events import Event
from app.kernel.jobs import name_of
from app.kernel.schedule import Rhythm, daily, every
from app.kernel.settings import SITE_TIMEZONE

REACTIONS: dict[type[Event], list[Callable[..., Any]]] = {
    accounts.UserRegistered: [account_reactions.send_confirmation_link],
    accounts.RoleGranted: [account_reactions.tell_of_role],
    accounts.UserAnonymised: [
        follow_reactions.forget_follows,
        question_reactions.forget_drafts,
        question_reactions.forget_files,
        question_reactions.forget_reading,
        question_reactions.forget_name,
        reputation_reactions.forget_choices,
        notification_reactions.forget_notices,
        search_reactions.index_posts_of,
    ],
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

for _event in LEDGER_EVENTS:
    REACTIONS.setdefault(_event, []).append(reputation_reactions.advance_ledger)
REACTIONS[accounts.EmailConfirmed].append(reputation_reactions.review_level)
REACTIONS[questions.QuestionEdited].append(reputation_reactions.move_credits)
REACTIONS[questions.QuestionMoved].append(reputation_reactions.move_credits)
REACTIONS[questions.QuestionAsked].append(reputation_reactions.invite_experts)
REACTIONS[questions.AnswerPosted].append(reputation_reactions.note_answer_to_invitation)

# People are told last: of how things stand after the reactions above.
for _event in AUDIENCES:
    REACTIONS.setdefault(_event, []).append(notification_reactions.tell_people)
for _event in SAID_LIVE:
    REACTIONS.setdefault(_event, []).append(notification_reactions.show_live)
for _event in (questions.QuestionAsked, questions.AnswerPosted):
    REACTIONS[_event].append(notification_reactions.follow_own_thread)
REACTIONS[questions.AnswerPosted].append(notification_reactions.expect_a_word)
for _event in (*search_reactions.INDEXED, *escalation.CASE_CHANGES):
    REACTIONS.setdefault(_event, []).append(search_reactions.index_questions)

SCHEDULE: dict[Callable[[], Any], Rhythm] = {
    # A promise may be as short as a minute, and somebody watches its countdown.
    escalation_schedule.sweep_overdue: every(seconds=2),
    feedback_schedule.build_digests: every(minutes=5),
    feedback_schedule.confirm_shipped: every(hours=1),
    search_schedule.check_index: every(seconds=10),
    search_schedule.forget_misses: daily("03:50"),
    reputation_schedule.review_standing: daily("03:10"),
    housekeeping.forget_old: daily("03:30"),
    housekeeping.heed_the_clock: every(seconds=10),
    question_schedule.forget_pending: every(hours=1),
    question_schedule.forget_drafts: daily("03:55"),
    question_schedule.forget_files: every(hours=1),
    attachment_schedule.remove_strays: daily("04:05"),
    account_schedule.forget_expired: daily("03:40"),
    account_schedule.remove_stray_avatars: daily("04:10"),
    promise_held_mail: every(seconds=10),
    promise_away_mail: every(minutes=15),
    notification_schedule.forget_absent: every(seconds=10),
    notification_schedule.forget_live_messages: every(hours=1),
}

# Work that is enqueued by name and not by an event.
WORK: list[Callable[..., Any]] = [
    mail.send_promised,
    uploads.remove_promised,
    account_mails.mail_confirmation_link,
    account_mails.mail_account_exists,
    account_mails.mail_reset_link,
    account_mails.mail_change_link,
    account_mails.mail_notice,
    email.deliver,
    email.deliver_thread,
    round_up.deliver_round,
    away_mail.deliver_away,
    notification_reactions.remind_asker,
    escalation_reactions.recount_from,
]

# What `flask doctor` asks: every query must return no row.
INVARIANTS: list[Any] = [
    *escalation_invariants.INVARIANTS,
    *feedback_invariants.INVARIANTS,
    *question_invariants.INVARIANTS,
    *reputation_invariants.INVARIANTS,
]

# A renamed reaction keeps its old name here for one release, so that no waiting job is stranded.
RENAMED: dict[str, Callable[..., Any]] = {}

PAGES = [
    "app.web.home:pages",
    "app.web.frame:pages",
    "app.web.sheets:pages",
    "app.web.accounts:pages",
    "app.web.admin:pages",
    "app.web.tags:pages",
    "app.web.products:pages",
    "app.web.help:pages",
    "app.web.health:pages",
    "app.web.metrics:pages",
    "app.web.design:pages",
    "app.web.drafts:pages",
    "app.web.editor:pages",
    "app.web.attachments:pages",
    "app.web.asking:pages",
    "app.web.hints:pages",
    "app.web.questions:pages",
    "app.web.guests:pages",
    "app.web.answers:pages",
    "app.web.versions:pages",
    "app.web.comments:pages",
    "app.web.votes:pages",
    "app.web.escalation:pages",
    "app.web.search:pages",
    "app.web.notifications:pages",
    "app.web.live:pages",
    "app.web.moderation:pages",
    "app.web.feedback:pages",
    "app.web.reputation:pages",
    "app.api:calls",
    "app.web.demonstration:pages",
]

# What a page needs besides blueprints: how people come in, what templates can use, what an error looks like.
EDGES = [
    "app.kernel.rows:install",
    "app.web.sessions:install",
    "app.web.tracing:install",
    "app.web.page_cache:install",  # before a request that needs no more, and after it when the page is whole
    "app.web.assets:install",
    "app.web.sheets:install",
    "app.web.context:install",
    "app.web.parts:install",
    "app.web.follows:install",
    "app.web.threads:install",
    "app.web.frame:install",
    "app.web.attachments:install",
    "app.web.door:install",
    "app.api.tokens:install",
    "app.api.errors:install",
    "app.web.second_factor:install",
    "app.web.errors:install",
    "app.web.headers:install",
    "app.cli:install",
    "app.web.readers:install",
    "app.web.notifications:install",
    "app.web.live:install",
    "app.web.demonstration:install",
    "app.web.proxies:install",
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
    """Engines by name. Whoosh is pure Python and always there; tantivy has no wheel on some machines."""
    engines: dict[str, Any] = {"whoosh": _whoosh}
    with suppress(ImportError):
        engines["tantivy"] = import_module("app.domains.search.engines.tantivy").TantivyEngine
    return engines


def _whoosh(directory: Path, *, writable: bool) -> SearchEngine:
    """Imported where an index is opened with it."""
    engine: SearchEngine = import_module("app.domains.search.engines.whoosh").WhooshEngine(directory, writable)
    return engine


__all__ = ["PAGES", "EDGES", "Wiring", "build", "daily", "every", "search_engines"]
