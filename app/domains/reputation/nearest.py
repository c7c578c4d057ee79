"""Which titles are like another one: cosine of TF-IDF, each word counting once a title. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Set
from heapq import heapify, heappop, heappush, heappushpop
from math import log, sqrt

from app.domains.reputation.routing import LEAST_SIMILARITY, NEAREST_QUESTIONS


class Titles:
    """Grows title by title; only titles that share a word are looked at."""

    def __init__(self) -> None:
        self._words: dict[int, frozenset[str]] = {}
        self._titles: dict[str, list[int]] = defaultdict(list)

    def add(self, question_id: int, words: Iterable[str]) -> None:
        """Once a question."""
        own = frozenset(words)
        self._words[question_id] = own
        for word in own:
            self._titles[word].append(question_id)

    def nearest(self, own: Set[str], limit: int = NEAREST_QUESTIONS) -> list[tuple[int, float]]:
        """(question id, cosine) of those above the least similarity, the nearest first, then by id."""
        weights = {word: self._weight(word) for word in own}
        length = sqrt(sum(weights[word] for word in sorted(own))) or 1.0
        best: list[tuple[float, int]] = []  # a heap of as many as wanted, the farthest of them on top
        waiting = [(-shared, question_id) for question_id, shared in self._shared(weights).items()]
        heapify(waiting)
        while waiting:
            shared, question_id = -waiting[0][0], heappop(waiting)[1]
            # A title is at least as long as what it shares: with less shared than this nobody comes nearer any more.
            if sqrt(shared) / length < (best[0][0] if len(best) == limit else LEAST_SIMILARITY):
                break
            near = (shared / (length * self._length(question_id, weights)), -question_id)
            if near[0] > LEAST_SIMILARITY:
                heappush(best, near) if len(best) < limit else heappushpop(best, near)
        return [(-question_id, cosine) for cosine, question_id in sorted(best, reverse=True)]

    def _shared(self, weights: dict[str, float]) -> dict[int, float]:
        shared: dict[int, float] = defaultdict(float)
        for word in sorted(weights):  # sums of floats depend on their order, a set's on the process
            if weights[word]:
                for question_id in self._titles.get(word, ()):
                    shared[question_id] += weights[word]
        return shared

    def _length(self, question_id: int, weights: dict[str, float]) -> float:
        """`weights` are those known already; it grows."""
        words = sorted(self._words[question_id])
        for word in words:
            if word not in weights:
                weights[word] = self._weight(word)
        return sqrt(sum(weights[word] for word in words))

    def _weight(self, word: str) -> float:
        """The square of the inverse document frequency; nothing for a word of every title."""
        return log((1 + len(self._words)) / (1 + len(self._titles.get(word, ())))) ** 2
