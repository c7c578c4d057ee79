"""What the ledger adds up to for each person: on the site, in each product, on each tag.

Sums are folds over the rows in ledger order, entered one by one, so that going on and beginning again give the
same bytes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, insert, select, update

from app.domains.accounts.models import User
from app.domains.questions.models import QuestionTag
from app.domains.reputation.boards import SUPPORT_COUNTS_FOR, SUPPORTING
from app.domains.reputation.credits import REVERSAL_OF, Credit
from app.domains.reputation.ledger_events import AnswerAbout
from app.domains.reputation.ledger_rows import entries
from app.domains.reputation.levels import trust_weight
from app.domains.reputation.models import LedgerEntry, Standing, StandingScope
from app.domains.reputation.points import EPOCH, EXPERT_HALF_LIFE_DAYS, forward_points
from app.domains.reputation.starting import is_starting_up
from app.extensions import db

Key = tuple[int, StandingScope, int]
"""(user id, scope, id of the product or tag; 0 for the site)."""

USERS_AT_ONCE = 10_000  # more are most of a forum, and are read as all


@dataclass
class Sums:
    points_30: float = 0.0
    points_365: float = 0.0
    credit_total: float = 0.0
    updated_at: datetime = EPOCH

    def enter(self, row: Any) -> None:
        self.points_30 += forward_points(row.amount, row.counts_from)
        self.points_365 += forward_points(row.amount, row.counts_from, half_life_days=EXPERT_HALF_LIFE_DAYS)
        self.credit_total += row.amount
        self.updated_at = row.occurred_at

    def values(self) -> dict[str, Any]:
        return {
            "points_30": self.points_30,
            "points_365": self.points_365,
            "credit_total": self.credit_total,
            "updated_at": self.updated_at,
        }


@dataclass(frozen=True)
class Entered:
    """What a standing asks of a ledger row."""

    user_id: int
    question_id: int
    product_id: int
    amount: float
    counts_from: datetime
    occurred_at: datetime

    @classmethod
    def of(cls, credit: Credit, answer: AnswerAbout) -> "Entered":
        where = (credit.user_id, answer.question_id, answer.product_id)
        return cls(*where, credit.amount, credit.counts_from, credit.occurred_at)


def enter(entered: Iterable[Entered]) -> None:
    """Add rows that have just been appended to the ledger, in their order."""
    rows = list(entered)
    if not rows:
        return
    sums = _sums_of({row.user_id for row in rows})
    _fold(sums, rows)
    tags = _tags_of(rows)
    _store({key: sums[key] for row in rows for key in _keys(row, tags)})


def refold(user_ids: Iterable[int] | None = None) -> None:
    """Add up again from the ledger: for these people, or for all."""
    chosen = None if user_ids is None else list(user_ids)
    if chosen == []:
        return
    of_them = [] if chosen is None else [LedgerEntry.user_id.in_(chosen)]
    sums: dict[Key, Sums] = defaultdict(Sums)
    for portion in db.session.execute(entries().where(*of_them)).partitions(10_000):
        _fold(sums, portion)
    _forget_missing(chosen, sums)
    _store(sums)


def _fold(sums: dict[Key, Sums], rows: Iterable[Any]) -> None:
    tags = _tags_of(rows)
    for row in rows:
        for key in _keys(row, tags):
            sums[key].enter(row)


def _keys(row: Any, tags: dict[int, list[int]]) -> Iterator[Key]:
    yield row.user_id, StandingScope.SITE, 0
    yield row.user_id, StandingScope.PRODUCT, row.product_id
    for tag_id in tags.get(row.question_id, ()):
        yield row.user_id, StandingScope.TAG, tag_id


def _tags_of(rows: Iterable[Any]) -> dict[int, list[int]]:
    tags: dict[int, list[int]] = defaultdict(list)
    found = select(QuestionTag.question_id, QuestionTag.tag_id).order_by(QuestionTag.tag_id)
    for pair in db.session.execute(found.where(QuestionTag.question_id.in_({row.question_id for row in rows}))):
        tags[pair.question_id].append(pair.tag_id)
    return tags


def _sums_of(user_ids: set[int]) -> dict[Key, Sums]:
    columns = (Standing.user_id, Standing.scope, Standing.scope_id)
    numbers = (Standing.points_30, Standing.points_365, Standing.credit_total, Standing.updated_at)
    rows = db.session.execute(select(*columns, *numbers).where(Standing.user_id.in_(user_ids)))
    found = {
        (row.user_id, row.scope, row.scope_id): Sums(
            row.points_30, row.points_365, row.credit_total, row.updated_at
        )
        for row in rows
    }
    return defaultdict(Sums, found)


def _store(sums: dict[Key, Sums]) -> None:
    """Write these sums; what else a row holds stays."""
    present = _keys_of({user_id for user_id, _scope, _id in sums})
    changed = [_named(key) | sums[key].values() for key in sums if key in present]
    added = [_named(key) | sums[key].values() for key in sums if key not in present]
    if changed:
        db.session.execute(update(Standing), changed)
    if added:
        db.session.execute(insert(Standing.metadata.tables["standing"]), added)


def _named(key: Key) -> dict[str, Any]:
    user_id, scope, scope_id = key
    return {"user_id": user_id, "scope": scope, "scope_id": scope_id}


def _keys_of(user_ids: set[int]) -> set[Key]:
    found = select(Standing.user_id, Standing.scope, Standing.scope_id)
    many = len(user_ids) > USERS_AT_ONCE
    rows = db.session.execute(found if many else found.where(Standing.user_id.in_(user_ids)))
    return {(row.user_id, row.scope, row.scope_id) for row in rows}


def _forget_missing(user_ids: list[int] | None, sums: dict[Key, Sums]) -> None:
    """Rows whose credit is on no tag, in no product any more. A site row keeps its comparisons."""
    found = select(Standing.user_id, Standing.scope, Standing.scope_id, Standing.meetings)
    for row in db.session.execute(found if user_ids is None else found.where(Standing.user_id.in_(user_ids))).all():
        key = (row.user_id, row.scope, row.scope_id)
        if key in sums:
            continue
        this = (Standing.user_id == key[0], Standing.scope == key[1], Standing.scope_id == key[2])
        if row.meetings:
            db.session.execute(update(Standing).where(*this).values(**Sums().values(), supporter_trust=0.0))
        else:
            db.session.execute(delete(Standing).where(*this))


def set_comparisons(tallies: dict[int, tuple[float, float, int]]) -> None:
    """Store everybody's (wins, comparisons, meetings); who is not named has none."""
    site = Standing.scope == StandingScope.SITE
    met = update(Standing).where(site, Standing.meetings > 0)
    db.session.execute(met.values(wins=0.0, comparisons=0.0, meetings=0))
    present = set(db.session.scalars(select(Standing.user_id).where(site)))
    rows = [
        _named((user_id, StandingScope.SITE, 0)) | {"wins": wins, "comparisons": comparisons, "meetings": meetings}
        for user_id, (wins, comparisons, meetings) in tallies.items()
    ]
    changed = [row for row in rows if row["user_id"] in present]
    added = [row | Sums().values() for row in rows if row["user_id"] not in present]
    if changed:
        db.session.execute(update(Standing), changed)
    if added:
        db.session.execute(insert(Standing), added)
    # Who has neither credit nor a comparison has no standing.
    db.session.execute(delete(Standing).where(site, Standing.meetings == 0, Standing.updated_at == EPOCH))


