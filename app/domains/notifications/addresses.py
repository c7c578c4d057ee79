"""Where a notice leads: the addresses of the contract, which other domains' pages keep."""

from flask import current_app

from app.domains.notifications.queries import Notice

_CASES = ("question_escalated", "case_raised", "case_overdue")


def path_of(notice: Notice) -> str:
    """The page of what happened, at the post itself."""
    if notice.kind in _CASES:
        return f"/staff/cases/{notice.data['case']}"
    if notice.kind == "digest_ready":
        return f"/digests/{notice.data['digest']}"
    if notice.kind == "feedback_state_changed":
        return f"/feedback/{notice.data['item']}"
    if notice.question_id is None:
        return "/inbox"
    return f"/questions/{notice.question_id}/{notice.slug}{_place(notice)}"


def _place(notice: Notice) -> str:
    if notice.data.get("comment"):
        return f"#comment-{notice.data['comment']}"
    return f"#answer-{notice.answer_id}" if notice.answer_id else ""


def address_of(notice: Notice) -> str:
    """The same for a mail: with the forum's own address in front."""
    return str(current_app.extensions["config"].address) + path_of(notice)


def address_of_question(question_id: int, slug: str) -> str:
    return f"{current_app.extensions['config'].address}/questions/{question_id}/{slug}"
