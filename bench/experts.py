"""`make bench-experts`: the site's ranking over a Stack Exchange dump, each question answered by what was known then.

    DATA=<folder of a dump> make bench-experts

Pairwise accuracy: of two answerers of a question, does the better expert score, at the asking, belong to the better
answer? Routing: where do those who answered stand among those whom the site would have asked? Board: does the board at
three quarters of the time name those who earn most votes in the last quarter? Plain counting of answers beside each.
"""

import csv
import sys
import tempfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from math import log2
from pathlib import Path
from typing import Any

from app.cli.backtesting import EVENT_COLUMNS, QUERY_COLUMNS, backtest
from app.importing.stackexchange.reading import Dump

QUESTION, ANSWER = "1", "2"
VOTES = {"1": "accept", "2": "upvote", "3": "downvote"}
BOARD_PLACES = 50


@dataclass
class Post:
    id: int
    author: int
    ts: int
    parent: int = 0
    tags: str = ""
    title: str = ""
    score: int = 0


@dataclass
class Site:
    """What a dump tells. Votes have no giver in it: each is of somebody else, and trusted."""

    questions: dict[int, Post] = field(default_factory=dict)
    answers: dict[int, Post] = field(default_factory=dict)
    votes: list[tuple[int, str, int]] = field(default_factory=list)

    def answers_to(self) -> dict[int, list[Post]]:
        found: dict[int, list[Post]] = defaultdict(list)
        for answer in self.answers.values():
            if answer.author != self.questions[answer.parent].author and answer.author >= 0:
                found[answer.parent].append(answer)
        return found


def site_of(dump: Dump) -> Site:
    site = Site()
    for row in dump.rows("Posts"):
        post = Post(int(row["Id"]), int(row.get("OwnerUserId", -1)), _seconds(row["CreationDate"]))
        post.score = int(row.get("Score", 0))
        if row["PostTypeId"] == QUESTION:
            post.title, post.tags = row.get("Title", ""), ";".join(row.get("Tags", "")[1:-1].split("><"))
            site.questions[post.id] = post
        elif row["PostTypeId"] == ANSWER:
            post.parent = int(row["ParentId"])
            site.answers[post.id] = post
    site.answers = {number: each for number, each in site.answers.items() if each.parent in site.questions}
    for row in dump.rows("Votes"):
        if row["VoteTypeId"] in VOTES and int(row["PostId"]) in site.answers:
            # A vote has a day only: it was cast after the post, and on that day.
            at = max(_seconds(row["CreationDate"]), site.answers[int(row["PostId"])].ts + 1)
            site.votes.append((at, VOTES[row["VoteTypeId"]], int(row["PostId"])))
    return site


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _events(site: Site) -> Iterator[tuple[Any, ...]]:
    for post in site.questions.values():
        yield post.ts, "question", post.id, "", post.author, "", post.tags, post.title
    for post in site.answers.values():
        yield post.ts, "answer", post.parent, post.id, post.author, "", "", ""
    for at, kind, answer_id in site.votes:
        parent = site.answers[answer_id].parent
        giver = site.questions[parent].author if kind == "accept" else -1
        yield at, kind, parent, answer_id, giver, 1, "", ""


