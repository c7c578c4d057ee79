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
