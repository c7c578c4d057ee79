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


# Arguments of an address that another subject calls by the same name.
ARGUMENTS: dict[str, dict[str, str]] = {
    "products": {"slug": "mesh"},
    "sheets": {"names": "tokens-page"},
    "admin": {"slug": "mesh", "step": "name"},
    "tags": {"name": "wifi"},
    "help": {"topic": "promise"},
    "attachments": {"name": "{file}"},
    "drafts": {"form": "answer:{question_id}"},
}

MATRIX: dict[tuple[str, str], Row] = {
    ("GET", "static"): Row(ALL),
    ("GET", "home.index"): Row(ALL),
    ("GET", "frame.manifest"): Row(ALL),
    ("GET", "sheets.show"): Row(ALL),
    ("GET", "help.index"): Row(ALL),
    ("GET", "help.show"): Row(ALL),
    ("GET", "health.alive"): Row(ALL),
    ("GET", "health.ready"): Row(ALL),
    ("GET", "metrics.metrics"): Row(ALL),  # from this machine; from elsewhere: tests/web/test_metrics.py
    ("GET", "design.index"): Row(ALL),
    # questions
    ("GET", "questions.index"): Row(ALL),
    ("GET", "asking.ask"): Row(ALL),
    ("POST", "asking.ask"): Row(ALL),
    ("POST", "asking.preview"): Row(ALL, form={"body": "words"}),
    ("POST", "hints.guide"): Row(ALL, form={"product": "mesh"}),
    ("POST", "hints.hints"): Row(ALL, form={"title": "words"}),
    ("GET", "questions.show_question"): seen(),
    ("GET", "questions.short"): seen(),
    ("GET", "questions.share"): seen(),
    ("GET", "questions.revisions"): seen(),
    ("GET", "questions.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "questions.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "questions.close"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN, {"reason": "unclear"}),
    ("POST", "questions.reopen"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "questions.delete"): Row(MODERATORS, MODERATORS, MODERATORS),
    ("POST", "questions.restore"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),  # nothing was deleted: nothing happens
    ("POST", "questions.follow"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),
    # drafts: one's own only; of what one may not see there is none
    ("GET", "drafts.index"): Row(SIGNED_IN),
    ("PUT", "drafts.save"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN, {"body": "Half an answer"}),
    ("POST", "drafts.keep"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN, {"body": "Half an answer"}),
    ("POST", "drafts.discard"): Row(SIGNED_IN),
    # what the editor asks while somebody writes, as visitors may; names are for members
    ("GET", "editor.tools"): Row(ALL),
    ("POST", "editor.markdown"): Row(ALL, form={"html": "<b>words</b>"}),
    ("GET", "editor.tags"): Row(ALL, form={"q": "wi"}),
    ("GET", "editor.people"): Row(SIGNED_IN, form={"q": "an"}),
    # a guest's question
    ("GET", "guests.almost"): Row(ALL),
    ("POST", "guests.almost"): Row(ALL),
    ("GET", "guests.publish"): Row(NOBODY),  # only with a link's token, else 404
    ("POST", "guests.publish"): Row(NOBODY),
    # files: seen as the post that holds them; nobody takes a file out of a post, nor one that is not their own
    ("POST", "attachments.upload"): Row(SIGNED_IN),
    ("POST", "attachments.take_back"): Row(NOBODY, SIGNED_IN, NOBODY),
    ("GET", "attachments.show"): seen(),
    # answers: `own` is an answer of one's own under somebody else's question
    ("POST", "answers.post"): Row(SIGNED_IN, SIGNED_IN, NOBODY, {"body": "Please restart it once more."}),
    ("GET", "answers.show_answer"): seen(),
    ("GET", "answers.fragment"): Row(ALL, ALL, SEE_HIDDEN, {"ids": "{answer_id}"}),
    ("GET", "questions.fragment"): seen(),
    ("GET", "answers.revisions"): seen(),
    ("GET", "answers.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN),
    ("POST", "answers.edit"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN, {"body": "Please restart it once more."}),
    ("POST", "answers.accept"): Row(NOBODY, NOBODY, NOBODY),
    ("POST", "answers.unaccept"): Row(NOBODY, NOBODY, NOBODY),
    ("POST", "answers.did_not_help"): Row(NOBODY, NOBODY, NOBODY),
    ("POST", "answers.verify"): Row(STAFF, NOBODY, STAFF),
    ("POST", "answers.delete"): Row(MODERATORS, SIGNED_IN, MODERATORS),
    ("POST", "answers.restore"): Row(SIGNED_IN, SIGNED_IN, SEE_HIDDEN),
    # an answer in another language
    ("GET", "versions.missing"): Row(ALL),
    ("GET", "versions.write"): Row(SIGNED_IN, SIGNED_IN, NOBODY),
    ("POST", "versions.write"): Row(SIGNED_IN, SIGNED_IN, NOBODY, {"body": "请再重新启动一次，然后等待一会儿。"}),
    ("POST", "versions.join"): Row(NOBODY, NOBODY, NOBODY, {"answer": "0"}),
    ("POST", "versions.part"): Row(SEE_HIDDEN, SIGNED_IN, SEE_HIDDEN),
    # comments and votes
    ("GET", "comments.begin_on_question"): Row(SIGNED_IN, SIGNED_IN, NOBODY),
    ("GET", "comments.begin_on_answer"): Row(SIGNED_IN, SIGNED_IN, NOBODY),
    ("POST", "comments.on_question"): Row(SIGNED_IN, SIGNED_IN, NOBODY, {"body": "The same here."}),
    ("POST", "comments.on_answer"): Row(SIGNED_IN, SIGNED_IN, NOBODY, {"body": "The same here."}),
    ("GET", "comments.show_comment"): seen(),
    ("GET", "comments.edit"): Row(MODERATORS, SIGNED_IN, MODERATORS),
    ("POST", "comments.edit"): Row(MODERATORS, SIGNED_IN, MODERATORS, {"body": "The same here, again."}),
    ("GET", "comments.revisions"): seen(),
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
    ("POST", "moderation.flag"): Row(
        SIGNED_IN, NOBODY, SEE_HIDDEN, {"post": "question:{question_id}", "reason": "spam"}
    ),
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
    ("POST", "notifications.mute_here"): Row(NOBODY),  # of no question
    ("GET", "notifications.settings"): Row(SIGNED_IN),
    ("POST", "notifications.settings"): Row(SIGNED_IN),
    ("GET", "notifications.unsubscribe"): Row(NOBODY),  # only with a mail's token, else 404
    ("POST", "notifications.unsubscribe"): Row(NOBODY),
    ("GET", "notifications.mute"): Row(NOBODY),
    ("POST", "notifications.mute"): Row(NOBODY),
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
    # accounts: everything here is about oneself, so there is no foreign object; links need a mail's token
    ("GET", "accounts.login"): Row(ALL),
    ("POST", "accounts.login"): Row(ALL, form={"login": "nobody", "password": "x"}),
    ("GET", "accounts.second_step"): Row(NOBODY),  # only after the password
    ("POST", "accounts.second_step"): Row(NOBODY),
    ("GET", "accounts.sign_in_link"): Row(NOBODY),
    ("POST", "accounts.sign_in_link"): Row(NOBODY),
    ("GET", "accounts.refresh"): Row(SIGNED_IN),
    ("POST", "accounts.refresh"): Row(SIGNED_IN),
    ("POST", "accounts.logout"): Row(ALL),
    ("GET", "accounts.register"): Row(ALL),
    ("POST", "accounts.register"): Row(ALL),
    ("GET", "accounts.check_mail"): Row(ALL),
    ("POST", "accounts.send_again"): Row(ALL, form={"email": "nobody@example.com"}),
    ("GET", "accounts.kept_for_address"): Row(ALL),
    ("GET", "accounts.demo_mail"): Row(NOBODY),  # only in the demonstration
    ("GET", "accounts.confirm"): Row(NOBODY),
    ("POST", "accounts.confirm"): Row(NOBODY),
    ("GET", "accounts.confirm_change"): Row(NOBODY),
    ("POST", "accounts.confirm_change"): Row(NOBODY),
    ("GET", "accounts.forgot"): Row(ALL),
    ("POST", "accounts.forgot"): Row(ALL, form={"email": "nobody@example.com"}),
    ("GET", "accounts.reset"): Row(NOBODY),
    ("POST", "accounts.reset"): Row(NOBODY),
    ("GET", "accounts.profile"): Row(ALL),
    ("GET", "accounts.settings"): Row(SIGNED_IN),
    ("GET", "accounts.preferences"): Row(SIGNED_IN),
    ("POST", "accounts.preferences"): Row(SIGNED_IN, form={"language": "en", "timezone": "UTC", "theme": "auto"}),
    ("GET", "accounts.edit_profile"): Row(SIGNED_IN),
    ("POST", "accounts.edit_profile"): Row(SIGNED_IN),
    ("POST", "accounts.preview_about"): Row(SIGNED_IN),
    ("GET", "accounts.avatar"): Row(NOBODY),  # no picture has this name; those that there are, everybody sees
    ("POST", "accounts.set_avatar"): Row(SIGNED_IN),
    ("POST", "accounts.remove_avatar"): Row(SIGNED_IN),
    ("GET", "accounts.account"): Row(SIGNED_IN),
    ("POST", "accounts.change_address"): Row(SIGNED_IN),
    ("POST", "accounts.delete_account"): Row(SIGNED_IN),
    ("GET", "accounts.security"): Row(SIGNED_IN),
    ("POST", "accounts.change_password"): Row(SIGNED_IN),
    ("GET", "accounts.second_factor"): Row(SIGNED_IN),
    ("POST", "accounts.second_factor"): Row(SIGNED_IN),
    ("GET", "accounts.recovery_codes"): Row(SIGNED_IN),
    ("POST", "accounts.recovery_codes"): Row(SIGNED_IN),
    ("GET", "accounts.second_factor_off"): Row(SIGNED_IN),
    ("POST", "accounts.second_factor_off"): Row(SIGNED_IN),
    ("GET", "accounts.sessions"): Row(SIGNED_IN),
    ("POST", "accounts.end_session"): Row(NOBODY),  # another person's browser is not there
    ("POST", "accounts.end_other_sessions"): Row(SIGNED_IN),
    ("GET", "accounts.tokens"): Row(SIGNED_IN),
    ("POST", "accounts.tokens"): Row(SIGNED_IN),
    ("POST", "accounts.revoke_token"): Row(NOBODY),  # another person's token is not there
    ("GET", "accounts.export"): Row(SIGNED_IN),
    ("GET", "accounts.export_file"): Row(SIGNED_IN),
    ("POST", "accounts.set_language"): Row(ALL),
    ("POST", "accounts.set_theme"): Row(ALL),
    # products and tags
    ("GET", "products.index"): Row(ALL),
    ("GET", "products.show"): Row(ALL),
    ("POST", "products.follow"): Row(SIGNED_IN),
    ("POST", "products.set_expert"): Row(frozenset({"lead", "admin"}), form={"name": "somebody else"}),
    ("GET", "tags.index"): Row(ALL),
    ("GET", "tags.show"): Row(ALL),
    ("GET", "tags.edit"): Row(TRUSTED),
    ("POST", "tags.edit"): Row(TRUSTED),
    ("POST", "tags.follow"): Row(SIGNED_IN),
    # feedback and digests: experts and moderators read the list, people behind an item its page
    ("GET", "feedback.index"): Row(TRUSTED),
    ("GET", "feedback.label"): Row(TRUSTED, SIGNED_IN, SEE_HIDDEN, {"post": "question:{question_id}"}),
    ("POST", "feedback.add_label"): Row(
        TRUSTED, SIGNED_IN, SEE_HIDDEN, {"post": "question:{question_id}", "type": "praise"}
    ),
    ("POST", "feedback.remove_label"): Row(SEE_HIDDEN, SIGNED_IN),
    ("GET", "feedback.item"): Row(TRUSTED, SIGNED_IN),
    ("POST", "feedback.change"): Row(STAFF, STAFF, form={"state": "triaged"}),
    ("POST", "feedback.separate"): Row(STAFF, STAFF),
    ("POST", "feedback.edit"): Row(STAFF, STAFF),
    ("POST", "feedback.follow"): Row(TRUSTED, SIGNED_IN),
    ("GET", "feedback.digests"): Row(STAFF),
    ("GET", "feedback.newest_digest"): Row(STAFF),
    ("GET", "feedback.digest"): Row(STAFF),
    ("GET", "feedback.digest_json"): Row(STAFF),
    ("GET", "feedback.preview"): Row(STAFF, form={"product": "mesh"}),
    # administration
    ("GET", "admin.index"): Row(ADMINS),
    ("GET", "admin.setup"): Row(ADMINS),
    ("GET", "admin.setup_step"): Row(ADMINS),
    ("POST", "admin.save_step"): Row(ADMINS, form={"skip": "1"}),
    ("POST", "admin.finish_setup"): Row(ADMINS),
    ("GET", "admin.users"): Row(ADMINS),
    ("GET", "admin.user"): Row(ADMINS),
    ("POST", "admin.set_role"): Row(ADMINS, form={"role": "agent"}),
    ("POST", "admin.suspend"): Row(ADMINS, form={"days": "7", "reason": "rude words"}),
    ("POST", "admin.lift"): Row(ADMINS),
    ("POST", "admin.appoint"): Row(ADMINS, form={"product": "{product_id}"}),
    ("POST", "admin.second_factor_off"): Row(ADMINS),
    ("GET", "admin.settings"): Row(ADMINS),
    ("POST", "admin.change"): Row(ADMINS, form={"site.name": "Ask us"}),
    ("GET", "admin.products"): Row(ADMINS),
    ("GET", "admin.new_product"): Row(ADMINS),
    ("POST", "admin.new_product"): Row(ADMINS),
    ("GET", "admin.product"): Row(ADMINS),
    ("POST", "admin.edit_product"): Row(ADMINS, form={"name": "Another name"}),
    ("POST", "admin.set_calendar"): Row(ADMINS, form={"timezone": "UTC", "weekday_0": "09:00-18:00"}),
    ("POST", "admin.set_promise"): Row(ADMINS),
    ("POST", "admin.set_team"): Row(ADMINS),
    ("POST", "admin.set_kinds"): Row(ADMINS),
    ("GET", "admin.guide"): Row(ADMINS),
    ("POST", "admin.guide"): Row(ADMINS),
    ("GET", "admin.mail"): Row(ADMINS),
    ("GET", "admin.one_mail"): Row(NOBODY),  # no mail is kept here
    ("GET", "admin.mail_html"): Row(NOBODY),
    ("POST", "admin.send_test_mail"): Row(ADMINS),
    ("GET", "admin.jobs"): Row(ADMINS),
    ("POST", "admin.retry_all"): Row(ADMINS),
    ("POST", "admin.retry"): Row(ADMINS),
    ("GET", "admin.events"): Row(ADMINS),
    ("GET", "admin.search"): Row(ADMINS),
    ("POST", "admin.rebuild_search"): Row(ADMINS),
    # search
    ("GET", "search.results"): Row(ALL),
    ("GET", "search.similar"): Row(ALL),
    # the demonstration: on a forum that is none, nothing of it is there
    ("GET", "demonstration.people"): Row(NOBODY),
    ("GET", "demonstration.start"): Row(NOBODY),
    ("GET", "demonstration.fresh_banner"): Row(NOBODY),
    ("POST", "demonstration.be"): Row(NOBODY),
    ("POST", "demonstration.again"): Row(NOBODY),
}
