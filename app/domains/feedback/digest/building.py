"""Rows of a period -> DigestContent: pure, and the same for the same rows in any order.

Nothing that happened at or after the period's end is looked at, so a digest built late says what it would have said.
"""
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from app.domains.feedback.digest.commitments import adoption_to_date, decisions
from app.domains.feedback.digest.content import (
    CodeCount,
    Covers,
    DigestContent,
    FirstAnswer,
    Header,
    LateLabel,
    MostWanted,
    Promise,
    SearchLine,
    figure,
    optional_figure,
    share,
)
from app.domains.feedback.digest.evidence import Evidence, evidence, item_line, post_line
from app.domains.feedback.digest.facts import DigestFacts, PostFact, between, people_behind, unanswered_at
from app.domains.feedback.digest.likeness import Tokens, words_of
from app.domains.feedback.digest.masking import masked
from app.domains.feedback.digest.quotes import quotes
from app.domains.feedback.digest.themes import new_themes, spikes, themes, vanished_themes
from app.domains.feedback.figures import LIVE_STATES
from app.domains.feedback.spikes import BASELINE_DAYS
from app.kernel.statistics import km_quantile

MOST_WANTED = 10
MOST_LINES = 10


def build_digest(facts: DigestFacts, tokens: Tokens = words_of) -> DigestContent:
    """The page for one product and period. `tokens` cuts a text into the words that likeness is judged by."""
    known = evidence(facts)
    found = themes(known, tokens)
    waiting = _unanswered(known, known.now)
    return DigestContent(
        covers=_covers(facts),
        header=_header(known),
        themes=tuple(theme for theme, _ in found),
        spikes=tuple(spikes(known)),
        new_themes=tuple(new_themes(known)),
        vanished_themes=tuple(vanished_themes(known)),
        most_wanted=_most_wanted(known),
        quotes=tuple(quotes(known, found, tokens)),
        unanswered=tuple(post_line(post) for post in waiting[:MOST_LINES]),
        unanswered_in_period=len(waiting),
        unanswered_before=len(_unanswered(known, known.before)),
        searches=_searches(facts),
        decisions=decisions(known),
        adoption=adoption_to_date(known),
        late_labels=_late_labels(known),
    )


def _covers(facts: DigestFacts) -> Covers:
    period = facts.period
    return Covers(period.product, period.kind, period.start, period.end, period.zone)


def _header(known: Evidence) -> Header:
    questions = [post for post in known.now if post.is_question]
    end = known.facts.period.end
    answered = sum(post.answered_at is not None and post.answered_at < end for post in questions)
    escalated = [post for post in questions if post.escalated_at is not None and post.escalated_at < end]
    usual_posts, usual_people = _usual(known)
    promises = sorted(known.facts.promises, key=lambda promise: (promise.clock, promise.met, promise.total))
    return Header(
        posts=len(known.now), usual_posts=usual_posts, people=people_behind(known.now), usual_people=usual_people,
        questions=len(questions), answered=share(answered, len(questions)),
        first_answer=_first_answer(known, questions),
        escalated=len(escalated), escalation_reasons=_counted(post.escalation_reason for post in escalated),
        checked_by_a_person=share(sum(known.confirmed(post) for post in known.now), len(known.now)),
        promises=tuple(Promise(promise.clock, share(promise.met, promise.total)) for promise in promises),
        promises_kept=share(sum(one.met for one in promises), sum(one.total for one in promises)),
    )


def _usual(known: Evidence) -> tuple[float | None, float | None]:
    """Mean posts and people of the windows of this length that fit into the 8 weeks before and that the product saw."""
    start, length = known.facts.period.start, timedelta(days=known.facts.period.days)
    starts = [start - length * back for back in range(1, max(1, BASELINE_DAYS // known.facts.period.days) + 1)]
    windows = [between(known.before, one, one + length) for one in starts if one >= known.facts.product_since]
    if not windows:
        return None, None
    posts, people = sum(map(len, windows)), sum(map(people_behind, windows))
    return figure(posts / len(windows)), figure(people / len(windows))


def _first_answer(known: Evidence, questions: Iterable[PostFact]) -> FirstAnswer:
    """Questions without an answer before the end of the period are waiting until then, not left out. While the period
    runs, nobody has waited any longer than until now."""
    end, waits = known.facts.seen_until or known.facts.period.end, []
    for post in questions:
        answered = post.answered_at is not None and post.answered_at < end
        until = post.answered_at if answered and post.answered_at else end
        waits.append(((until - post.created_at).total_seconds(), answered))
    return FirstAnswer(
        n=len(waits), p50_seconds=optional_figure(km_quantile(waits, 0.5)),
        p90_seconds=optional_figure(km_quantile(waits, 0.9)),
        longest_seconds=figure(max(wait for wait, _ in waits)) if waits else None,
    )


def _counted(codes: Iterable[str | None]) -> tuple[CodeCount, ...]:
    found = Counter(code or "unknown" for code in codes)
    return tuple(CodeCount(code, n) for code, n in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _most_wanted(known: Evidence) -> MostWanted:
    live = [item for item in known.items if item.state in LIVE_STATES]
    by_score = sorted(live, key=lambda item: (-figure(item.score), -item.people, item.id))
    growing = sorted((item for item in live if item.growth > 0), key=lambda item: (-figure(item.growth), item.id))
    return MostWanted(
        by_score=tuple(item_line(item) for item in by_score[:MOST_WANTED]),
        by_growth=tuple(item_line(item) for item in growing[:MOST_WANTED]),
    )


def _unanswered(known: Evidence, posts: Iterable[PostFact]) -> list[PostFact]:
    """Most up-voted first, then the one that waits longest."""
    waiting = [post for post in posts if unanswered_at(post, known.facts.period.end)]
    return sorted(waiting, key=lambda post: (-post.score, post.created_at, post.post))


def _searches(facts: DigestFacts) -> tuple[SearchLine, ...]:
    found: Counter[str] = Counter()
    for gap in facts.gaps:
        found[masked(gap.query)] += gap.n
    return tuple(SearchLine(*pair) for pair in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_LINES])


def _late_labels(known: Evidence) -> tuple[LateLabel, ...]:
    """Half-open windows lose nothing: a post is in the digest of its own time, a later label in that of the label's."""
    start = known.facts.period.start
    posts = {post.post: post for post in known.posts}
    of_this_period = {post.post for post in known.now}
    late = [label for labels in known.labels.values() for label in labels
            if label.confirmed and label.created_at >= start and label.post not in of_this_period]
    late.sort(key=lambda label: (label.created_at, label.post, repr(label)))
    return tuple(
        LateLabel(label.post, label.url or (posts[label.post].url if label.post in posts else ""),
                  masked(label.title or (posts[label.post].title if label.post in posts else "")),
                  masked(label.quote), label.type, tuple(sorted(label.tags)))
        for label in late
    )
