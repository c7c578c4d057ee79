"""Who reaches what: one row for every route of the forum; tests/web/test_access.py asks each of them.

A row says for a GET or POST which roles get through (any answer but "sign in", 403 or 404), on an object of
somebody else (`foreign`), on one's own (`own`), on a hidden one of somebody else (`hidden`). Routes without an
object have `foreign` only. `form` is what a POST sends, so that the policy and not the form's emptiness answers.
A new route without its row fails the suite.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ROLES = ("guest", "member", "expert", "agent", "lead", "moderator", "pm", "admin")
ALL = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
GUESTS = frozenset({"guest"})
SIGNED_IN = ALL - {"guest"}
STAFF = frozenset({"agent", "lead", "pm", "admin"})
MODERATORS = frozenset({"moderator", "lead", "admin"})
SEE_HIDDEN = STAFF | MODERATORS
ADMINS = frozenset({"admin"})
DESK = frozenset({"agent", "lead", "admin"})
# Staff and moderators have the privileges of the highest level; experts edit, retag and close duplicates.
TRUSTED = SEE_HIDDEN | {"expert"}


@dataclass(frozen=True)
class Row:
    foreign: frozenset[str]
    own: frozenset[str] | None = None
    hidden: frozenset[str] | None = None
    form: Mapping[str, Any] = field(default_factory=dict)


def seen(foreign: frozenset[str] = ALL, own: frozenset[str] | None = None) -> Row:
    """A page about a post: hidden ones for those who see them."""
    return Row(foreign, own if own is not None else foreign, foreign & SEE_HIDDEN)


MATRIX: dict[tuple[str, str], Row] = {
    ("GET", "static"): Row(ALL),
    ("GET", "home.index"): Row(ALL),
    # questions
    ("GET", "questions.index"): Row(ALL),
    ("GET", "questions.ask"): Row(ALL),
    ("POST", "questions.ask"): Row(ALL),
    ("POST", "questions.preview"): Row(ALL, form={"body": "words"}),
    ("GET", "questions.show_question"): seen(),
    ("GET", "questions.short"): seen(),
    ("GET", "questions.revisions"): seen(),
    ("GET", "questions.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "questions.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "questions.close"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN, {"reason": "unclear"}),
    ("POST", "questions.reopen"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "questions.delete"): Row(MODERATORS, MODERATORS, MODERATORS),
    ("POST", "questions.restore"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),  # nothing was deleted: nothing happens
    ("POST", "questions.follow"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),
    # a guest's question
    ("GET", "guests.almost"): Row(ALL),
    ("POST", "guests.almost"): Row(ALL),
    ("GET", "guests.publish"): Row(NOBODY),  # only with a link's token, else 404
    ("POST", "guests.publish"): Row(NOBODY),
    # answers: `own` is an answer of one's own under somebody else's question
    ("POST", "answers.post"): Row(SIGNED_IN, SIGNED_IN, NOBODY, {"body": "Please restart it once more."}),
    ("GET", "answers.show_answer"): seen(),
    ("GET", "answers.fragment"): seen(),
    ("GET", "answers.revisions"): seen(),
    ("GET", "answers.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "answers.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN, {"body": "Please restart it once more."}),
    ("POST", "answers.accept"): Row(NOBODY, NOBODY, NOBODY),
    ("POST", "answers.unaccept"): Row(NOBODY, NOBODY, NOBODY),
    ("POST", "answers.did_not_help"): Row(NOBODY, NOBODY, NOBODY),
    ("POST", "answers.verify"): Row(STAFF, NOBODY, STAFF),
    ("POST", "answers.delete"): Row(MODERATORS, SIGNED_IN, MODERATORS),
    ("POST", "answers.restore"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),
    # comments and votes
    ("POST", "comments.on_question"): Row(SIGNED_IN, SIGNED_IN, NOBODY, {"body": "The same here."}),
    ("POST", "comments.on_answer"): Row(SIGNED_IN, SIGNED_IN, NOBODY, {"body": "The same here."}),
    ("POST", "comments.delete"): Row(MODERATORS, SIGNED_IN, MODERATORS),
    ("POST", "votes.cast"): Row(SIGNED_IN, NOBODY, NOBODY, {"post": "question:{question_id}", "value": "1"}),
    # the desk: a case that waits in the queue, of a question that a peer has answered
    ("GET", "escalation.queue"): Row(DESK),
    ("GET", "escalation.case"): Row(DESK, None, DESK),
    ("POST", "escalation.answer"): Row(DESK, None, NOBODY, {"body": "Please restart it once more."}),
    ("POST", "escalation.claim"): Row(DESK, None, DESK),
    ("POST", "escalation.release"): Row(NOBODY, None, NOBODY),  # nobody has claimed it
    ("POST", "escalation.reassign"): Row(DESK & MODERATORS, None, DESK & MODERATORS, {"owner": "{user_id}"}),
    ("POST", "escalation.raise_level"): Row(DESK, None, DESK),
    ("POST", "escalation.note"): Row(DESK, None, DESK, {"note": "Called them back."}),
    ("POST", "escalation.resolve"): Row(DESK, None, DESK, {"reason": "answered"}),
    ("POST", "escalation.ask_staff"): Row(NOBODY, NOBODY, NOBODY),  # it has an answer
    ("POST", "escalation.not_solved"): Row(NOBODY, frozenset({"member", "expert", "moderator"}), NOBODY),
    # moderation
    ("GET", "moderation.flag"): Row(SIGNED_IN, NOBODY, SEE_HIDDEN, {"post": "question:{question_id}"}),
    ("POST", "moderation.flag"): Row(SIGNED_IN, NOBODY, SEE_HIDDEN, {"post": "question:{question_id}", "reason": "spam"}),
    ("GET", "moderation.queue"): Row(MODERATORS),
    ("GET", "moderation.hide"): Row(MODERATORS, MODERATORS, MODERATORS, {"post": "question:{question_id}"}),
    ("POST", "moderation.hide"): Row(MODERATORS, MODERATORS, MODERATORS, {"post": "question:{question_id}"}),
    ("GET", "moderation.suspend"): Row(MODERATORS),
    ("POST", "moderation.suspend"): Row(MODERATORS, form={"days": "7", "reason": "rude words"}),
    ("GET", "moderation.log"): Row(ALL),
    # notifications and live pages
    ("GET", "notifications.inbox"): Row(SIGNED_IN),
    ("GET", "notifications.open_notice"): Row(NOBODY),  # another person's line is not there
    ("POST", "notifications.mark_read"): Row(SIGNED_IN),
    ("GET", "notifications.settings"): Row(SIGNED_IN),
    ("POST", "notifications.settings"): Row(SIGNED_IN),
    ("GET", "notifications.unsubscribe"): Row(NOBODY),  # only with a mail's token, else 404
    ("POST", "notifications.unsubscribe"): Row(NOBODY),
    ("GET", "notifications.solved"): Row(NOBODY),
    ("POST", "notifications.solved"): Row(NOBODY),
    ("GET", "notifications.not_yet"): Row(NOBODY),
    ("POST", "notifications.not_yet"): Row(NOBODY),
    ("GET", "live.events"): Row(ALL),
    ("GET", "live.state"): seen(),
    ("POST", "live.presence"): Row(ALL, ALL, SEE_HIDDEN, {"page": "a-key-of-this-page"}),
    # reputation
    ("GET", "reputation.leaderboard"): Row(ALL),
    ("GET", "reputation.why"): Row(ALL),
    ("GET", "reputation.invitations"): Row(SIGNED_IN),
    ("POST", "reputation.choose"): Row(SIGNED_IN, form={"invited": "y", "per_week": "5"}),
    ("POST", "reputation.decline"): Row(NOBODY),  # nobody here was asked: 404
}
