"""What can be found."""

from app.domains.search.queries.lines import query_lines, similar_lines
from app.domains.search.queries.misses import misses
from app.domains.search.queries.results import ResultPage, SearchFilters, SearchResult
from app.domains.search.queries.searching import FoundIds, search_ids, search_questions
from app.domains.search.queries.similar import related_questions, similar_ids, similar_questions
from app.domains.search.queries.status import IndexStatus, index_status

__all__ = [
    "FoundIds", "IndexStatus", "ResultPage", "SearchFilters", "SearchResult",
    "index_status", "misses", "query_lines", "related_questions", "search_ids", "search_questions", "similar_ids",
    "similar_lines", "similar_questions",
]  # fmt: skip
