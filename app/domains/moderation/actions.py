"""Flag, decide, hide, restore, suspend; each decision is one public line of the log."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.domains.accounts.actions import suspending
from app.domains.accounts.actor import SYSTEM, Actor
from app.domains.accounts.policies import may_suspend
from app.domains.accounts.queries import user_by_id
from app.domains.moderation.events import FlagsResolved, PostFlagged
from app.domains.moderation.models import Flag, FlagReason, FlagState, ModLogEntry, Review, Sanction
from app.domains.moderation.policies import may_flag, may_moderate
from app.domains.questions.actions import hiding
from app.domains.questions.actions.hiding import Post, named
from app.domains.questions.models import PostKind
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.i18n import _, _l
from app.kernel.limits import limit, spend
from app.kernel.policy import require
from app.kernel.settings import Setting, between

LONGEST_NOTE = 500
FLAGS = limit("flags", "20/hour", _l("Flags of one member."))
HIDES_AT = Setting(
    "moderation.flags_that_hide",
    3,
    _l("A post that this many people flagged is hidden until reviewed."),
    check=between(1, 1000),
)


def flag_post(reporter: Actor, post: Post, reason: str, note: str = "") -> Flag:
    """Say that a moderator should look; once a person and post."""
    require(may_flag(reporter, post))
    if reason not in set(FlagReason):
        raise Invalid(fields={"reason": [_("Please choose a reason from the list.")]})
    if len(note) > LONGEST_NOTE:
        raise Invalid(fields={"note": [_("At most %(n)s characters, please.", n=LONGEST_NOTE)]})
    kind, target_id = _place(post)
    mine = select(Flag).where(Flag.reporter_id == reporter.id, Flag.kind == kind, Flag.target_id == target_id)
    flag = db.session.scalar(mine)
    if flag is not None:
        return flag
    spend(FLAGS, reporter.id)
    names = named(post)
    flag = Flag(kind=kind, target_id=target_id, question_id=names["question_id"], reporter_id=reporter.id)
    flag.reason, flag.note, flag.created_at, flag.state = FlagReason(reason), note.strip(), now(), FlagState.OPEN
    db.session.add(flag)
    db.session.flush()
    publish(
        PostFlagged(
            flag_id=flag.id,
            kind=kind.value,
            target_id=target_id,
            question_id=flag.question_id,
            reason=reason,
            actor_id=reporter.id,
        )
    )
    return flag


def hide_flagged(post: Post) -> None:
    """Many independent flags hide a post until somebody has looked; asks no policy, since no person asks."""
    kind, target_id = _place(post)
    open_flags = select(func.count()).select_from(Flag).where(Flag.kind == kind, Flag.target_id == target_id)
    number = db.session.scalar(open_flags.where(Flag.state == FlagState.OPEN)) or 0
    if number >= HIDES_AT.value() and not post.hidden:
        hiding.hide_post(SYSTEM, post, "Hidden until reviewed: several people flagged it.")
        _log(None, "hide", f"{kind.value}:{target_id}", "several flags")


def hide(moderator: Actor, post: Post, reason: str) -> None:
    """Hide a post with a reason; its open flags are upheld."""
    require(may_moderate(moderator))
    reason = _reason(reason)
    hiding.hide_post(moderator, post, reason)
    _resolve(moderator, post, upheld=True)
    _log(moderator, "hide", _name(post), reason)


def restore(moderator: Actor, post: Post, reason: str = "") -> None:
    require(may_moderate(moderator))
    hiding.restore_post(moderator, post)
    _resolve(moderator, post, upheld=False)
    _log(moderator, "restore", _name(post), reason.strip())


def dismiss_flags(moderator: Actor, post: Post, reason: str = "") -> None:
    """The post may stay; what many flags hid is shown again."""
    require(may_moderate(moderator))
    if post.hidden:
        hiding.restore_post(moderator, post)
    _resolve(moderator, post, upheld=False)
    _log(moderator, "dismiss", _name(post), reason.strip())


def suspend(moderator: Actor, user_id: int, days: int, reason: str) -> Sanction:
    """No writing until then; every browser is signed out."""
    require(may_suspend(moderator, user_by_id(user_id).role.value))
    if not 1 <= days <= 3650:
        raise Invalid(fields={"days": [_("Between 1 and 3650 days.")]})
    reason, until = _reason(reason), now() + timedelta(days=days)
    suspending.suspend(moderator, user_id, until=until, reason=reason)
    row = Sanction(user_id=user_id, reason=reason, by_id=moderator.id, created_at=now(), until=until)
    db.session.add(row)
    _log(moderator, "suspend", f"user:{user_id}", f"{reason} ({until:%Y-%m-%d})")
    return row


def lift_suspension(moderator: Actor, user_id: int, reason: str = "") -> None:
    user = user_by_id(user_id)
    require(may_suspend(moderator, user.role.value))
    if user.suspended_until is None:
        return
    suspending.lift_suspension(moderator, user_id)
    open_rows = update(Sanction).where(Sanction.user_id == user_id, Sanction.lifted_at.is_(None))
    db.session.execute(open_rows.values(lifted_at=now()))
    _log(moderator, "lift", f"user:{user_id}", reason.strip())


def ask_for_review(post: Post, because: str) -> None:
    """Somebody should look at this post; once. Asks no policy, since no person asks."""
    kind, target_id = _place(post)
    found = select(Review.id).where(Review.kind == kind, Review.target_id == target_id)
    if db.session.scalar(found) is None:
        names = named(post)
        row = Review(kind=kind, target_id=target_id, question_id=names["question_id"], because=because)
        row.created_at = now()
        db.session.add(row)
        db.session.flush()


def _resolve(moderator: Actor, post: Post, *, upheld: bool) -> None:
    kind, target_id = _place(post)
    state = FlagState.UPHELD if upheld else FlagState.DISMISSED
    flags = update(Flag).where(Flag.kind == kind, Flag.target_id == target_id, Flag.state == FlagState.OPEN)
    done: Any = db.session.execute(flags.values(state=state, resolved_at=now(), resolved_by_id=moderator.id))
    reviews = update(Review).where(Review.kind == kind, Review.target_id == target_id, Review.done_at.is_(None))
    db.session.execute(reviews.values(done_at=now(), done_by_id=moderator.id))
    if done.rowcount:
        question_id = int(str(named(post)["question_id"]))
        publish(
            FlagsResolved(
                kind=kind.value, target_id=target_id, question_id=question_id, upheld=upheld, actor_id=moderator.id
            )
        )


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not 3 <= len(reason) <= 300:
        raise Invalid(fields={"reason": [_("Please say why, in a few words: the log is public.")]})
    return reason


def _log(moderator: Actor | None, action: str, target: str, reason: str) -> None:
    at: datetime = now()
    row = ModLogEntry(at=at, moderator_id=moderator.id if moderator else None, action=action, target=target)
    row.reason = reason
    db.session.add(row)


def _place(post: Post) -> tuple[PostKind, int]:
    return PostKind(str(named(post)["kind"])), post.id


def _name(post: Post) -> str:
    kind, target_id = _place(post)
    return f"{kind.value}:{target_id}"
