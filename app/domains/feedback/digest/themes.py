"""What the period was about: themes, spikes, what is new and what went silent. Pure."""
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.domains.feedback.digest.content import (
    NearDuplicates,
    SpikeLine,
    TagLine,
    Theme,
    TypeMix,
    figure,
    optional_figure,
)
from app.domains.feedback.digest.evidence import Evidence, most_upvoted, post_line, still_open
from app.domains.feedback.digest.facts import SHOWN_CONFIDENCE, PostFact, ReleaseFact, people_behind
from app.domains.feedback.digest.likeness import Tokens, near_duplicate_groups, telling_terms
from app.domains.feedback.figures import LIVE_STATES, ItemFact
from app.domains.feedback.spikes import chance_of_silence, expected, has_closed, pace, spike_of, surprise

MOST_THEMES = 5
FEWEST_PEOPLE = 3
MOST_SPIKES = 3
MOST_TAG_LINES = 5
MOST_GROUPS = 3
NO_CHANCE_SILENCE = 0.05  # a tag that is silent by chance more often than this has not vanished
RELEASE_BEFORE = timedelta(hours=72)

TYPE_OF_KIND = {"problem": "bug", "idea": "request"}  # what the asker said, where no label says more
SENTIMENT_OF_TYPE = {"praise": 1, "complaint": -1}


def themes(evidence: Evidence, tokens: Tokens) -> list[tuple[Theme, list[PostFact]]]:
    """The heaviest themes with their posts, at most five, each with three people or more."""
    names = dict(sorted(evidence.facts.theme_names))
    weighed = []
    for name, tags in sorted(_tags_by_name(evidence, names).items()):
        posts = [post for post in evidence.now if evidence.tags_of(post) & tags]
        if people_behind(posts) >= FEWEST_PEOPLE:
            weighed.append((*_expectation(evidence, posts, tags), name, tags, posts))
    weighed.sort(key=lambda one: (-_weight(evidence, one[4], one[0]), one[2]))
    return [(_theme(evidence, *one, tokens), one[4]) for one in weighed[:MOST_THEMES]]


def spikes(evidence: Evidence) -> list[SpikeLine]:
    if not evidence.spikes_have_a_past:
        return []
    seen, before = evidence.by_tag(evidence.window), evidence.by_tag(evidence.baseline)
    tags_in_play = len(seen.keys() | before.keys())
    found = []
    for tag, posts in seen.items():
        had = len(before.get(tag, ()))
        speed = pace(len(evidence.window) - len(posts), len(evidence.baseline) - had)
        spike = spike_of(len(posts), had, speed, people_behind(posts), tags_in_play)
        if spike is not None:
            release = _release_before(posts[0].created_at, evidence.facts.releases)
            found.append(SpikeLine(
                tag=tag, seen=spike.seen, expected=figure(spike.expected), p=figure(spike.p), people=spike.authors,
                since=posts[0].created_at, open=not has_closed(posts[-1].created_at, evidence.facts.period.end),
                same_day=spike.same_day, first_post=post_line(posts[0]),
                release=release.name if release else None, release_url=release.url if release else None,
            ))
    return sorted(found, key=lambda spike: (spike.p, -spike.seen, spike.tag))[:MOST_SPIKES]


def new_themes(evidence: Evidence) -> list[TagLine]:
    """Tags of three people or more that had no post in the 56 days before; none while everything is new."""
    if not evidence.has_a_past:
        return []
    before = evidence.by_tag(evidence.before)
    found = [TagLine(tag, len(posts), people_behind(posts), None)
             for tag, posts in evidence.by_tag(evidence.now).items() if tag not in before]
    return _foremost(line for line in found if line.people >= FEWEST_PEOPLE)


def vanished_themes(evidence: Evidence) -> list[TagLine]:
    """Tags without a post in the period whose silence is hardly chance: perhaps somebody fixed it."""
    if not evidence.has_a_past:
        return []
    now, found = evidence.by_tag(evidence.now), []
    for tag, posts in evidence.by_tag(evidence.before).items():
        speed = pace(len(evidence.now), len(evidence.before) - len(posts), evidence.facts.period.days)
        p = chance_of_silence(len(posts), speed)
        if tag not in now and p < NO_CHANCE_SILENCE and people_behind(posts) >= FEWEST_PEOPLE:
            found.append(TagLine(tag, len(posts), people_behind(posts), figure(p)))
    return _foremost(found)


def _foremost(lines: Iterable[TagLine]) -> list[TagLine]:
    return sorted(lines, key=lambda line: (-line.people, -line.posts, line.tag))[:MOST_TAG_LINES]


