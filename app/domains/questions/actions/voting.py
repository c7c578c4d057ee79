"""Up, down, or taken back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, update

from app.domains.accounts.actor import Actor
from app.domains.accounts.privileges import privileges_of
from app.domains.questions.events import VoteCast
from app.domains.questions.models import Answer, PostKind, Question, Vote
from app.domains.questions.policies import author_of, may_vote
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.policy import require

VOTES = limit("votes", "30/day", _l("Votes of one member."))
VOTES_NEW = limit("votes_new_member", "10/day", _l("Votes of a member of level 0."))


def cast_vote(voter: Actor, post: Question | Answer, value: int) -> int:
    """The voter's voice on this post is `value` (1, -1, 0 = none) from now on; gives the post's new score."""
    require(may_vote(voter, post))
    if value not in (1, 0, -1):
        raise Invalid(fields={"value": [_("A vote is 1, 0 or -1.")]})
    kind = PostKind.QUESTION if isinstance(post, Question) else PostKind.ANSWER
    mine = select(Vote).where(Vote.user_id == voter.id, Vote.kind == kind, Vote.target_id == post.id)
    vote = db.session.scalar(mine)
    before = vote.value if vote else 0
    if before == value:
        return post.score
    if value != 0:
        spend(VOTES_NEW if privileges_of(voter).votes_a_day <= 10 else VOTES, voter.id)
    _store(voter, kind, post, vote, value)
    _count(post, before, value)
    question_id = post.id if isinstance(post, Question) else post.question_id
    publish(
        VoteCast(
            kind=kind.value,
            target_id=post.id,
            question_id=question_id,
            author_id=author_of(post),
            value=value,
            before=before,
            actor_id=voter.id,
        )
    )
    return post.score


def withdraw_vote(voter: Actor, post: Question | Answer) -> int:
    require(may_vote(voter, post))
    return cast_vote(voter, post, 0)


def _store(voter: Actor, kind: PostKind, post: Question | Answer, vote: Vote | None, value: int) -> None:
    if vote is None:
        vote = Vote(user_id=voter.id, kind=kind, target_id=post.id, value=value, created_at=now())
        db.session.add(vote)
    elif value == 0:
        db.session.delete(vote)
    else:
        vote.value, vote.created_at = value, now()
    db.session.flush()


def _count(post: Question | Answer, before: int, value: int) -> None:
    post.up_count += (value == 1) - (before == 1)
    post.down_count += (value == -1) - (before == -1)
    post.score = post.up_count - post.down_count


def set_trust(trust: Mapping[int, tuple[float, float]]) -> None:
    """Answer id -> (trusted up, trusted down), as reputation counts them; the order of answers reads it.

    Asks no policy, since no person asks; changes nothing that a reader of an older version would miss.
    """
    answer = Answer.metadata.tables["answer"]
    told = [{"answer_id": key, "up": each[0], "down": each[1]} for key, each in sorted(trust.items())]
    up: Any = bindparam("up")
    down: Any = bindparam("down")
    changed = answer.c.trusted_up.is_distinct_from(up) | answer.c.trusted_down.is_distinct_from(down)
    telling = update(answer).where(answer.c.id == bindparam("answer_id"), changed)
    if told:
        db.session.execute(telling.values(trusted_up=up, trusted_down=down), told)


def forget_trust() -> None:
    """Every answer without trusted votes: what a rebuild of the ledger begins with."""
    trusted = update(Answer).where((Answer.trusted_up != 0) | (Answer.trusted_down != 0))
    nothing = trusted.values(trusted_up=0.0, trusted_down=0.0)
    db.session.execute(nothing, execution_options={"synchronize_session": False})
