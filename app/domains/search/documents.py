"""A question with its answers, as plain values -> the document that engines index (pure)."""

from dataclasses import dataclass
from datetime import datetime

from app.domains.search.analysis import detect_language
from app.domains.search.engine import SearchDocument

# What stands further down a post is found rarely and costs index and time always.
MAX_BODY_CHARACTERS = 30_000
MAX_ANSWERS_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class AnswerForIndex:
    """`body_text` is the plain text of the rendered answer. Hidden and deleted answers are left out by the caller."""

    author: str
    body_text: str
    official: bool = False


@dataclass(frozen=True, slots=True)
class QuestionForIndex:
    """Everything search knows of a question. `audience`: who may see it, as tokens; see engine.py.

    `answers` come best first, so that a cut loses the least. `lang` None lets the text decide.
    """

    id: int
    title: str
    body_text: str
    tags: tuple[str, ...]
    product: str
    asker: str
    answers: tuple[AnswerForIndex, ...]
    state: str
    kind: str
    score: int
    accepted: bool
    escalated: bool
    created_at: datetime
    active_at: datetime
    audience: tuple[str, ...]
    lang: str | None = None


def document_of(question: QuestionForIndex) -> SearchDocument:
    authors = [question.asker, *(answer.author for answer in question.answers)]
    return SearchDocument(
        id=question.id,
        title=question.title,
        body=question.body_text[:MAX_BODY_CHARACTERS],
        answers="\n\n".join(answer.body_text for answer in question.answers)[:MAX_ANSWERS_CHARACTERS],
        tags=question.tags,
        product=question.product,
        asker=question.asker,
        participants=tuple(dict.fromkeys(authors)),
        state=question.state,
        kind=question.kind,
        lang=question.lang or language_of(question),
        score=question.score,
        answer_count=len(question.answers),
        accepted=question.accepted,
        official=any(answer.official for answer in question.answers),
        escalated=question.escalated,
        created_at=question.created_at,
        active_at=question.active_at,
        audience=question.audience,
    )


def language_of(question: QuestionForIndex) -> str:
    """The title decides if it is Chinese; the body can only add to it, because code and logs look English."""
    if detect_language(question.title) == "zh":
        return "zh"
    return detect_language(f"{question.title}\n{question.body_text[:1000]}")
