"""The words of the generated community, by how often people say them: those of the demonstration's own texts."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from app.demonstration.content import Community, read_community
from app.domains.search.analysis import HAN_RUN, han_words
from app.domains.tags.names import tag_name

LANGUAGES = ("zh", "en")
MOST_TAGS = 300
_LATIN = re.compile(r"[a-z]{2,}")
_FENCED = re.compile(r"```.*?```|`[^`]*`|https?://\S+", re.DOTALL)


@dataclass(frozen=True)
class Vocabulary:
    """Words of one language, the most frequent first; `weights` are summed up, by Zipf: 1, 1 + 1/2 ..."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    tags: tuple[str, ...]

    def word(self, dice: Random) -> str:
        return self.words[bisect_left(self.weights, dice.random() * self.weights[-1])]

    def tag(self, dice: Random) -> str:
        """The weights of the first tags are those of the first words."""
        return self.tags[bisect_left(self.weights, dice.random() * self.weights[len(self.tags) - 1])]


@cache
def vocabulary(language: str) -> Vocabulary:
    said = read_community()
    counts = Counter(_words(said, language))
    words = sorted(counts, key=lambda word: (-counts[word], word))
    weights = accumulate(1 / rank for rank in range(1, len(words) + 1))
    return Vocabulary(tuple(words), tuple(weights), _tags(said, words, language))


def _words(said: Community, language: str) -> Iterator[str]:
    for text in _texts(said):
        plain = _FENCED.sub(" ", text)
        if language == "en":
            yield from _LATIN.findall(plain.lower())
        else:
            yield from (word for run in HAN_RUN.findall(plain) for word, _place in han_words(run))


def _texts(said: Community) -> Iterator[str]:
    for question in said.questions:
        yield question.title
        yield question.body
        yield from (answer.body for answer in question.answers)


def _tags(said: Community, words: list[str], language: str) -> tuple[str, ...]:
    """The demonstration's own, then words that could be one."""
    own = [tag.name for tag in said.tags if bool(HAN_RUN.search(tag.name)) == (language == "zh")]
    least = 2 if language == "zh" else 5
    names = own + [tag_name(word) for word in words[100:] if len(word) >= least]
    return tuple(dict.fromkeys(names))[:MOST_TAGS]