def refresh_supporters(reviewed_at: datetime | None, user_ids: Iterable[int] | None = None) -> None:
    """Count again the trust of those who support these people, or everybody.

    Supporters of the year before `reviewed_at` count; so the number depends on no other clock.
    """
    chosen = None if user_ids is None else sorted(set(user_ids))
    if chosen == []:
        return
    trust: dict[int, float] = defaultdict(float)
    for supported_id, weight, voices in supporters_of(chosen, reviewed_at):
        trust[supported_id] += weight * voices
    site = select(Standing.user_id, Standing.supporter_trust).where(Standing.scope == StandingScope.SITE)
    rows = db.session.execute(site if chosen is None else site.where(Standing.user_id.in_(chosen))).all()
    changed = [
        _named((row.user_id, StandingScope.SITE, 0)) | {"supporter_trust": trust[row.user_id]}
        for row in rows
        if row.supporter_trust != trust[row.user_id]
    ]
    if changed:
        db.session.execute(update(Standing), changed)


def supporters_of(user_ids: list[int] | None, reviewed_at: datetime | None) -> Iterator[tuple[int, float, int]]:
    """(supported user, the supporter's weight now, how many voices): one row a distinct giver; all votes without an
    account are one row of as many voices."""
    rows = _in_force(user_ids, reviewed_at)
    weights = _weights_now({row.giver_id for row in rows if row.giver_id is not None}, reviewed_at)
    for supported_id, giver_id, voices in rows:
        if giver_id is None:
            yield supported_id, 1.0, voices
        else:
            yield supported_id, weights.get(giver_id, 0.0), 1


