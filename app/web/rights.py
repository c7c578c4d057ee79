"""The rights that templates ask for by name: `may("edit", post)`."""

from collections.abc import Callable

from app.domains.accounts import policies as accounts
from app.domains.escalation import policies as escalation
from app.domains.feedback import policies as feedback
from app.domains.follows import policies as follows
from app.domains.moderation import policies as moderation
from app.domains.products import policies as products
from app.domains.questions import policies as questions
from app.domains.tags import policies as tags
from app.kernel.policy import Verdict

RIGHTS: dict[str, Callable[..., Verdict]] = {
    "act": accounts.may_act,
    "administer": accounts.may_administer,
    "edit_profile": accounts.may_edit_profile,
    "suspend": accounts.may_suspend,
    "manage_products": products.may_manage_products,
    "appoint": products.may_appoint,
    "create_tags": tags.may_create_tags,
    "describe_tags": tags.may_describe_tags,
    "follow": follows.may_follow,
    "ask": questions.may_ask,
    "see": questions.may_see,
    "answer": questions.may_answer,
    "comment": questions.may_comment,
    "edit": questions.may_edit,
    "delete": questions.may_delete,
    "restore": questions.may_restore,
    "vote": questions.may_vote,
    "accept": questions.may_accept,
    "verify": questions.may_verify,
    "close": questions.may_close,
    "move": questions.may_move,
    "hide": questions.may_hide,
    "flag": moderation.may_flag,
    "moderate": moderation.may_moderate,
    "see_revisions": questions.may_see_revisions,
    "work_queue": escalation.may_work_queue,
    "claim": escalation.may_claim,
    "release": escalation.may_release,
    "reassign": escalation.may_reassign,
    "raise_case": escalation.may_raise,
    "resolve": escalation.may_resolve,
    "ask_staff": escalation.may_ask_staff,
    "not_solved": escalation.may_say_not_solved,
    "label": feedback.may_label,
    "unlabel": feedback.may_unlabel,
    "see_item": feedback.may_see_item,
    "see_inbox": feedback.may_see_inbox,
    "edit_item": feedback.may_edit_item,
    "weigh_item": feedback.may_weigh_item,
    "follow_item": feedback.may_follow_item,
    "see_digests": feedback.may_see_digests,
}
