"""What an administrator may change about search while the forum runs."""

from app.domains.accounts.actor import Actor
from app.kernel.i18n import _l
from app.kernel.limits import limit, spend
from app.kernel.settings import Setting, between

TANTIVY_FROM = Setting(
    "search.tantivy_from",
    5_000,
    _l("Number of questions from which SEARCH_ENGINE=auto takes tantivy instead of Whoosh."),
    check=between(1, 1_000_000_000),
)

SEARCHES = limit("searches", "60/minute", _l("Searches of one member."))
SEARCHES_OF_GUESTS = limit("searches_guest", "30/minute", _l("Searches of guests from one address of the network."))
# One for each pause in the typing of a title, so several of them make one question.
SUGGESTIONS = limit("suggestions", "120/minute", _l("Similar questions asked for from one address of the network."))


def spend_search(actor: Actor, from_address: str) -> None:
    """Count one search; TooSoon when there were too many."""
    if actor.id is None:
        spend(SEARCHES_OF_GUESTS, from_address)
    else:
        spend(SEARCHES, actor.id)


def spend_suggestion(actor: Actor, from_address: str) -> None:
    spend(SUGGESTIONS, actor.id or from_address)
