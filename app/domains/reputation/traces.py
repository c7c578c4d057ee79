"""What people have left behind that speaks for them about one question. Pure; rules/ranking.md "Routing"."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from app.domains.reputation.routing import (
    ACTIVITY_HALF_LIVES_DAYS,
    TAG_HALF_LIVES_DAYS,
    RoutingSignals,
    decayed_count,
    nearest_strength,
    tag_strength,
)

RECENTLY_ACTIVE, BEST_OF_A_TAG = 200, 100
ACTIVITY_COUNTS_FOR = timedelta(days=112)  # eight half-lives of 14 days: less than half a percent is left


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, by another than the asker, in one of the question's tags."""

    author_id: int
    tag: Hashable
    created_at: datetime


@dataclass(frozen=True)
class Traces:
    """`similar`: person -> similarity of each of the nearest questions that they answered. `latest`: (author, time) of
    the site's latest answers, the latest first. `all_answers` counts the site's answers by others than the askers."""

    given: Sequence[Given]
    similar: Mapping[int, Sequence[float]]
    latest: Sequence[tuple[int, datetime]]
    all_answers: int
    at: datetime

    def people(self) -> set[int]:
        """Whoever could be asked: the recently active, the best of each tag, and who answered something similar."""
        active = list(dict.fromkeys(author_id for author_id, _at in self.latest))[:RECENTLY_ACTIVE]
        return {*active, *self._best_of_each_tag(), *self.similar}

    def signals(self, people: Collection[int]) -> dict[int, RoutingSignals]:
        lately = self._lately(people)
        tag60, tag365 = (self._strengths(people, half_life) for half_life in TAG_HALF_LIVES_DAYS)
        return {
            user_id: RoutingSignals(
                tag60=tag60.get(user_id, 0.0),
                tag365=tag365.get(user_id, 0.0),
                nearest=nearest_strength(self.similar.get(user_id, ())),
                answers5=decayed_count(lately[user_id], self.at, ACTIVITY_HALF_LIVES_DAYS[0]),
                answers14=decayed_count(lately[user_id], self.at, ACTIVITY_HALF_LIVES_DAYS[1]),
            )
            for user_id in people
        }

    def _strengths(self, people: Collection[int], half_life_days: float) -> dict[int, float]:
        """tag_h of everybody of these who answered in one of the tags."""
        parts: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for times in self._times_by_tag.values():
            for user_id in times.keys() & people:
                parts[user_id].append((len(times), decayed_count(times[user_id], self.at, half_life_days)))
        return {user_id: tag_strength(own, self.all_answers) for user_id, own in parts.items()}

    def _best_of_each_tag(self) -> Iterable[int]:
        for times in self._times_by_tag.values():
            counts = {who: decayed_count(own, self.at, TAG_HALF_LIVES_DAYS[1]) for who, own in times.items()}
            yield from sorted(counts, key=lambda author: (-counts[author], author))[:BEST_OF_A_TAG]

    @cached_property
    def _times_by_tag(self) -> dict[Hashable, dict[int, list[datetime]]]:
        by_tag: dict[Hashable, dict[int, list[datetime]]] = defaultdict(lambda: defaultdict(list))
        for answer in self.given:
            by_tag[answer.tag][answer.author_id].append(answer.created_at)
        return by_tag

    def _lately(self, people: Collection[int]) -> dict[int, list[datetime]]:
        times: dict[int, list[datetime]] = {user_id: [] for user_id in people}
        for author_id, created_at in self.latest:
            if created_at > self.at - ACTIVITY_COUNTS_FOR and author_id in times:
                times[author_id].append(created_at)
        return times
