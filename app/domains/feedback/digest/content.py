"""What a digest says, in codes and numbers. Templates put it into words."""
from dataclasses import dataclass
from datetime import datetime

from app.domains.feedback.digest.canonical import read, written

SIGNIFICANT_DIGITS = 6  # fewer than platforms agree on, more than any page shows


@dataclass(frozen=True)
class Share:
    """`value` is None where there was nothing to count."""

    met: int
    total: int
    value: float | None


@dataclass(frozen=True)
class CodeCount:
    code: str
    n: int


@dataclass(frozen=True)
class Covers:
    product: str
    kind: str
    start: datetime
    end: datetime
    zone: str


@dataclass(frozen=True)
class FirstAnswer:
    """Kaplan-Meier, wall seconds. A quantile that is never reached is None: say "> longest"."""

    n: int
    p50_seconds: float | None
    p90_seconds: float | None
    longest_seconds: float | None


@dataclass(frozen=True)
class Promise:
    clock: str
    kept: Share


@dataclass(frozen=True)
class Header:
    """The usual figures are means of the windows of the same length in the 8 weeks before; None without a past."""

    posts: int
    usual_posts: float | None
    people: int
    usual_people: float | None
    questions: int
    answered: Share
    first_answer: FirstAnswer
    escalated: int
    escalation_reasons: tuple[CodeCount, ...]
    checked_by_a_person: Share  # posts with a label that somebody confirmed, of all posts
    promises: tuple[Promise, ...]
    promises_kept: Share


@dataclass(frozen=True)
class PostLine:
    question_id: int
    post: str
    title: str
    url: str
    author_name: str
    created_at: datetime
    lang: str
    score: int


@dataclass(frozen=True)
class NearDuplicates:
    """Posts of a theme that say nearly the same; the leader is the most up-voted."""

    leader: PostLine
    posts: int
    people: int
    terms: tuple[str, ...]


@dataclass(frozen=True)
class TypeMix:
    bug: int
    request: int
    other: int


@dataclass(frozen=True)
class Theme:
    """`expected` and `p` are None where the product has no past to compare with; `net_sentiment` is
    (positive - negative) / sentiment_n, None where no post had a sentiment to count."""

    name: str
    tags: tuple[str, ...]
    posts: int
    people: int
    confirmed: bool  # a person has confirmed at least one of its labels
    confirmed_posts: int
    expected: float | None
    p: float | None
    net_sentiment: float | None
    sentiment_n: int
    types: TypeMix
    still_open: int
    weight: float
    terms: tuple[str, ...]
    leader: PostLine
    near_duplicates: tuple[NearDuplicates, ...]
    item_id: int | None  # the strongest live item with one of its tags
    state: str | None
    owner: str | None


@dataclass(frozen=True)
class SpikeLine:
    tag: str
    seen: int
    expected: float
    p: float
    people: int
    since: datetime
    open: bool
    same_day: bool
    first_post: PostLine
    release: str | None  # the last one in the 72 hours before the first post
    release_url: str | None


@dataclass(frozen=True)
class TagLine:
    """New: posts and people of the period. Vanished: those of the 8 weeks before, and the chance of the silence."""

    tag: str
    posts: int
    people: int
    p: float | None


@dataclass(frozen=True)
class ItemLine:
    item_id: int
    title: str
    url: str
    state: str
    score: float
    growth: float
    people: int
    importance: int
    owner: str | None


@dataclass(frozen=True)
class MostWanted:
    by_score: tuple[ItemLine, ...]
    by_growth: tuple[ItemLine, ...]


@dataclass(frozen=True)
class Quote:
    """Original language. `why`: most_upvoted, most_typical or oldest. `marked`: somebody chose this sentence."""

    why: str
    text: str
    lang: str
    type: str | None
    marked: bool
    confirmed: bool
    post: str
    url: str
    author_name: str
    created_at: datetime
    score: int


@dataclass(frozen=True)
class ThemeQuotes:
    theme: str | None  # None: no theme had enough people, these are from all posts
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class SearchLine:
    query: str
    n: int


@dataclass(frozen=True)
class DeadlineLine:
    item_id: int
    title: str
    url: str
    state: str
    owner: str | None
    clock: str
    due_at: datetime


@dataclass(frozen=True)
class ShippedLine:
    item_id: int
    title: str
    url: str
    told: Share
    confirmed: int
    contradicted: int


@dataclass(frozen=True)
class Decisions:
    due: tuple[DeadlineLine, ...]  # within 7 days of the end of the period
    overdue: tuple[DeadlineLine, ...]
    promised: Share  # acknowledge and decide clocks that fell due in the period
    missed: tuple[DeadlineLine, ...]
    shipped: tuple[ShippedLine, ...]


@dataclass(frozen=True)
class AdoptionLine:
    name: str | None
    proposed: int
    triaged: int
    planned: int
    shipped: int
    declined: int


@dataclass(frozen=True)
class DeclinedLine:
    item_id: int
    title: str
    url: str
    reason: str | None


@dataclass(frozen=True)
class QuarterAdoption:
    since: datetime
    total: AdoptionLine
    adopted: Share
    reasons: tuple[DeclinedLine, ...]
    by_team: tuple[AdoptionLine, ...]
    by_proposer: tuple[AdoptionLine, ...]


@dataclass(frozen=True)
class LateLabel:
    """Confirmed in this period on a post of an earlier one, whose digest could not know it."""

    post: str
    url: str
    title: str
    quote: str
    type: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class DigestContent:
    covers: Covers
    header: Header
    themes: tuple[Theme, ...]
    spikes: tuple[SpikeLine, ...]
    new_themes: tuple[TagLine, ...]
    vanished_themes: tuple[TagLine, ...]
    most_wanted: MostWanted
    quotes: tuple[ThemeQuotes, ...]
    unanswered: tuple[PostLine, ...]
    unanswered_in_period: int
    unanswered_before: int  # still waiting from the 8 weeks before
    searches: tuple[SearchLine, ...]
    decisions: Decisions
    adoption: QuarterAdoption
    late_labels: tuple[LateLabel, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing happened and nothing is owed: such a digest is not sent."""
        happened = (self.header.posts, self.spikes, self.searches, self.late_labels, self.header.promises_kept.total)
        decisions = self.decisions
        owed = (decisions.due, decisions.overdue, decisions.promised.total, decisions.shipped)
        return not any(happened) and not any(owed)

    def to_json(self) -> str:
        return written(self)

    @classmethod
    def from_json(cls, text: str) -> "DigestContent":
        return read(cls, text)


def figure(value: float) -> float:
    """A float without the digits on which platforms differ, and without a negative zero."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0


def optional_figure(value: float | None) -> float | None:
    return None if value is None else figure(value)


def share(met: int, total: int) -> Share:
    return Share(met, total, figure(met / total) if total else None)
