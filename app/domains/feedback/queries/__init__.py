"""Reads about feedback, by what they are about; this page names those that other rooms and edges ask for."""

from app.domains.feedback.queries.demand import is_behind, people_behind, score_of
from app.domains.feedback.queries.digests import (
    build_or_stored,
    digest_list,
    digest_page,
    newest_digest_id,
    running_week,
    stored_digest,
)
from app.domains.feedback.queries.evidence import digest_facts, window_of
from app.domains.feedback.queries.inbox import InboxFilter, inbox_page, state_counts
from app.domains.feedback.queries.items import item_page, possible_owners
from app.domains.feedback.queries.labels import ThreadLabel, labels_of_question, similar_items

__all__ = [
    "InboxFilter", "ThreadLabel", "build_or_stored", "digest_facts", "digest_list", "digest_page", "inbox_page",
    "is_behind", "item_page", "labels_of_question", "newest_digest_id", "people_behind", "possible_owners",
    "running_week", "score_of", "similar_items", "state_counts", "stored_digest", "window_of",
]  # fmt: skip
