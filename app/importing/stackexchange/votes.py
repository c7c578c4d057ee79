"""Votes with their days. The dump does not say whose: each is one of a distinct person without a name."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from app.domains.questions.models import PostKind, Vote
from app.extensions import db
from app.importing.progress import LeftOut
from app.importing.stackexchange.posts import Post
from app.importing.stackexchange.reading import Dump, instant, number

ACCEPTED, UP, DOWN = "1", "2", "3"
OTHER_KINDS = {
    "4": "offensive flags", "5": "bookmarks", "6": "votes to close", "7": "votes to reopen", "8": "bounties started",
    "9": "bounties paid", "10": "votes to delete", "11": "votes to undelete", "12": "spam flags",
    "15": "flags", "16": "approved edits",
}  # fmt: skip


@dataclass
class Votes:
    """By the dump's post id. `complete` is False where the dump has no votes and only scores are known."""

    complete: bool = True
    cast: dict[int, list[tuple[int, datetime]]] = field(default_factory=lambda: defaultdict(list))
    accepted_at: dict[int, datetime] = field(default_factory=dict)

    def of(self, post: Post) -> list[tuple[int, datetime]]:
        """(value, time) of each vote, oldest first. A day has no hour: none comes before its post was written."""
        return sorted(((value, max(at, post.created_at)) for value, at in self.cast.get(post.id, ())), key=_by_time)


def _by_time(vote: tuple[int, datetime]) -> tuple[datetime, int]:
    return vote[1], -vote[0]


def read_votes(dump: Dump, post_ids: set[int], left_out: LeftOut) -> Votes:
    votes = Votes(complete=dump.has("Votes"))
    for row in dump.rows("Votes"):
        kind, post_id, at = row.get("VoteTypeId", ""), number(row.get("PostId")), instant(row.get("CreationDate"))
        if kind not in (ACCEPTED, UP, DOWN):
            left_out.add(OTHER_KINDS.get(kind, "votes of another kind"), "nothing here holds them")
        elif at is None or post_id not in post_ids:
            left_out.add("votes", "their post is not imported")
        elif kind == ACCEPTED:
            votes.accepted_at[post_id] = at
        else:
            votes.cast[post_id].append((1 if kind == UP else -1, at))
    return votes


def counted(post: Post, votes: Votes) -> tuple[int, int]:
    """Up and down votes of a post; from its score alone where the dump has no votes."""
    if not votes.complete:
        return max(post.score, 0), max(-post.score, 0)
    values = [value for value, _at in votes.cast.get(post.id, ())]
    return values.count(1), values.count(-1)


Voice = tuple[int, date]


def standing(kind: PostKind, ids: Iterable[int]) -> dict[int, Counter[Voice]]:
    """Votes without a voter that posts have here already, counted by value and day."""
    found = select(Vote.target_id, Vote.value, Vote.created_at)
    found = found.where(Vote.kind == kind, Vote.target_id.in_(list(ids)), Vote.user_id.is_(None))
    counts: dict[int, Counter[Voice]] = defaultdict(Counter)
    for row in db.session.execute(found):
        counts[row.target_id][row.value, row.created_at.date()] += 1
    return counts


def missing(wanted: list[tuple[int, datetime]], present: Counter[Voice]) -> list[tuple[int, datetime]]:
    """Of the votes of one post those that are not here yet."""
    left = Counter(present)
    found = []
    for value, at in wanted:
        if left[value, at.date()]:
            left[value, at.date()] -= 1
        else:
            found.append((value, at))
    return found
