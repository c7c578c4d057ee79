"""A digest as somebody reads it: its content with the words of the reader's language, for the page and for the mail."""

from typing import Any

from flask import current_app

from app.domains.accounts.actor import SYSTEM
from app.domains.feedback import names
from app.domains.feedback.queries.digests import DigestInHand, digest_page, removed_posts
from app.domains.feedback.wording import Wording
from app.kernel.languages import spoken

MAIL_TEMPLATE = "feedback/digest"


def reading_context(
    digest: DigestInHand, removed: frozenset[str], language: str | None, address: str = ""
) -> dict[str, Any]:
    """What `feedback/digest.html` and the mail of the same name show. `address` makes its links absolute."""
    content = digest.content
    return {
        "digest": digest,
        "content": content,
        "removed": removed,
        "words": Wording(spoken(language), content.covers.zone),
        "names": names,
        "address": address,
    }


def digest_mail_context(digest_id: int, language: str | None) -> dict[str, Any]:
    """For `mail_from_template(MAIL_TEMPLATE, …)`: a frozen digest, what was hidden since left out, links absolute.

    Notifications decide whom it is sent to, and ask before that `may_see_digest`.
    """
    view = digest_page(SYSTEM, digest_id)
    return reading_context(view.digest, view.removed, language, _address())


def unfrozen_mail_context(digest: DigestInHand, language: str | None) -> dict[str, Any]:
    """The same for a digest in hand: the command line's text and HTML."""
    return reading_context(digest, removed_posts(digest.content), language, _address())


def _address() -> str:
    return str(current_app.extensions["config"].address)
