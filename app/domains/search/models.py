"""What search remembers: the index is no table, and can be built again from the questions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.kernel.columns import BigId, UtcTime

MAX_QUERY_CHARACTERS = 100


class SearchMiss(Model):
    """A search that found nothing: what somebody wanted to read and nobody has written.

    `searcher` is a keyed digest of the person or the network address: it counts people and names none.
    """

    __tablename__ = "search_miss"
    __table_args__ = (Index("ix_search_miss_searcher_query", "searcher", "query"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    query: Mapped[str] = mapped_column(String(MAX_QUERY_CHARACTERS))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    searcher: Mapped[str] = mapped_column(String(32))
