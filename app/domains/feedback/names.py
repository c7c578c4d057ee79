"""What codes of feedback are called, in the reader's language."""

from typing import Any

from app.domains.feedback.models import FeedbackType, ItemState
from app.kernel.i18n import _l

STATE_NAMES: dict[ItemState, Any] = {
    ItemState.INBOX: _l("New"),
    ItemState.TRIAGED: _l("Sorted"),
    ItemState.UNDER_REVIEW: _l("Under review"),
    ItemState.PLANNED: _l("Planned"),
    ItemState.IN_PROGRESS: _l("In progress"),
    ItemState.SHIPPED: _l("Shipped"),
    ItemState.CONFIRMED: _l("Confirmed"),
    ItemState.DECLINED: _l("Declined"),
    ItemState.MERGED: _l("Merged"),
    ItemState.NOT_FEEDBACK: _l("Not feedback"),
}

TYPE_NAMES: dict[FeedbackType, Any] = {
    FeedbackType.BUG: _l("Bug"),
    FeedbackType.REQUEST: _l("Request"),
    FeedbackType.COMPLAINT: _l("Complaint"),
    FeedbackType.PRAISE: _l("Praise"),
    FeedbackType.DOCS: _l("Unclear documentation"),
}

# Why a quote was chosen.
WHY_NAMES = {
    "most_upvoted": _l("most votes"),
    "most_typical": _l("typical"),
    "oldest": _l("the first to say so"),
}

# What is promised: the clocks of cases, and those of feedback itself.
CLOCK_NAMES = {
    "peer": _l("Time for the community"),
    "first_reply": _l("First reply of our team"),
    "next_reply": _l("Next reply of our team"),
    "resolution": _l("Resolution"),
    "acknowledge": _l("to be sorted"),
    "decide": _l("to be decided"),
}

# Why staff got a question.
ESCALATION_NAMES = {
    "overdue": _l("nobody answered in time"),
    "asked": _l("the asker wanted our team"),
    "not_solved": _l("the answer did not help"),
}

LANGUAGE_NAMES = {"zh": _l("Chinese"), "en": _l("English")}


def name_in(names: dict[Any, Any], code: str) -> str:
    """A code of a newer release than this one is shown as it is."""
    return str(names.get(code, code))
