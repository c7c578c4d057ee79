"""Which posts say nearly the same, and in which words: pure.

Words are kept simple and stable on purpose: a label that changes its words from week to week is worth less than one
that is a little less apt.
"""
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

SIMILAR = 0.5  # above it two posts are near-duplicates
TERMS = 3

Tokens = Callable[[str], Iterable[str]]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}][^\W{HAN}]*")
# Words that begin questions rather than say what they are about.
EMPTY_WORDS = frozenset({
    "a", "about", "after", "all", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "cannot",
    "could", "did", "do", "does", "for", "from", "get", "has", "have", "how", "i", "if", "in", "into", "is", "it",
    "its", "just", "me", "my", "no", "not", "of", "on", "or", "our", "so", "that", "the", "their", "them", "then",
    "there", "they", "this", "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "while", "who",
    "why", "will", "with", "would", "you", "your",
})


def words_of(text: str) -> list[str]:
    """Words in lower case, and the overlapping pairs of each run of Han characters."""
    found: list[str] = []
    for run in RUN.findall(text.casefold()):
        if re.match(f"[{HAN}]", run):
            found += [run[i:i + 2] for i in range(max(1, len(run) - 1))]
        else:
            found.append(run)
    return found


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard: shared words over all words of the two; 0 where neither has any."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def near_duplicate_groups(texts: Sequence[str], tokens: Tokens = words_of) -> list[list[int]]:
    """Places in `texts`, grouped by single link above SIMILAR; groups and members in order of place."""
    shingles = [frozenset(tokens(text)) for text in texts]
    leader = list(range(len(texts)))
    for place, shingle in enumerate(shingles):
        for earlier in range(place):
            if likeness(shingle, shingles[earlier]) > SIMILAR:
                _join(leader, earlier, place)
    groups: dict[int, list[int]] = {}
    for place in range(len(texts)):
        groups.setdefault(_root(leader, place), []).append(place)
    return list(groups.values())


def telling_terms(inside: Iterable[str], outside: Iterable[str], tokens: Tokens = words_of) -> tuple[str, ...]:
    """The three terms with the highest class-TF-IDF of the texts inside against those outside, best first.

    tf in the class x log(1 + mean words a class / frequency in all classes), as BERTopic has it.
    """
    here, elsewhere = _counted(inside, tokens), _counted(outside, tokens)
    size = sum(here.values())
    mean_size = (size + sum(elsewhere.values())) / (2 if elsewhere else 1)
    weights = {
        term: round(n / size * math.log(1 + mean_size / (n + elsewhere[term])), 12)
        for term, n in here.items() if len(term) > 1 and term not in EMPTY_WORDS and not term.isdecimal()
    }
    return tuple(sorted(weights, key=lambda term: (-weights[term], term))[:TERMS])


def _counted(texts: Iterable[str], tokens: Tokens) -> Counter[str]:
    return Counter(word for text in texts for word in tokens(text))


def _root(leader: list[int], place: int) -> int:
    while leader[place] != place:
        leader[place] = leader[leader[place]]
        place = leader[place]
    return place


def _join(leader: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(leader, one), _root(leader, other)))
    leader[second] = first