def _tags_by_name(evidence: Evidence, names: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for tag in evidence.by_tag(evidence.now):
        found.setdefault(names.get(tag, tag), set()).add(tag)
    # A merged tag without a post of its own this time still belongs to the past of its theme.
    for tag, name in names.items():
        if name in found:
            found[name].add(tag)
    return found


def _expectation(evidence: Evidence, posts: Sequence[PostFact], tags: set[str]) -> tuple[float | None, float | None]:
    """Posts expected from the 56 days before, and the chance of as many as were seen; None without a past."""
    if not evidence.has_a_past:
        return None, None
    had = sum(bool(evidence.tags_of(post) & tags) for post in evidence.before)
    others_now, others_before = len(evidence.now) - len(posts), len(evidence.before) - had
    speed = pace(others_now, others_before, evidence.facts.period.days)
    return expected(had, speed), surprise(len(posts), had, speed)


def _weight(evidence: Evidence, posts: Sequence[PostFact], expectation: float | None) -> float:
    """people x (1 + unhappiness) x (1 + doublings above the expectation), as the rules order themes."""
    net, _ = _net_sentiment(evidence, posts)
    doublings = math.log2(len(posts) / expectation) if expectation else 0.0
    return figure(people_behind(posts) * (1 + max(0.0, -(net or 0.0))) * (1 + max(0.0, doublings)))


def _theme(
    evidence: Evidence, expectation: float | None, p: float | None, name: str, tags: set[str], posts: list[PostFact],
    tokens: Tokens,
) -> Theme:
    net, sentiment_n = _net_sentiment(evidence, posts)
    confirmed = sum(_confirmed_in(evidence, post, tags) for post in posts)
    item = _strongest_item(evidence, tags)
    return Theme(
        name=name, tags=tuple(sorted(tags)), posts=len(posts), people=people_behind(posts),
        confirmed=confirmed > 0, confirmed_posts=confirmed,
        expected=optional_figure(expectation), p=optional_figure(p),
        net_sentiment=optional_figure(net), sentiment_n=sentiment_n, types=_type_mix(evidence, posts),
        still_open=still_open(evidence, posts), weight=_weight(evidence, posts, expectation),
        terms=_terms(evidence, posts, tokens), leader=post_line(most_upvoted(posts)),
        near_duplicates=_near_duplicates(evidence, posts, tokens),
        item_id=item.id if item else None, state=item.state if item else None, owner=item.owner if item else None,
    )


def _confirmed_in(evidence: Evidence, post: PostFact, tags: set[str]) -> bool:
    """Has a person confirmed that this post belongs here? A label without tags speaks for the question's own."""
    labels = [label for label in evidence.labels.get(post.post, ()) if label.confirmed]
    return any(set(label.tags or post.tags) & tags for label in labels)


def _net_sentiment(evidence: Evidence, posts: Iterable[PostFact]) -> tuple[float | None, int]:
    counted = [feeling for post in posts if (feeling := _sentiment(evidence, post)) is not None]
    return (sum(counted) / len(counted), len(counted)) if counted else (None, 0)


def _sentiment(evidence: Evidence, post: PostFact) -> int | None:
    if post.sentiment is not None and post.sentiment_confidence >= SHOWN_CONFIDENCE:
        return post.sentiment
    said = (SENTIMENT_OF_TYPE.get(label.type) for label in evidence.labels.get(post.post, ()))
    return next((feeling for feeling in said if feeling is not None), None)


def _type_mix(evidence: Evidence, posts: Sequence[PostFact]) -> TypeMix:
    """Each post once, by its most certain label; by what its asker called it where there is none."""
    found: Counter[str] = Counter()
    for post in posts:
        labels = evidence.labels.get(post.post)
        found[labels[0].type if labels else TYPE_OF_KIND.get(post.kind, post.kind)] += 1
    return TypeMix(found["bug"], found["request"], len(posts) - found["bug"] - found["request"])


def _strongest_item(evidence: Evidence, tags: set[str]) -> ItemFact | None:
    live = [item for item in evidence.items if item.state in LIVE_STATES and tags & set(item.tags)]
    return min(live, key=lambda item: (-item.score, item.id), default=None)


def _terms(evidence: Evidence, posts: Sequence[PostFact], tokens: Tokens) -> tuple[str, ...]:
    inside = {post.post for post in posts}
    outside = (_text(post) for post in evidence.now if post.post not in inside)
    return telling_terms((_text(post) for post in posts), outside, tokens)


def _near_duplicates(evidence: Evidence, posts: Sequence[PostFact], tokens: Tokens) -> tuple[NearDuplicates, ...]:
    """The largest groups of two posts or more; an answer's title is its question's, so only questions are compared."""
    questions = [post for post in posts if post.is_question]
    places = near_duplicate_groups([_text(post) for post in questions], tokens)
    groups = [[questions[place] for place in group] for group in places if len(group) > 1]
    groups.sort(key=lambda group: (-people_behind(group), -len(group), most_upvoted(group).post))
    return tuple(
        NearDuplicates(post_line(most_upvoted(group)), len(group), people_behind(group),
                       _terms(evidence, group, tokens))
        for group in groups[:MOST_GROUPS]
    )


def _text(post: PostFact) -> str:
    """Titles are compared: bodies hold logs and greetings that make the like unlike."""
    return post.title if post.is_question else post.excerpt


def _release_before(moment: datetime, releases: Iterable[ReleaseFact]) -> ReleaseFact | None:
    recent = [one for one in releases if moment - RELEASE_BEFORE <= one.released_at <= moment]
    return max(recent, key=lambda one: (one.released_at, one.name, one.url), default=None)
