"""One notice as a mail: looked at once more when it leaves, because much may have changed since it was promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select

from app.domains.accounts.actions.links import make_link
from app.domains.accounts.actor import Actor
from app.domains.accounts.models import LinkPurpose, User
from app.domains.accounts.queries import actor_by_id
from app.domains.feedback.models import Digest
from app.domains.feedback.policies import may_see_digest
from app.domains.feedback.reading import MAIL_TEMPLATE as DIGEST_TEMPLATE
from app.domains.feedback.reading import digest_mail_context
from app.domains.notifications.addresses import address_of
from app.domains.notifications.kinds import ABOUT_AN_ANSWER, KINDS
from app.domains.notifications.models import Frequency, Notification, Preference
from app.domains.notifications.muting import mute_token
from app.domains.notifications.queries import Notice, notice
from app.domains.notifications.unsubscribing import ways_out
from app.domains.questions.models import Answer, Comment, Question
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.jobs import outbound
from app.kernel.mail import Mail, send
from app.kernel.rendering import absolute_url, mail_from_template
from app.kernel.rows import read_rows
from app.kernel.transaction import transaction

ANSWERABLE_FOR = timedelta(days=30)
EXCERPT = 600  # characters of each of several posts: with as many lines as there may be, far below 100 KB
MOST_LINES = 20

_USER = (User.email, User.email_confirmed_at, User.anonymised_at, User.suspended_until)
_ADDRESSEE: Any = (
    select(Notification.user_id, Notification.kind, Preference.frequency, *_USER)
    .join(User, User.id == Notification.user_id)
    .outerjoin(Preference, and_(Preference.user_id == User.id, Preference.kind == Notification.kind))
    .where(Notification.id == bindparam("notification_id"))
)
_UNREAD: Any = (
    select(Notification.id)
    .where(Notification.id.in_(bindparam("ids", expanding=True)), Notification.read_at.is_(None))
    .order_by(Notification.id)
)
_EXCERPT: Any = select(Question.excerpt).where(Question.id == bindparam("question_id"))


@outbound
def deliver(notification_id: int) -> None:
    """Send it; nothing where the person may not see the post any more, wants none, or cannot be written to."""
    for addressee, news in still_told([notification_id]):
        send(_mail(addressee, [news], notification_id))


@outbound
def deliver_thread(notification_ids: list[int]) -> None:
    """Send one mail of what one person was told about one thing, the oldest first; what was read meanwhile is left
    out. Told under the first one's key, whatever is left, so that a repeat is known for one."""
    unread = unread_of(notification_ids)
    told = still_told(unread)
    if told:
        send(_mail(told[-1][0], [news for _addressee, news in told], notification_ids[0]))


def unread_of(notification_ids: list[int]) -> list[int]:
    """Those that nobody has read meanwhile, the oldest first."""
    return list(read_rows(_UNREAD, {"ids": notification_ids}).scalars())


@dataclass(frozen=True)
class Addressee:
    actor: Actor
    address: str


@dataclass(frozen=True)
class News:
    """A notice and, where it tells of one, its post."""

    notice: Notice
    post: Row[Any] | None


def still_told(notification_ids: list[int]) -> list[tuple[Addressee, News]]:
    """Those of which the person may still be written to, and that still are true."""
    found = []
    for notification_id in notification_ids:
        row = read_rows(_ADDRESSEE, {"notification_id": notification_id}).one_or_none()
        address = _address_of(row) if row is not None else None
        if row is not None and address is not None:
            addressee = Addressee(actor_by_id(row.user_id), address)
            news = _news_for(addressee.actor, notification_id)
            found += [(addressee, news)] if news is not None else []
    return found


def _news_for(actor: Actor, notification_id: int) -> News | None:
    """None where the person may not see the post any more, or it is gone."""
    try:
        told = notice(actor, notification_id)
    except NotFound:
        return None
    post = _post_of(told)
    is_gone = bool(told.data.get("comment")) and _is_gone(post)
    return None if is_gone or not _may_read_digest(actor, told) else News(told, post)


def _address_of(row: Row[Any]) -> str | None:
    """None where the address is not confirmed, the person is suspended or gone, or wants no such mail."""
    wanted = KINDS[row.kind].frequency(row.frequency) is not Frequency.NEVER
    return str(row.email) if wanted and may_be_written_to(row) else None


