"""The page a product manager reads: rows of a period -> DigestContent -> the same bytes each time. Pure."""
from app.domains.feedback.digest.building import build_digest
from app.domains.feedback.digest.content import DigestContent
from app.domains.feedback.digest.facts import (
    DigestFacts,
    LabelFact,
    Period,
    PostFact,
    PromiseFigure,
    ReleaseFact,
    SearchGap,
    history_start,
)
from app.domains.feedback.digest.masking import masked
from app.domains.feedback.figures import ItemFact

__all__ = [
    "DigestContent", "DigestFacts", "ItemFact", "LabelFact", "Period", "PostFact", "PromiseFigure", "ReleaseFact",
    "SearchGap", "build_digest", "history_start", "masked",
]
