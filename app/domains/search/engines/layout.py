"""What both embedded engines index and how they weigh it, so that they rank alike.

`text` holds all sections, each token with its section's weight (BM25F: weights count before the saturation);
`title` repeats the title, because words there say what a question is about.
"""

import unicodedata
from collections.abc import Iterator

from app.domains.search.analysis import Token, phrase_tokens, positioned_tokens, similar_tokens
from app.domains.search.engine import MAX_QUERY_UNITS, SearchDocument, SearchQuery

SECTION_GAP = 10  # positions between sections, so that no phrase reaches from one into the next

# Chosen for the order title > tags > answers > body and checked, not tuned: with them every question of the
# development data comes first for its own title on both engines.
TAG_WEIGHT = 3
ANSWER_WEIGHT = 2
TITLE_BOOST = 1.5
PHRASE_BOOST = 2.0

# Steps, not weights: a word earns at most (K1 + 1) * (1 + TITLE_BOOST) * ln(documents), about 70 at 350,000 of them,
# so MAX_QUERY_UNITS words stay below the first step, and with it below the second. Single floats still tell scores
# apart to some thousandths there.
ALL_WORDS_BONUS = 10_000.0
EXACT_TITLE_BONUS = 40_000.0


def weighted_sections(document: SearchDocument) -> Iterator[tuple[str, int]]:
    yield document.title, 1
    yield " ".join(document.tags), TAG_WEIGHT
    yield document.body, 1
    yield document.answers, ANSWER_WEIGHT


def weighted_tokens(document: SearchDocument) -> Iterator[tuple[list[Token], int]]:
    """The tokens of each section with its weight; positions rise through all sections."""
    start = 0
    for text, weight in weighted_sections(document):
        tokens = positioned_tokens(text, start)
        if tokens:
            yield tokens, weight
            start = tokens[-1].position + SECTION_GAP


def folded(name: str) -> str:
    """The form in which tags, products and people are compared."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def similar_terms(title: str, body: str) -> list[str]:
    """Distinct terms to look for in other titles. Bodies only add noise, so they serve where the title has no word."""
    terms = dict.fromkeys(similar_tokens(title)) or dict.fromkeys(similar_tokens(body[:300]))
    return list(terms)[:MAX_QUERY_UNITS]


def ranked_terms(query: SearchQuery) -> tuple[str, ...]:
    """What scores: words and phrases. Only a query of mere conditions has none; then the newest come first."""
    return query.words + query.phrases


def whole_phrase(words: tuple[str, ...]) -> list[str]:
    """The words in the order typed, as a phrase that earns a bonus; empty where it would say nothing new."""
    tokens = phrase_tokens(" ".join(words))[:MAX_QUERY_UNITS]
    return tokens if len(tokens) > 1 else []