def may_be_written_to(row: Row[Any]) -> bool:
    """Somebody with a confirmed address who is neither suspended nor gone."""
    suspended = row.suspended_until is not None and row.suspended_until > now()
    return row.email_confirmed_at is not None and row.anonymised_at is None and not suspended


def _post_of(told: Notice) -> Row[Any] | None:
    """The comment or answer that is told of, where there is one."""
    if told.data.get("comment"):
        return read_rows(_written(Comment), {"post_id": told.data["comment"]}).one_or_none()
    if told.kind in (*ABOUT_AN_ANSWER, "mentioned") and told.answer_id is not None:
        return read_rows(_written(Answer), {"post_id": told.answer_id}).one_or_none()
    return None


@cache
def _written(post: Any) -> Select[Any]:
    return select(post.body, post.body_html, post.hidden, post.deleted_at).where(post.id == bindparam("post_id"))


def _is_gone(post: Row[Any] | None) -> bool:
    return post is not None and (post.hidden or post.deleted_at is not None)


def _may_read_digest(actor: Actor, told: Notice) -> bool:
    digest = db.session.get(Digest, told.data["digest"]) if told.kind == "digest_ready" else None
    return digest is None or bool(may_see_digest(actor, digest))


def _mail(addressee: Addressee, told_of: list[News], first_id: int) -> Mail:
    actor, told = addressee.actor, told_of[-1].notice
    assert actor.id is not None
    digest = told.kind == "digest_ready"
    return mail_from_template(
        _template_for(told_of),
        key=f"notification:{first_id}",
        recipient=addressee.address,
        language=actor.language,
        **ways_out(actor.id, KINDS[told.kind]),
        mute_url=mute_url(actor.id, told.question_id),
        **(digest_mail_context(told.data["digest"], actor.language) if digest else _context(actor, told_of)),
    )


def _template_for(told_of: list[News]) -> str:
    if len(told_of) > 1:
        return "notifications/thread"
    return DIGEST_TEMPLATE if told_of[0].notice.kind == "digest_ready" else "notifications/notice"


def _context(actor: Actor, told_of: list[News]) -> dict[str, Any]:
    told, post = told_of[-1].notice, told_of[-1].post
    return {
        "notice": told,
        "lines": [_line(news) for news in told_of[:MOST_LINES]],
        "more": max(0, len(told_of) - MOST_LINES),
        "reader": actor,
        "url": address_of(told),
        **quoted(told, post),
        **_buttons(actor, told),
    }


def _line(news: News) -> dict[str, Any]:
    """One of several things told in a mail: its notice, its address and the beginning of what was written."""
    text = str(quoted(news.notice, news.post)["text"] or "")
    return {"notice": news.notice, "url": address_of(news.notice), "text": shortened(text)}


def shortened(text: str, most: int = EXCERPT) -> str:
    return text if len(text) <= most else text[:most].rstrip() + "…"


def mute_url(user_id: int, question_id: int | None) -> str:
    """Where one ends hearing of the question; empty where it is about none."""
    return absolute_url("notifications.mute", token=mute_token(user_id, question_id)) if question_id else ""


def quoted(told: Notice, post: Row[Any] | None) -> Mapping[str, Any]:
    """What was written, as `text` and as the `html` that is stored beside it; both empty where nothing is quoted."""
    if post is not None and not _is_gone(post):
        return {"text": post.body, "html": post.body_html}
    if told.kind in ("question_asked", "invited", "question_escalated") and told.question_id is not None:
        return {"text": read_rows(_EXCERPT, {"question_id": told.question_id}).scalar(), "html": ""}
    return {"text": "", "html": ""}


def _buttons(actor: Actor, told: Notice) -> Mapping[str, str]:
    """For the asker, of an answer: single-use addresses of "This solved it" and "Not yet"."""
    if told.kind not in ABOUT_AN_ANSWER or told.asker_id != actor.id or told.data.get("why") == "follows":
        return {}
    data = {"question_id": told.question_id, "answer_id": told.answer_id}
    with transaction():
        solved = make_link(LinkPurpose.SOLVED, user_id=actor.id, valid_for=ANSWERABLE_FOR, data=data)
        not_yet = make_link(LinkPurpose.NOT_YET, user_id=actor.id, valid_for=ANSWERABLE_FOR, data=data)
    return {
        "solved_url": absolute_url("notifications.solved", token=solved),
        "not_yet_url": absolute_url("notifications.not_yet", token=not_yet),
    }
