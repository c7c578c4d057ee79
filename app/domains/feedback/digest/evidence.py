"""The facts of a digest in one order, once each, cut at their windows: pure."""
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from app.domains.feedback.digest.content import ItemLine, PostLine, figure
from app.domains.feedback.digest.facts import DigestFacts, LabelFact, PostFact, between, open_at
from app.domains.feedback.digest.masking import masked
from app.domains.feedback.figures import ItemFact
from app.domains.feedback.spikes import BASELINE, has_a_past

Fact = TypeVar("Fact")


@dataclass(frozen=True)
class Evidence:
    """`now`: posts of the period; `before`: of the 56 days before it; `window`, `baseline`: the same for spikes."""

    facts: DigestFacts
    posts: list[PostFact]
    now: list[PostFact]
    before: list[PostFact]
    window: list[PostFact]
    baseline: list[PostFact]
    labels: dict[str, list[LabelFact]]  # by post, shown ones only, the most certain first
    tags: dict[str, frozenset[str]]  # by post
    items: list[ItemFact]

    @property
    def has_a_past(self) -> bool:
        return has_a_past(self.facts.product_since, self.facts.period.start, len(self.now) + len(self.before))

    @property
    def spikes_have_a_past(self) -> bool:
        start = self.facts.period.spike_start
        return has_a_past(self.facts.product_since, start, len(self.window) + len(self.baseline))

    def tags_of(self, post: PostFact) -> frozenset[str]:
        """The question's own tags and those of the labels; where nobody has labelled, the question's alone."""
        return self.tags[post.post]

    def confirmed(self, post: PostFact) -> bool:
        return any(label.confirmed for label in self.labels.get(post.post, ()))

    def by_tag(self, posts: Iterable[PostFact]) -> dict[str, list[PostFact]]:
        found: dict[str, list[PostFact]] = defaultdict(list)
        for post in posts:
            for tag in self.tags_of(post):
                found[tag].append(post)
        return dict(sorted(found.items()))


def evidence(facts: DigestFacts) -> Evidence:
    start, end, spike_start = facts.period.start, facts.period.end, facts.period.spike_start
    posts = _once(facts.posts, lambda post: (post.created_at, post.post), lambda post: post.post)
    labels = _shown_labels(facts)
    return Evidence(
        facts=facts,
        posts=posts,
        now=between(posts, start, end),
        before=between(posts, start - BASELINE, start),
        window=between(posts, spike_start, end),
        baseline=between(posts, spike_start - BASELINE, spike_start),
        labels=labels,
        tags={post.post: frozenset(post.tags).union(*(label.tags for label in labels.get(post.post, ())))
              for post in posts},
        items=[item for item in _once(facts.items, lambda item: item.id, lambda item: item.id)
               if item.created_at < end],
    )


def post_line(post: PostFact) -> PostLine:
    return PostLine(post.question_id, post.post, masked(post.title), post.url, masked(post.author_name),
                    post.created_at, post.lang, post.score)


def item_line(item: ItemFact) -> ItemLine:
    return ItemLine(item.id, masked(item.title), item.url, item.state, figure(item.score), figure(item.growth),
                    item.people, item.importance, item.owner)


def most_upvoted(posts: Iterable[PostFact]) -> PostFact:
    return min(posts, key=lambda post: (-post.score, post.created_at, post.post))


def still_open(evidence: Evidence, posts: Iterable[PostFact]) -> int:
    return sum(open_at(post, evidence.facts.period.end) for post in posts)


def _shown_labels(facts: DigestFacts) -> dict[str, list[LabelFact]]:
    found: dict[str, list[LabelFact]] = defaultdict(list)
    for label in sorted(facts.labels, key=lambda one: (not one.confirmed, -one.confidence, one.created_at, repr(one))):
        if label.shown and label.created_at < facts.period.end:
            found[label.post].append(label)
    return found


def _once(rows: Iterable[Fact], order: Callable[[Fact], object], name: Callable[[Fact], object]) -> list[Fact]:
    """In order, the first of each name: neither the order of the rows nor a row read twice changes a digest."""
    kept: dict[object, Fact] = {}
    for row in sorted(rows, key=lambda one: (order(one), repr(one))):  # type: ignore[arg-type, return-value]
        kept.setdefault(name(row), row)
    return list(kept.values())
