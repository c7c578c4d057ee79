"""What a person can be told: one row a kind. A new kind is this row, a line in audience.py and a sentence in
`templates/notifications/_<kind>.html`.
"""

from dataclasses import dataclass
from typing import Any

from app.domains.accounts.actor import Actor
from app.domains.notifications.models import Frequency
from app.kernel.i18n import _l

WORK = frozenset({"agent", "lead", "admin"})
LEADS = frozenset({"lead", "admin"})
READS_DIGESTS = frozenset({"pm", "lead", "admin"})


FREQUENCIES = tuple(Frequency)
OWN, FOLLOWED, WORKING = "own", "followed", "working"
GROUPS = (
    (OWN, _l("My questions and answers")),
    (FOLLOWED, _l("What I follow")),
    (WORKING, _l("My work")),
)


@dataclass(frozen=True)
class Kind:
    """`by_mail` is its default, at once or never; `roles` are those who choose, empty = everybody.
    A duty is heard also by somebody who muted the question; mail of an urgent kind is not held until it may have been
    read in the forum, and can wait for no round-up; a fixed kind has no choice, because its mail is not ours:
    accounts tells of a new role whatever anybody chose.
    """

    name: str
    about: Any
    by_mail: bool = True
    roles: frozenset[str] = frozenset()
    is_duty: bool = False
    fixed: bool = False
    urgent: bool = False
    group: str = OWN

    @property
    def usual(self) -> Frequency:
        return Frequency.AT_ONCE if self.by_mail else Frequency.NEVER

    @property
    def choices(self) -> tuple[Frequency, ...]:
        """What a person may choose of it."""
        return (Frequency.AT_ONCE, Frequency.NEVER) if self.urgent else FREQUENCIES

    def frequency(self, chosen: Frequency | None) -> Frequency:
        """As the person has chosen; None where they have not."""
        return self.usual if chosen is None else chosen

    def switchable_by(self, actor: Actor) -> bool:
        return not self.fixed and (not self.roles or actor.role in self.roles)


class RoundUp(Kind):
    """The mail that tells of many kinds; its own way out ends what comes by it."""


class Away(Kind):
    """Not of an event: what happened while somebody was not here, once a week."""

    @property
    def usual(self) -> Frequency:
        return Frequency.WEEKLY

    @property
    def choices(self) -> tuple[Frequency, ...]:
        return Frequency.WEEKLY, Frequency.NEVER


_ALL = (
    Kind("answer_posted", _l("An answer to my question, or to one that I follow")),
    Kind("staff_answered", _l("Our team answered my question")),
    Kind("solved_reminder", _l("One reminder after three days: did the answer help?")),
    Kind("comment_posted", _l("A comment on my question or answer")),
    Kind("mentioned", _l("Somebody named me with an @")),
    Kind("answer_accepted", _l("My answer solved a question")),
    Kind("case_reminded", _l("Our team waits for my reply"), is_duty=True),
    Kind("post_hidden", _l("Something I wrote was hidden"), is_duty=True),
    Kind("role_granted", _l("My role changed"), by_mail=False, is_duty=True, fixed=True),
    Kind(
        "question_asked",
        _l("A new question with a tag or about a product that I follow"),
        by_mail=False,
        group=FOLLOWED,
    ),
    Kind("question_closed", _l("My question, or one that I follow, was closed"), group=FOLLOWED),
    Kind("feedback_state_changed", _l("News of a wish or fault that I stand behind"), group=FOLLOWED),
    Kind("invited", _l("I am asked to help with a question"), is_duty=True, group=WORKING),
    Kind(
        "question_escalated",
        _l("A question came into the queue"),
        roles=WORK,
        is_duty=True,
        urgent=True,
        group=WORKING,
    ),
    Kind("case_raised", _l("A case was raised by a level"), roles=LEADS, is_duty=True, urgent=True, group=WORKING),
    Kind(
        "case_overdue",
        _l("A case waits beyond its last level"),
        roles=LEADS,
        is_duty=True,
        urgent=True,
        group=WORKING,
    ),
    Kind(
        "digest_ready",
        _l("A product's digest is ready"),
        roles=READS_DIGESTS,
        is_duty=True,
        urgent=True,
        group=WORKING,
    ),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
ROUND_UP = RoundUp("round_up", _l("The daily or weekly round-up"))
AWAY = Away("away", _l("What happened while I was away"), group=FOLLOWED)
MAILS: dict[str, Kind] = {**KINDS, ROUND_UP.name: ROUND_UP, AWAY.name: AWAY}
"""What a mail can be about, and its way out can end."""

# What its asker may answer with "This solved it" or "Not yet".
ABOUT_AN_ANSWER = frozenset({"answer_posted", "staff_answered", "solved_reminder"})
