"""What can be read of cases and promises."""

from app.domains.escalation.queries.cases import (
    CaseLine,
    CasePage,
    Explanation,
    case_events,
    case_of,
    case_page,
    explain,
    who_is_told,
)
from app.domains.escalation.queries.nearing import Nearing, asked_back, nearing
from app.domains.escalation.queries.promises import (
    Promise,
    promise_of,
    promise_preview,
    promises_by_product,
    promises_of,
)
from app.domains.escalation.queries.queue import QueueRow, queue_counts, staff_queue
from app.domains.escalation.queries.terms import policies_of, terms_of

__all__ = [
    "CaseLine", "CasePage", "Explanation", "Nearing", "Promise", "QueueRow",
    "asked_back", "case_events", "case_of", "case_page", "explain", "nearing", "policies_of",
    "promise_of", "promise_preview",
    "promises_by_product", "promises_of", "queue_counts", "staff_queue", "terms_of", "who_is_told",
]  # fmt: skip
