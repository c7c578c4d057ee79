"""Two or three sentences of customers for each theme, in their own words: pure."""
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domains.feedback.digest.content import Quote, Theme, ThemeQuotes
from app.domains.feedback.digest.evidence import Evidence
from app.domains.feedback.digest.facts import LabelFact, PostFact
from app.domains.feedback.digest.likeness import Tokens, likeness
from app.domains.feedback.digest.masking import masked

LONGEST = 280  # characters; longer ones are cut, the link leads to the rest
MOST_COMPARED = 300  # "most typical" compares all with all


@dataclass(frozen=True)
class Sentence:
    post: PostFact
    label: LabelFact | None
    text: str


def quotes(evidence: Evidence, themes: Sequence[tuple[Theme, list[PostFact]]], tokens: Tokens) -> list[ThemeQuotes]:
    """Those of each theme in the order of the themes, none twice; of all posts where no theme had enough people."""
    of_themes: list[tuple[str | None, Sequence[PostFact]]] = [(theme.name, posts) for theme, posts in themes]
    said: set[str] = set()
    found = []
    for name, posts in of_themes or [(None, evidence.now)]:
        chosen = _chosen(_sentences(evidence, posts, said), tokens)
        said |= {quote.text for quote in chosen}
        found += [ThemeQuotes(name, chosen)] if chosen else []
    return found


def _sentences(evidence: Evidence, posts: Sequence[PostFact], said: set[str]) -> list[list[Sentence]]:
    """What somebody marked, then the beginnings of other questions. Answers mostly help, and speak for nobody's
    wishes: they are quoted only where there is nothing else."""
    marked = [
        Sentence(post, label, _shown(label.quote))
        for post in posts for label in evidence.labels.get(post.post, ()) if label.quote.strip()
    ]
    quoted = {sentence.post.post for sentence in marked}
    begun = [Sentence(post, None, _shown(post.excerpt or post.title)) for post in posts if post.post not in quoted]
    asked = [sentence for sentence in begun if sentence.post.is_question]
    return [_once(marked, said), _once(asked, said)] if marked or asked else [_once(begun, said)]


def _once(sentences: list[Sentence], said: set[str]) -> list[Sentence]:
    first: dict[str, Sentence] = {}
    for sentence in sentences:
        first.setdefault(sentence.text, sentence)
    return [sentence for text, sentence in first.items() if text and text not in said]


def _chosen(ranks: list[list[Sentence]], tokens: Tokens) -> tuple[Quote, ...]:
    """Three different ones where there are three: each choice is made among what the earlier ones left of the
    first rank that has any."""
    rules: tuple[tuple[str, Callable[[list[Sentence]], Sentence]], ...] = (
        ("most_upvoted", lambda left: min(left, key=lambda one: (-one.post.score, *_order(one)))),
        ("most_typical", lambda left: _most_typical(left, tokens)),
        ("oldest", lambda left: min(left, key=_order)),
    )
    found = []
    for why, choose in rules:
        left = next((rank for rank in ranks if rank), None)
        if left:
            sentence = choose(left)
            left.remove(sentence)
            found.append(_quote(why, sentence))
    return tuple(found)


def _most_typical(sentences: list[Sentence], tokens: Tokens) -> Sentence:
    """The one most like all the others."""
    compared = sorted(sentences, key=lambda one: (-one.post.score, *_order(one)))[:MOST_COMPARED]
    words = [frozenset(tokens(one.text)) for one in compared]
    nearness = [round(math.fsum(likeness(mine, other) for other in words), 9) for mine in words]
    return min(zip(compared, nearness, strict=True), key=lambda pair: (-pair[1], *_order(pair[0])))[0]


def _order(sentence: Sentence) -> tuple[object, ...]:
    return sentence.post.created_at, sentence.post.post, sentence.text


def _quote(why: str, sentence: Sentence) -> Quote:
    post, label = sentence.post, sentence.label
    return Quote(
        why=why, text=sentence.text, lang=post.lang, type=label.type if label else None, marked=label is not None,
        confirmed=bool(label and label.confirmed), post=post.post, url=post.url, author_name=masked(post.author_name),
        created_at=post.created_at, score=post.score,
    )


def _shown(text: str) -> str:
    """Masked before it is cut: half a telephone number would no longer be known as one."""
    whole = " ".join(masked(text).split())
    return whole if len(whole) <= LONGEST else whole[:LONGEST - 1].rstrip() + "…"
