"""What people looked for in vain, for whoever decides what is to be written or built next."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, or_, select

from app.domains.search.models import SearchMiss
from app.extensions import db

ENOUGH_PEOPLE = 2  # what one person alone typed is nobody else's to read


def misses(product_id: int, start: datetime, end: datetime) -> Mapping[str, int]:
    """query -> how many people looked for it in vain in this product or in none, at least ENOUGH_PEOPLE each."""
    people = func.count(SearchMiss.searcher.distinct())
    found = (
        select(SearchMiss.query, people)
        .where(SearchMiss.created_at >= start, SearchMiss.created_at < end)
        .where(or_(SearchMiss.product_id == product_id, SearchMiss.product_id.is_(None)))
        .group_by(SearchMiss.query)
        .having(people >= ENOUGH_PEOPLE)
    )
    return {query: n for query, n in db.session.execute(found.order_by(SearchMiss.query))}
