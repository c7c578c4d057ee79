"""What a digest is made from: plain values, as the queries read them. All times aware."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domains.feedback.figures import ItemFact
from app.domains.feedback.spikes import BASELINE, SPIKE_DAYS

SHOWN_CONFIDENCE = 0.7  # a suggestion below it is nobody's word and is not shown


@dataclass(frozen=True)
class Period:
    """[start, end) of one product. `kind` is day, week or month; `zone` an IANA name."""

    product: str
    kind: str
    start: datetime
    end: datetime
    zone: str = "UTC"

    @property
    def days(self) -> int:
        return max(1, round((self.end - self.start) / timedelta(days=1)))

    @property
    def spike_start(self) -> datetime:
        # A week in which clocks change is still the week, though not 168 hours.
        return self.start if self.kind == "week" else self.end - timedelta(days=SPIKE_DAYS)


@dataclass(frozen=True)
class PostFact:
    """A post that every product manager may see: question:1, answer:2 or comment:3, with its question's tags.

    Clocks are read from questions only. `excerpt`: plain text, quoted where nobody marked a sentence.
    `sentiment`: -1, 0 or 1, counted from a confidence of 0.7.
    """

    question_id: int
    post: str
    title: str
    url: str
    author_id: int | None
    author_name: str
    created_at: datetime
    lang: str = "en"
    tags: tuple[str, ...] = ()
    score: int = 0
    kind: str = "question"
    state: str = "open"
    excerpt: str = ""
    answered_at: datetime | None = None  # first answer by anyone but the asker
    escalated_at: datetime | None = None
    escalation_reason: str | None = None
    resolved_at: datetime | None = None
    sentiment: int | None = None
    sentiment_confidence: float = 0.0

    @property
    def is_question(self) -> bool:
        return self.post.startswith("question:")

    @property
    def person(self) -> str:
        """Who counts as one person; someone without an account is told apart by name."""
        return f"name:{self.author_name}" if self.author_id is None else f"id:{self.author_id}"


@dataclass(frozen=True)
class LabelFact:
    """What somebody, or a suggestion, said that a post is. `author_*` and `score` are the post's."""

    post: str
    quote: str
    type: str
    created_at: datetime
    tags: tuple[str, ...] = ()
    state: str = "inbox"
    confirmed: bool = False
    confidence: float = 0.0
    author_id: int | None = None
    author_name: str = ""
    score: int = 0
    title: str = ""
    url: str = ""

    @property
    def shown(self) -> bool:
        return self.state != "not_feedback" and (self.confirmed or self.confidence >= SHOWN_CONFIDENCE)


@dataclass(frozen=True)
class SearchGap:
    """What `n` people looked for in the period and did not find."""

    query: str
    n: int


@dataclass(frozen=True)
class PromiseFigure:
    """A service clock of the product: of `total` due in the period, `met` were kept."""

    clock: str
    met: int
    total: int


@dataclass(frozen=True)
class ReleaseFact:
    name: str
    released_at: datetime
    url: str = ""


@dataclass(frozen=True)
class DigestFacts:
    """Everything for one digest. `posts` and `labels` reach back to history_start(period); `items` are all of the
    product's that are live, shipped in the period or of this quarter; rows outside a window are ignored where
    they do not belong.

    `theme_names`: (tag, the name a product manager gave it); two tags of one name are one theme. `seen_until` is when
    these facts were read, where the period is not over yet; else None.
    """

    period: Period
    product_since: datetime
    posts: tuple[PostFact, ...] = ()
    labels: tuple[LabelFact, ...] = ()
    items: tuple[ItemFact, ...] = ()
    gaps: tuple[SearchGap, ...] = ()
    promises: tuple[PromiseFigure, ...] = ()
    releases: tuple[ReleaseFact, ...] = ()
    theme_names: tuple[tuple[str, str], ...] = ()
    seen_until: datetime | None = None


def history_start(period: Period) -> datetime:
    """The first moment whose posts a digest looks at: 56 days before the period, or before the spikes' 7 days."""
    return min(period.start, period.spike_start) - BASELINE


def between(posts: Iterable[PostFact], start: datetime, end: datetime) -> list[PostFact]:
    return [post for post in posts if start <= post.created_at < end]


def people_behind(posts: Iterable[PostFact]) -> int:
    return len({post.person for post in posts})


def open_at(post: PostFact, moment: datetime) -> bool:
    """Is this question still waiting for its end?"""
    resolved = post.resolved_at is not None and post.resolved_at < moment
    return post.is_question and not resolved and post.state not in ("solved", "closed", "hidden")


def unanswered_at(post: PostFact, moment: datetime) -> bool:
    return open_at(post, moment) and (post.answered_at is None or post.answered_at >= moment)