class Bench:
    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder, self.answers_to = site, folder, site.answers_to()
        self._write("events.csv", EVENT_COLUMNS, _events(site))
        self._times: dict[int, list[int]] = defaultdict(list)
        for answers in self.answers_to.values():
            for answer in answers:
                self._times[answer.author].append(answer.ts)
        for times in self._times.values():
            times.sort()

    def pairwise(self) -> tuple[float, float, int]:
        """(by expert score, by number of answers so far, pairs)."""
        asked = [q for q in self.site.questions.values() if len({a.author for a in self.answers_to[q.id]}) > 1]
        rows = (
            (q.id, q.ts, q.id, q.tags, q.title, user)
            for q in asked
            for user in {a.author for a in self.answers_to[q.id]}
        )
        scores = {(row["query_id"], row["user_id"]): float(row["score"]) for row in self._ask("experts", rows)}
        ours, counted, pairs = 0.0, 0.0, 0
        for q in asked:
            for one, other in combinations(self.answers_to[q.id], 2):
                if one.score == other.score or one.author == other.author:
                    continue
                better, worse = (one, other) if one.score > other.score else (other, one)
                pairs += 1
                ours += _won(scores[str(q.id), str(better.author)], scores[str(q.id), str(worse.author)])
                counted += _won(self._count(better.author, q.ts), self._count(worse.author, q.ts))
        return ours / pairs, counted / pairs, pairs

    def routing(self) -> tuple[dict[str, float], float, int]:
        """(mean reciprocal rank, share with a helper first, share with one among ten; MRR of plain counting; n)."""
        asked = [q for q in self.site.questions.values() if self.answers_to[q.id]]
        ranked: dict[str, list[int]] = defaultdict(list)
        for row in self._ask("route", ((q.id, q.ts, q.id, q.author, q.tags, q.title) for q in asked)):
            ranked[row["query_id"]].append(int(row["user_id"]))
        places = [_place(ranked[str(q.id)], {a.author for a in self.answers_to[q.id]}) for q in asked]
        counted = [_place(self._most_answers(q), {a.author for a in self.answers_to[q.id]}) for q in asked]
        figures = {
            "MRR": _mean([1 / place if place else 0 for place in places]),
            "P@1": _mean([place == 1 for place in places]),
            "hit@10": _mean([0 < place <= 10 for place in places]),
        }
        return figures, _mean([1 / place if place else 0 for place in counted]), len(asked)

    def board(self) -> tuple[float, float]:
        """nDCG@50 of the board, and of the sums of all votes so far, for the votes of the last quarter."""
        times = sorted(at for at, _kind, _answer in self.site.votes)
        at = times[len(times) * 3 // 4]
        before, after = self._votes(0, at), self._votes(at, times[-1] + 1)
        ours = [int(row["user_id"]) for row in self._ask("board", [(at,)])]
        return _ndcg(ours, after), _ndcg(sorted(before, key=lambda user: -before[user]), after)

    def _votes(self, since: int, until: int) -> dict[int, float]:
        found: dict[int, float] = defaultdict(float)
        for at, kind, answer_id in self.site.votes:
            author = self.site.answers[answer_id].author
            if since <= at < until and author >= 0 and kind == "upvote":
                found[author] += 1
        return found

    def _count(self, user: int, ts: int) -> int:
        return bisect_left(self._times[user], ts)

    def _most_answers(self, question: Post) -> list[int]:
        counts = {user: self._count(user, question.ts) for user in self._times if user != question.author}
        return sorted((user for user in counts if counts[user]), key=lambda user: -counts[user])

    def _ask(self, task: str, rows: Any) -> list[dict[str, str]]:
        queries, out = self.folder / f"{task}.csv", self.folder / f"{task}.out.csv"
        self._write(queries.name, QUERY_COLUMNS[task], rows)
        backtest(self.folder / "events.csv", task, queries, out)
        with out.open(newline="") as file:
            return list(csv.DictReader(file))

    def _write(self, name: str, columns: Any, rows: Any) -> None:
        with (self.folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([columns, *rows])


def _won(better: float, worse: float) -> float:
    return 0.5 if better == worse else float(better > worse)


def _place(ranked: list[int], helpers: set[int]) -> int:
    """Of the first who helped, from 1; 0 where none is named."""
    return next((place for place, user in enumerate(ranked, 1) if user in helpers), 0)


def _mean(values: list[Any]) -> float:
    return sum(values) / len(values)


def _ndcg(ranked: list[int], gains: dict[int, float]) -> float:
    ideal = sorted(gains.values(), reverse=True)[:BOARD_PLACES]
    got = [gains.get(user, 0.0) for user in ranked[:BOARD_PLACES]]
    return _gain(got) / _gain(ideal)


def _gain(values: list[float]) -> float:
    return sum(value / log2(place + 1) for place, value in enumerate(values, 1))


def main(directory: str) -> None:
    site = site_of(Dump(directory))
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(site, Path(folder))
        accuracy, counting, pairs = bench.pairwise()
        figures, counted, asked = bench.routing()
        ours, votes = bench.board()
    print(f"{len(site.questions)} questions, {len(site.answers)} answers, {len(site.votes)} votes on them")
    print(f"which of two answerers wins   accuracy {accuracy:.3f}   answer count {counting:.3f}   {pairs} pairs")
    reached = "   ".join(f"{name} {value:.3f}" for name, value in figures.items())
    print(f"who will answer               {reached}   answer count MRR {counted:.3f}   {asked} questions")
    print(f"the last quarter's helpers    nDCG@50 {ours:.3f}   votes so far {votes:.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
