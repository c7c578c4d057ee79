"""Whom to ask about a new question: candidates by score, less those who must not be bothered, filled up by choice."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.domains.accounts.models import User
from app.domains.accounts.queries import appointed_for
from app.domains.accounts.quiet_hours import quiet_until
from app.domains.follows.models import FollowKind
from app.domains.follows.queries import follower_ids, muting_ids
from app.domains.questions.models import Answer, Question
from app.domains.questions.queries import tag_ids_of
from app.domains.reputation.candidates import Candidate, candidates_for, product_name
from app.domains.reputation.expertise import win_rate
from app.domains.reputation.models import PER_WEEK, Invitation, InvitationSetting, Standing, StandingScope, WhyNobody
from app.domains.reputation.queries.experts import active_members
from app.domains.reputation.queries.invitations import still_open
from app.domains.reputation.routing import ASKED_BY_SCORE, ASKED_RISING, asked_first
from app.domains.tags.queries import tag_names
from app.extensions import db
from app.kernel.clock import now

ASKED_AT_ONCE = ASKED_BY_SCORE + ASKED_RISING
MOST_OPEN, A_WEEK = 3, timedelta(days=7)
LEAST_WIN_RATE, AFTER_COMPARISONS = 0.3, 10
RISING_ANSWERS, ESTABLISHED = 3, 20  # the first so many of the site are not rising any more


@dataclass(frozen=True)
class Ask:
    """One person to be asked; `score` is 0 for those who are asked by appointment or because they follow."""

    user_id: int
    score: float
    because: dict[str, Any]


@dataclass(frozen=True)
class LeftOut:
    """Who must not be asked, by reason; a person may stand under several."""

    often: set[int]
    asleep: set[int]
    others: set[int]

    @property
    def everybody(self) -> set[int]:
        return self.often | self.asleep | self.others


@dataclass(frozen=True)
class Asking:
    """Whom to ask; `why_nobody` where that is nobody."""

    asks: list[Ask]
    why_nobody: WhyNobody | None = None


def route(question_id: int, limit: int = ASKED_AT_ONCE) -> list[Ask]:
    """Who fits the question, best first, by score alone: for the command line and for measuring."""
    return [Ask(each.user_id, each.score, each.because) for each in candidates_for(question_id)[:limit]]


def whom_to_ask(question: Question) -> Asking:
    """Up to five people: four by score and a rising one; too few are filled up by appointment and by follows."""
    candidates = {each.user_id: each for each in candidates_for(question.id)}
    others = _by_choice(question)
    reachable = _reachable(question, {*candidates, *others})
    left_out = _left_out(question, reachable)
    allowed = reachable - left_out.everybody
    if not allowed:
        return Asking([], _why_nobody(reachable, left_out))
    ordered = [user_id for user_id in candidates if user_id in allowed]
    chosen = asked_first(ordered, _rising(candidates.values()))
    asks = [Ask(user_id, candidates[user_id].score, candidates[user_id].because) for user_id in chosen]
    left = [Ask(user_id, 0.0, because) for user_id, because in others.items() if user_id not in chosen]
    return Asking([*asks, *(ask for ask in left if ask.user_id in allowed)][:ASKED_AT_ONCE])


def _why_nobody(reachable: Set[int], left_out: LeftOut) -> WhyNobody:
    """What alone keeps people from being asked: those who want nothing of it anyway do not count."""
    willing = reachable - left_out.others
    if not reachable:
        return WhyNobody.NOBODY
    if not willing:
        return WhyNobody.UNWILLING
    if willing <= left_out.often:
        return WhyNobody.SHARE
    return WhyNobody.QUIET if willing <= left_out.asleep else WhyNobody.SHARE_OR_QUIET


def _by_choice(question: Question) -> dict[int, dict[str, Any]]:
    """Appointed experts of the product, followers of the tags, followers of the product, each with the reason."""
    product = {"product": product_name(question.product_id)}
    tags = tag_names(tag_ids_of(question.id))
    found: dict[int, dict[str, Any]] = {}
    for user_id in appointed_for(question.product_id):
        found.setdefault(user_id, {"code": "appointed", **product})
    for tag_id, name in tags.items():
        for user_id in follower_ids(FollowKind.TAG, [tag_id]):
            found.setdefault(user_id, {"code": "follows_tag", "tag": name})
    for user_id in follower_ids(FollowKind.PRODUCT, [question.product_id]):
        found.setdefault(user_id, {"code": "follows_product", **product})
    return found


def _rising(candidates: Iterable[Candidate]) -> set[int]:
    """Three answers in the tags, and not among the site's first."""
    site = (Standing.scope == StandingScope.SITE, Standing.scope_id == 0)  # both, as the index of boards has them
    top = select(Standing.user_id).where(*site, Standing.points_30 > 0)
    first = set(db.session.scalars(top.order_by(Standing.points_30.desc(), Standing.user_id).limit(ESTABLISHED)))
    return {each.user_id for each in candidates if each.answers_in_tags >= RISING_ANSWERS} - first


