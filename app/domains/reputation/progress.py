"""What the gates of the levels ask about people, read for many of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.domains.accounts.models import User
from app.domains.moderation.models import Flag, FlagState
from app.domains.questions.models import Answer, Comment, PostKind, Question, ReadMark, Vote
from app.domains.reputation.boards import SUPPORT_COUNTS_FOR
from app.domains.reputation.expertise import win_rate
from app.domains.reputation.levels import Progress
from app.domains.reputation.models import LedgerEntry, LevelReview, Standing, StandingScope
from app.domains.reputation.points import EXPERT_HALF_LIFE_DAYS, points_now
from app.domains.reputation.standing import supporters_of
from app.extensions import db

FLAGS_COUNT_FOR = timedelta(days=60)
ACTIVITY_COUNTS_FOR = timedelta(days=365)
WEEKS = 13


def progress_of(user_ids: Sequence[int], at: datetime) -> dict[int, Progress]:
    """Everybody's progress; a dozen statements for all together."""
    people = select(User.id, User.role, User.email_confirmed_at, User.created_at, User.source_url)
    rows = db.session.execute(people.where(User.id.in_(user_ids))).all()
    read, flagged = _posts_read(user_ids), _upheld_flags(user_ids, at)
    supporters, shares = _supporters(user_ids, at), _largest_shares(user_ids, at)
    standings, days = _standings(user_ids), _active_days(user_ids, at)
    admitted, imported = _admitted_at(user_ids), _imported_answers(user_ids)
    return {
        row.id: Progress(
            role=row.role.value,
            confirmed=row.email_confirmed_at is not None,
            age=at - row.created_at,
            posts_read=read.get(row.id, 0),
            active_days=len(days[row.id]),
            active_weeks_of_last_13=_weeks(days[row.id], at),
            supporters=supporters.get(row.id, 0),
            largest_supporter_share=shares.get(row.id, 0.0),
            upheld_flags_of_last_60_days=flagged.get(row.id, 0),
            imported_answers=imported.get(row.id, 0) if row.source_url else 0,
            admitted_at_start_at=admitted.get(row.id),
            **_skill(standings.get(row.id), at),
        )
        for row in rows
    }


def _skill(standing: Any, at: datetime) -> dict[str, Any]:
    if standing is None:
        return {}
    return {
        "hp365": points_now(standing.points_365, at, half_life_days=EXPERT_HALF_LIFE_DAYS),
        "meetings": standing.meetings,
        "win_rate": win_rate(standing.wins, standing.comparisons),
    }


def _standings(user_ids: Sequence[int]) -> dict[int, Any]:
    numbers = (Standing.points_365, Standing.wins, Standing.comparisons, Standing.meetings)
    found = select(Standing.user_id, *numbers).where(Standing.scope == StandingScope.SITE)
    return {row.user_id: row for row in db.session.execute(found.where(Standing.user_id.in_(user_ids)))}


def _posts_read(user_ids: Sequence[int]) -> dict[int, int]:
    found = select(ReadMark.user_id, func.count()).where(ReadMark.user_id.in_(user_ids)).group_by(ReadMark.user_id)
    return {user_id: number for user_id, number in db.session.execute(found)}


def _upheld_flags(user_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """Flags on the person's own posts that moderators agreed with."""
    counts: dict[int, int] = defaultdict(int)
    for kind, post, author in (
        (PostKind.QUESTION, Question.id, Question.asker_id),
        (PostKind.ANSWER, Answer.id, Answer.author_id),
        (PostKind.COMMENT, Comment.id, Comment.author_id),
    ):
        on_post = (Flag.kind == kind) & (Flag.target_id == post)
        found = select(author, func.count()).join(Flag, on_post).where(author.in_(user_ids))
        recent = found.where(Flag.state == FlagState.UPHELD, Flag.resolved_at > at - FLAGS_COUNT_FOR)
        for user_id, number in db.session.execute(recent.group_by(author)):
            counts[user_id] += number
    return counts


def _supporters(user_ids: Sequence[int], at: datetime) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for user_id, weight, voices in supporters_of(list(user_ids), at):
        counts[user_id] += voices if weight > 0 else 0
    return counts


def _largest_shares(user_ids: Sequence[int], at: datetime) -> dict[int, float]:
    """Of the credit of the last year, less what was taken back, the share of the one who gave most."""
    found = select(LedgerEntry.user_id, LedgerEntry.giver_id, func.sum(LedgerEntry.amount).label("credit"))
    found = found.where(LedgerEntry.user_id.in_(user_ids), LedgerEntry.counts_from > at - SUPPORT_COUNTS_FOR)
    credits: dict[int, list[tuple[bool, float]]] = defaultdict(list)
    for row in db.session.execute(found.group_by(LedgerEntry.user_id, LedgerEntry.giver_id)):
        credits[row.user_id].append((row.giver_id is not None, max(row.credit, 0.0)))
    # Votes without an account come from as many people: none of them is the one who gave most.
    return {user_id: _largest(given) for user_id, given in credits.items()}


def _largest(given: list[tuple[bool, float]]) -> float:
    total = sum(credit for _named, credit in given)
    return max((credit for named, credit in given if named), default=0.0) / total if total > 0 else 0.0


def _active_days(user_ids: Sequence[int], at: datetime) -> dict[int, set[date]]:
    """UTC days of the last year on which the person wrote or voted."""
    days: dict[int, set[date]] = defaultdict(set)
    since = at - ACTIVITY_COUNTS_FOR
    authors: tuple[tuple[Any, Any], ...] = (
        (Question.asker_id, Question.created_at),
        (Answer.author_id, Answer.created_at),
        (Comment.author_id, Comment.created_at),
        (Vote.user_id, Vote.created_at),
    )
    for who, when in authors:
        for user_id, moment in db.session.execute(select(who, when).where(who.in_(user_ids), when > since)):
            days[user_id].add(moment.astimezone(UTC).date())
    return days


def _weeks(days: set[date], at: datetime) -> int:
    """In how many of the last 13 weeks there was activity; a week ends now, the one before seven days ago."""
    today = at.astimezone(UTC).date()
    ago = {(today - day).days // 7 for day in days}
    return len({week for week in ago if 0 <= week < WEEKS})


def _admitted_at(user_ids: Sequence[int]) -> dict[int, datetime]:
    found = select(LevelReview.user_id, LevelReview.admitted_at_start_at).where(LevelReview.user_id.in_(user_ids))
    rows = db.session.execute(found.where(LevelReview.admitted_at_start_at.is_not(None)))
    return {row.user_id: row.admitted_at_start_at for row in rows}


def _imported_answers(user_ids: Sequence[int]) -> dict[int, int]:
    found = select(Answer.author_id, func.count()).where(Answer.author_id.in_(user_ids))
    rows = db.session.execute(found.where(Answer.source_url.is_not(None)).group_by(Answer.author_id))
    return {user_id: number for user_id, number in rows}