def supporters_by_user(reviewed_at: datetime | None) -> dict[int, set[int | None]]:
    """Everybody's supporters whose word weighs something now; None stands for votes without an account."""
    rows = _in_force(None, reviewed_at)
    weights = _weights_now({row.giver_id for row in rows if row.giver_id is not None}, reviewed_at)
    found: dict[int, set[int | None]] = defaultdict(set)
    for supported_id, giver_id, _voices in rows:
        if giver_id is None or weights.get(giver_id, 0.0) > 0:
            found[supported_id].add(giver_id)
    return found


def supported_by(giver_ids: Iterable[int]) -> set[int]:
    """Everybody to whom one of these has ever given anything."""
    found = select(LedgerEntry.user_id).where(LedgerEntry.giver_id.in_(list(giver_ids))).distinct()
    return set(db.session.scalars(found))


def _in_force(user_ids: list[int] | None, reviewed_at: datetime | None) -> list[Any]:
    """(user, giver, credits of the last year that nothing has taken back) where there is one."""
    reversals = [REVERSAL_OF[reason].value for reason in SUPPORTING]
    supporting = [reason.value for reason in SUPPORTING]
    # A reversal on a deleted post moves nothing: deletion has taken it back already.
    moves = (LedgerEntry.x != 0) | (LedgerEntry.raw != 0)
    signed = case((~moves, 0), (LedgerEntry.reason.in_(reversals), -1), else_=1)
    voices = func.sum(signed)
    found = select(LedgerEntry.user_id, LedgerEntry.giver_id, voices).where(
        LedgerEntry.reason.in_(supporting + reversals)
    )
    if user_ids is not None:
        found = found.where(LedgerEntry.user_id.in_(user_ids))
    if reviewed_at is not None:
        found = found.where(LedgerEntry.counts_from > reviewed_at - SUPPORT_COUNTS_FOR)
    grouped = found.group_by(LedgerEntry.user_id, LedgerEntry.giver_id).having(voices > 0)
    return list(db.session.execute(grouped))


def _weights_now(user_ids: set[int], reviewed_at: datetime | None) -> dict[int, float]:
    """What people's word weighs now; a suspension counts as it stood at the last review."""
    found = select(User.id, User.level, User.role, *_TRUSTED)
    many = len(user_ids) > USERS_AT_ONCE
    rows = db.session.execute(found if many else found.where(User.id.in_(user_ids)))
    starting_up = is_starting_up()
    return {
        row.id: trust_weight(row.level, row.role.value, _is_confirmed(row), starting_up, _is_active(row, reviewed_at))
        for row in rows
    }


_TRUSTED = (User.email_confirmed_at, User.source_url, User.suspended_until, User.anonymised_at)


def _is_confirmed(row: Any) -> bool:
    return row.email_confirmed_at is not None or row.source_url is not None


def _is_active(row: Any, reviewed_at: datetime | None) -> bool:
    if row.anonymised_at is not None:
        return False
    return row.suspended_until is None or (reviewed_at is not None and row.suspended_until <= reviewed_at)