def _reachable(question: Question, user_ids: set[int]) -> set[int]:
    """Active people with a confirmed address; the asker is none of them."""
    reachable = [User.id.in_(user_ids), User.email_confirmed_at.is_not(None), User.id != question.asker_id]
    return set(db.session.scalars(select(User.id).where(*reachable, *active_members())))


def _left_out(question: Question, user_ids: set[int]) -> LeftOut:
    """Of these people those who must not be asked: asked too often, asleep, unwilling, or of little help."""
    muting = muting_ids(FollowKind.TAG, tag_ids_of(question.id)) | muting_ids(FollowKind.PRODUCT, [question.product_id])
    others = _asked_or_answered(question.id) | _unwilling(user_ids) | _losing(user_ids) | muting
    return LeftOut(_asked_often(user_ids), set(quiet_until(user_ids)), others)


def _asked_or_answered(question_id: int) -> set[int]:
    asked = db.session.scalars(select(Invitation.user_id).where(Invitation.question_id == question_id)).all()
    return {*asked, *db.session.scalars(select(Answer.author_id).where(Answer.question_id == question_id))}


def _unwilling(user_ids: set[int]) -> set[int]:
    opted_out = select(InvitationSetting.user_id).where(InvitationSetting.opted_out.is_(True))
    return set(db.session.scalars(opted_out.where(InvitationSetting.user_id.in_(user_ids))))


def _asked_often(user_ids: set[int]) -> set[int]:
    """Three invitations still open, or ten (or what the person chose) in seven days; never who wants no limit."""
    unlimited = select(InvitationSetting.user_id).where(InvitationSetting.unlimited)
    unlimited = unlimited.where(InvitationSetting.user_id.in_(user_ids))
    limited = [Invitation.user_id.in_(user_ids), Invitation.user_id.not_in(unlimited)]
    waiting = select(Invitation.user_id).join(Question, Question.id == Invitation.question_id)
    waiting = waiting.where(*limited, *still_open()).group_by(Invitation.user_id)
    busy = waiting.having(func.count() >= MOST_OPEN)
    most = func.coalesce(InvitationSetting.per_week, PER_WEEK)
    lately = select(Invitation.user_id).outerjoin(InvitationSetting, InvitationSetting.user_id == Invitation.user_id)
    lately = lately.where(*limited, Invitation.created_at > now() - A_WEEK)
    often = lately.group_by(Invitation.user_id, InvitationSetting.per_week).having(func.count() >= most)
    return set(db.session.scalars(busy)) | set(db.session.scalars(often))


def _losing(user_ids: set[int]) -> set[int]:
    """Who is compared often and seldom wins; b as in expertise.py."""
    met = select(Standing.user_id, Standing.wins, Standing.comparisons).where(Standing.scope == StandingScope.SITE)
    rows = db.session.execute(met.where(Standing.user_id.in_(user_ids), Standing.meetings >= AFTER_COMPARISONS))
    return {row.user_id for row in rows if win_rate(row.wins, row.comparisons) < LEAST_WIN_RATE}
