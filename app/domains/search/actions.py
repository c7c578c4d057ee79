"""What an administrator can do about the index, and what search remembers of a search."""

from datetime import timedelta
from hashlib import blake2b
from unicodedata import normalize

from flask import current_app
from sqlalchemy import select

from app.domains.accounts.actor import Actor
from app.domains.products.models import Product
from app.domains.search.models import MAX_QUERY_CHARACTERS, SearchMiss
from app.domains.search.policies import may_rebuild
from app.domains.search.queries.results import ResultPage
from app.domains.search.serving import serving
from app.extensions import db
from app.kernel.clock import now
from app.kernel.policy import require

SAME_SEARCH_FOR = timedelta(days=1)  # the same words by the same person, again and again, are one miss


def ask_for_rebuild(actor: Actor) -> None:
    """The worker does it within seconds; until it has, the old index answers."""
    require(may_rebuild(actor))
    serving().want_rebuild("asked")


def note_miss(actor: Actor, page: ResultPage, from_address: str) -> None:
    """Remember what was looked for in vain. Staff are left out: they look for other things than customers do."""
    query = " ".join(normalize("NFKC", page.missed).lower().split())[:MAX_QUERY_CHARACTERS]
    if not query or actor.is_staff:
        return
    searcher, since = _searcher(actor, from_address), now() - SAME_SEARCH_FOR
    again = (SearchMiss.searcher == searcher, SearchMiss.query == query, SearchMiss.created_at > since)
    if db.session.scalar(select(SearchMiss.id).where(*again).limit(1)) is None:
        product_id = db.session.scalar(select(Product.id).where(Product.slug == page.missed_in))
        db.session.add(SearchMiss(created_at=now(), query=query, product_id=product_id, searcher=searcher))


def _searcher(actor: Actor, from_address: str) -> str:
    person = f"user:{actor.id}" if actor.id is not None else f"address:{from_address}"
    key = str(current_app.secret_key).encode()[:64]
    return blake2b(person.encode(), key=key, digest_size=16).hexdigest()
